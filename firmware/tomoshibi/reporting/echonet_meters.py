"""What a sub-meter shows on ECHONET Lite: 028D for each branch, 0287 for the board.

Rows as in `echonet_view`. The branches are one phase and two wires, so T and S-T are "no data".
"""

from tomoshibi.wire.echonet_format import const

_ON_OFF = const(("code", (0x30, "on"), (0x31, "off")))
_NONE_32 = const(((0xFFFFFFFE, "no data"),))
_NONE_16 = const(((0xFFFE, "no data"),))
_I16_NONE = const(((0x7FFE, "no data"),))

POWER = const(("i32", -2_147_483_647, 2_147_483_645, "W", 0, ((0x7FFFFFFE, "no data"),)))
# A counter of eight decimal digits, whose unit is in another property: ours is 0.001 kWh.
_METER_ENERGY = const(("u32", 0, 99_999_999, "kWh", 3, _NONE_32, (0xD4, 0xD3)))
PANEL_ENERGY = const(("u32", 0, 99_999_999, "kWh", 3, _NONE_32, (0xC2,)))
ENERGY_UNIT = const((
    "code",
    (0x00, "1 kWh"), (0x01, "0.1 kWh"), (0x02, "0.01 kWh"), (0x03, "0.001 kWh"),
    (0x04, "0.0001 kWh"), (0x0A, "10 kWh"), (0x0B, "100 kWh"), (0x0C, "1000 kWh"),
    (0x0D, "10000 kWh"),
))  # fmt: skip
_UNIT_WH = const(0x03)

# R and T in 0.1 A.
_METER_AMPERES = const(("i16", -32_767, 32_765, "A", 1, _I16_NONE, (0xD8,)))
_METER_CURRENT = const(("group", ("R", _METER_AMPERES), ("T", _METER_AMPERES)))
_PANEL_AMPERES = const(("i16", -32_767, 32_765, "A", 1, _I16_NONE))
PANEL_CURRENT = const(("group", ("R", _PANEL_AMPERES), ("T", _PANEL_AMPERES)))
_CURRENT = const(("current", None))
# R-S(N) and S(N)-T in 0.1 V.
_METER_VOLTS = const(("u16", 0, 65_533, "V", 1, _NONE_16, (0xD9,)))
_METER_VOLTAGE = const(("group", ("R-S", _METER_VOLTS), ("S-T", _METER_VOLTS)))
_PANEL_VOLTS = const(("u16", 0, 65_533, "V", 1, _NONE_16))
_PANEL_VOLTAGE = const(("group", ("R-S", _PANEL_VOLTS), ("S-T", _PANEL_VOLTS)))
_VOLTAGE = const(("voltage", None))

# The day it is of, and 48 readings at 00:00, 00:30 … 23:30 (194 bytes).
HISTORY_DAY = const(("u16", 0, 99, "", 0, ((0x00FF, "initial value"),)))
_HISTORY = const(("group", ("day", HISTORY_DAY), ("readings", ("repeat", _METER_ENERGY, 48, 48))))
# When the last half-hour reading was taken, and the reading (11 bytes).
_HALF_HOUR = const(("group", ("at", ("moment", "YMDhms")), ("energy", _METER_ENERGY)))
# The day whose history is shown.
DAY_CHOSEN = const(("u8", 0, 99, "", 0, ((0xFF, "initial value"),)))

SUBMETER_ROWS = const((
    (0x80, "GI", _ON_OFF, "on"),
    (0xD4, "G", ENERGY_UNIT, "energy_unit", _UNIT_WH),
    (0xD7, "G", ("u8", 1, 8), "energy_digits", 8),
    (0xE0, "GS", DAY_CHOSEN, "history_day", "history_day"),
    (0xE1, "G", _METER_ENERGY, "energy_import"),
    (0xE2, "G", _HISTORY, "history_import", "history_import"),
    (0xE3, "G", _METER_ENERGY, "energy_export"),
    (0xE4, "G", _HISTORY, "history_export", "history_export"),
    (0xE7, "G", POWER, "power"),
    (0xE8, "G", _METER_CURRENT, "current", _CURRENT),
    (0xE9, "G", _METER_VOLTAGE, "voltage", _VOLTAGE),
    (0xEA, "G", _HALF_HOUR, "half_hour_import", ("half_hour_at", "half_hour_import")),
    (0xEB, "G", _HALF_HOUR, "half_hour_export", ("half_hour_at", "half_hour_export")),
))  # fmt: skip

