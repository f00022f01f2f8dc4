"""Sub-meter for a distribution panel: ESP32, two ATM90E32AS, six branch CTs and relays.

The two chips see the load-side bus (100 V, one phase) on all three voltage inputs; each of the
six CTs sits on one relay-switched branch. The grid side, upstream of the inverter's transfer
switch, has a sense of its own. A 9 V battery-backed supply keeps the board alive in the dark.

Data only, in the rows that docs/boards.md explains.
"""

from micropython import const

NAME = "submeter6"

BUSES = (("meter-spi", "spi", 2, 18, 23, 19, 1_000_000),)

# 9 V AC adaptor; SCT-006, 20 A / 25 mA; 3200 pulses a kWh.
METERS = (
    ("chip1", "atm90e32", "meter-spi", 5, (1, 2, 3), (7_305, 11_143, 3_200)),
    ("chip2", "atm90e32", "meter-spi", 4, (4, 5, 6), (7_305, 11_143, 3_200)),
)

# Active high, coil off in reset: open.
RELAYS = (
    (1, 13, 1, 0),
    (2, 32, 1, 0),
    (3, 27, 1, 0),
    (4, 26, 1, 0),
    (5, 25, 1, 0),
    (6, 33, 1, 0),
)

# Missing-pulse detectors behind an opto-coupler; the inverter's dry contact; the grid side's
# rectified mean, divided by a hundred.
SENSES = (
    ("grid", 34, 15),
    ("load", 35, 15),
    ("contact", 36, 1),
    ("grid-level", 39, 100),
)

LAMPS = ()
PHOTOCELLS = ()

CONTROL_PERIOD_MS = const(20)
WATCHDOG_MS = const(8_000)

RESET_REASON = const(0x3FF48034)  # register of the ESP32 that tells why it was reset
