"""A shelter's corner: ESP32, two relay-switched circuits and a lamp, each behind its BL0942.

The relays of the loads close on a low level; the lamp's closes in reset, so that there is light
when in doubt. The three chips share a UART and are told apart by their address inputs. A sense
before its 24 V supply's capacitors tells when that falls.

Data only, in the rows that docs/boards.md explains.
"""

from micropython import const

NAME = "board"

BUSES = (
    ("meter-uart", "uart", 1, 17, 16, 9_600),
    ("sky-i2c", "i2c", 0, 22, 21),
)

PARTS = (1_000, 1_950_000, 510)  # shunt and divider around each BL0942

METERS = (
    ("meter1", "bl0942", "meter-uart", 0, (1,), PARTS),
    ("meter2", "bl0942", "meter-uart", 1, (2,), PARTS),
    ("meter3", "bl0942", "meter-uart", 2, (3,), PARTS),
)

RELAYS = (
    (1, 32, 0, 1),
    (2, 33, 0, 1),
    (3, 27, 0, 0),
)

SENSES = (
    ("grid", 34, 15),
    ("load", 35, 15),
    ("supply", 36, 400),
)

LAMPS = ((3, 25, 1_000, 1),)

PHOTOCELLS = (("photocell", "bh1750", "sky-i2c", 0x23),)

CONTROL_PERIOD_MS = const(20)
WATCHDOG_MS = const(8_000)

RESET_REASON = const(0x3FF48034)  # register of the ESP32 that tells why it was reset