CHANNEL_COUNT = const(("u8", 1, 252, "", 0, ((0xFD, "undefined"),)))

PANEL_ROWS = const((
    (0x80, "GI", _ON_OFF, "on", True),
    (0xB1, "G", CHANNEL_COUNT, "channel_count"),
    (0xC0, "G", PANEL_ENERGY, "energy_import"),
    (0xC1, "G", PANEL_ENERGY, "energy_export"),
    (0xC2, "G", ENERGY_UNIT, "energy_unit", _UNIT_WH),
    (0xC6, "G", POWER, "power"),
    (0xC7, "G", PANEL_CURRENT, "current", _CURRENT),
    (0xC8, "G", _PANEL_VOLTAGE, "voltage", _VOLTAGE),
))  # fmt: skip

# Energy and current of one branch (8 bytes); a panel has as many of the rows as it has branches.
CHANNEL = const(("group", ("energy", PANEL_ENERGY), ("current", PANEL_CURRENT)))
_OF_BRANCH = const(("energy_import", _CURRENT))
CHANNEL_ROWS = const((
    (0xD0, "G", CHANNEL, "channel_1", _OF_BRANCH),
    (0xD1, "G", CHANNEL, "channel_2", _OF_BRANCH),
    (0xD2, "G", CHANNEL, "channel_3", _OF_BRANCH),
    (0xD3, "G", CHANNEL, "channel_4", _OF_BRANCH),
    (0xD4, "G", CHANNEL, "channel_5", _OF_BRANCH),
    (0xD5, "G", CHANNEL, "channel_6", _OF_BRANCH),
    (0xD6, "G", CHANNEL, "channel_7", _OF_BRANCH),
    (0xD7, "G", CHANNEL, "channel_8", _OF_BRANCH),
    (0xD8, "G", CHANNEL, "channel_9", _OF_BRANCH),
    (0xD9, "G", CHANNEL, "channel_10", _OF_BRANCH),
    (0xDA, "G", CHANNEL, "channel_11", _OF_BRANCH),
    (0xDB, "G", CHANNEL, "channel_12", _OF_BRANCH),
    (0xDC, "G", CHANNEL, "channel_13", _OF_BRANCH),
    (0xDD, "G", CHANNEL, "channel_14", _OF_BRANCH),
    (0xDE, "G", CHANNEL, "channel_15", _OF_BRANCH),
    (0xDF, "G", CHANNEL, "channel_16", _OF_BRANCH),
    (0xE0, "G", CHANNEL, "channel_17", _OF_BRANCH),
    (0xE1, "G", CHANNEL, "channel_18", _OF_BRANCH),
    (0xE2, "G", CHANNEL, "channel_19", _OF_BRANCH),
    (0xE3, "G", CHANNEL, "channel_20", _OF_BRANCH),
    (0xE4, "G", CHANNEL, "channel_21", _OF_BRANCH),
    (0xE5, "G", CHANNEL, "channel_22", _OF_BRANCH),
    (0xE6, "G", CHANNEL, "channel_23", _OF_BRANCH),
    (0xE7, "G", CHANNEL, "channel_24", _OF_BRANCH),
    (0xE8, "G", CHANNEL, "channel_25", _OF_BRANCH),
    (0xE9, "G", CHANNEL, "channel_26", _OF_BRANCH),
    (0xEA, "G", CHANNEL, "channel_27", _OF_BRANCH),
    (0xEB, "G", CHANNEL, "channel_28", _OF_BRANCH),
    (0xEC, "G", CHANNEL, "channel_29", _OF_BRANCH),
    (0xED, "G", CHANNEL, "channel_30", _OF_BRANCH),
    (0xEE, "G", CHANNEL, "channel_31", _OF_BRANCH),
    (0xEF, "G", CHANNEL, "channel_32", _OF_BRANCH),
))  # fmt: skip
