"""Streetlight head: ESP32, one dimmable LED driver, lamp relay, BL0942, BH1750 photocell.

The BL0942 measures the lamp behind its relay. The pilot wire from the cabinet tells whether the
grid is there; the lamp itself is fed from the load side.

Data only, in the rows that docs/boards.md explains.
"""

from micropython import const

NAME = "streetlight"

BUSES = (
    ("meter-uart", "uart", 1, 17, 16, 9_600),
    ("sky-i2c", "i2c", 0, 22, 21),
)

# Shunt in microohm; divider in ohm, line side (5 x 390k) and chip side.
METERS = (("meter", "bl0942", "meter-uart", 0, (1,), (1_000, 1_950_000, 510)),)

# Active low with a pull-down: closed in reset, so that a dead controller gives light.
RELAYS = ((1, 27, 0, 0),)

# The pilot wire, high while the grid feeds the cabinet; a missing-pulse detector on the lamp's own
# supply.
SENSES = (
    ("grid", 34, 15),
    ("load", 35, 15),
)

# Duty is light level; a pull-up on the driver's input: full light in reset.
LAMPS = ((1, 25, 1_000, 1),)

PHOTOCELLS = (("photocell", "bh1750", "sky-i2c", 0x23),)

CONTROL_PERIOD_MS = const(20)
WATCHDOG_MS = const(8_000)

RESET_REASON = const(0x3FF48034)  # register of the ESP32 that tells why it was reset
