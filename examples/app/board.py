"""The example's board: the rows of boards/submeter3, in a folder of its own.

One ATM90E32AS, three circuits with relays that close on a low level. See docs/boards.md.
"""

from micropython import const

NAME = "app"

BUSES = (("meter-spi", "spi", 2, 18, 23, 19, 1_000_000),)

# 9 V AC adaptor; SCT-006, 20 A / 25 mA; 3200 pulses a kWh.
METERS = (("chip1", "atm90e32", "meter-spi", 21, (1, 2, 3), (7_305, 11_143, 3_200)),)

# Active low, pulled up: open in reset.
RELAYS = (
    (1, 25, 0, 1),
    (2, 26, 0, 1),
    (3, 27, 0, 1),
)

SENSES = (
    ("grid", 34, 15),
    ("load", 35, 15),
    ("grid-level", 39, 100),
)

LAMPS = ()
PHOTOCELLS = ()

CONTROL_PERIOD_MS = const(20)
WATCHDOG_MS = const(8_000)

RESET_REASON = const(0x3FF48034)  # register of the ESP32 that tells why it was reset
