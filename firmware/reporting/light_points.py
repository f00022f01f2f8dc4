"""Rows of the lights' classes: 0291, a lamp, and 000D, a photocell. See `reporting.points`.

Source: tables of the ECHONET Lite Appendix, Releases R and K (docs/echonet-lite.md, "Sources").
"""

from reporting.points import GET
from wire.echonet_format import NO_DATA, UNDER_OVER_16, u8, u16, u32

_NONE_32 = ((0xFFFFFFFE, NO_DATA),)
_LUX = ((0xFFFE, "underflow"), (0xFFFF, "overflow"))

LAMP_ROWS = (
    (0x84, "power", GET, u16(0, 65_533, "W", 0, UNDER_OVER_16), "power_w"),
    (0x85, "energy", GET, u32(0, 999_999_999, "kWh", 3, _NONE_32), "import_wh"),
    (0xB0, "light level", GET, u8(0, 100, "%"), "level"),
)

ILLUMINANCE_ROWS = (
    (0xE0, "illuminance", GET, u16(0, 65_533, "lx", 0, _LUX), "lux"),
    (0xE1, "illuminance (klx)", GET, u16(0, 65_533, "klx", 0, _LUX), "kilolux"),
)
