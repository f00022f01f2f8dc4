"""Two switched outlets: ESP32, a PZEM-004T and a relay for each. A board with a driver of its own.

The modules share a UART, each with its address; several on one need an open-collector stage
behind each TX. They are powered from the line they measure. The senses are those of submeter3.

Data only, in the rows that docs/boards.md explains.
"""

from micropython import const

NAME = "plugs"

BUSES = (("plug-uart", "uart", 2, 17, 16, 9_600),)

# The word is the driver's file beside this one. It needs no figures: the modules are calibrated.
METERS = (
    ("left", "pzem004t", "plug-uart", 1, (1,), ()),
    ("right", "pzem004t", "plug-uart", 2, (2,), ()),
)

# Active low, pulled up: open in reset.
RELAYS = (
    (1, 25, 0, 1),
    (2, 26, 0, 1),
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
