"""What a streetlight shows on ECHONET Lite: 0291, its lamp, and 000D, its photocell.

Rows as in `echonet_view`. Both of 000D, as the Appendix (Release K) marks both mandatory.
"""

from tomoshibi.wire.echonet_format import const

_ON_OFF = const(("code", (0x30, "on"), (0x31, "off")))
# What u16 keeps free for numbers outside its range.
UNDER_OVER_16 = const(((0xFFFE, "underflow"), (0xFFFF, "overflow")))
_ENERGY = const(("u32", 0, 999_999_999, "kWh", 3, ((0xFFFFFFFE, "no data"),)))

LAMP_ROWS = const((
    (0x80, "GI", _ON_OFF, "on"),
    (0x84, "G", ("u16", 0, 65_533, "W", 0, UNDER_OVER_16), "power"),
    (0x85, "G", _ENERGY, "energy_import"),
    # A lamp that is on never reads 0, however dim.
    (0xB0, "G", ("u8", 0, 100, "%", 0, (), (), "some"), "light_level"),
))  # fmt: skip

ILLUMINANCE_ROWS = const((
    (0x80, "GI", _ON_OFF, "on", True),
    (0xE0, "G", ("u16", 0, 65_533, "lx", 0, UNDER_OVER_16), "illuminance"),
    (0xE1, "G", ("u16", 0, 65_533, "klx", 0, UNDER_OVER_16, (), "down"), "illuminance_klx",
     ("illuminance",)),
))  # fmt: skip
