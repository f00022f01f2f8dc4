"""Every property a node shows on ECHONET Lite: one row each, and nothing else to keep in step.

From a row follow the answer to Get and Set, the three property maps, the check of a value that
is written, and what the host tools print. A row is

    EPC, name, access, format, where the value lives

access   GET readable, SET writable, INF announced when it changes, CLOCK there only while the
         clock has been set (all three maps follow)
format   as in `wire.echonet_format`
lives    a text names the method of the object that gives the value (and, after "set_", the one
         that takes a new one); anything else is the value itself

All of it is `const`: it stays in flash, for the classes of every board, and takes no memory. What
is not constant, such as a name from another file, does not compile inside. No import of
MicroPython's own, so that the host decodes with these rows.

Source: tables of the ECHONET Lite Appendix, Releases R and K (docs/echonet-lite.md, "Sources").

Relays and lamps cannot be switched from the network in this release: what a load may do in a
blackout is decided in one place, the shed plan. So 80 and B0 are not in the Set map, although
class 0291 asks for a settable 80.
"""

from tomoshibi.wire.echonet_format import const

GET = const(1)
SET = const(2)
INF = const(4)
CLOCK = const(8)

# Fields of a row.
EPC = const(0)
NAME = const(1)
ACCESS = const(2)
FORMAT = const(3)
LIVES = const(4)

NODE_PROFILE = const(0x0EF0)
SUBMETER = const(0x028D)
PANEL = const(0x0287)
LAMP = const(0x0291)
ILLUMINANCE = const(0x000D)

ON = const(0x30)
OFF = const(0x31)
FAULT = const(0x41)
NO_FAULT = const(0x42)

_MAP = const(("map",))
_FAULT_STATUS = const(("code", (FAULT, "fault"), (NO_FAULT, "no fault")))
_INSTANCES = const(("list", 3, 84))
# Identity and maps: the same in devices and in the node profile.
_COMMON = const((
    (0x83, "identification number", GET, ("octets", 17, 17), "identification"),
    (0x8A, "maker code", GET, ("octets", 3, 3), "maker"),
    (0x8C, "product code", GET, ("text", 12), "product"),
    (0x8D, "serial number", GET, ("text", 12), "serial"),
    (0x9D, "announcement map", GET, _MAP, "announced"),
    (0x9E, "set map", GET, _MAP, "settable"),
    (0x9F, "get map", GET, _MAP, "readable"),
))  # fmt: skip

_DEVICE = const((
    (0x80, "operation status", GET | INF, ("code", (ON, "on"), (OFF, "off")), "status"),
    (0x81, "installation location", GET | SET | INF, ("place",), "place"),
    (0x82, "standard version", GET, ("release",), (0, 0, 0x52, 0)),  # R, rev. 0
    (0x88, "fault status", GET | INF, _FAULT_STATUS, "fault_status"),
    (0x89, "fault content", GET, ("u16", 0, 1_023), "fault_content"),
    (0x97, "current time", GET | CLOCK, ("moment", "hm"), "time_now"),
    (0x98, "current date", GET | CLOCK, ("moment", "YMD"), "date_now"),
))  # fmt: skip

# In the profile 88 is optional and stays out of its announcement map.
_PROFILE = const((
    (0x80, "operation status", GET | INF, ("code", (ON, "running"), (OFF, "not running")), ON),
    (0x82, "version", GET, ("version",), (1, 14, 1, 0)),  # 1.14, format 1
    (0x88, "fault status", GET, _FAULT_STATUS, "fault_status"),
    (0xD3, "number of instances", GET, ("u24", 0, 0xFFFFFF), "instance_count"),
    (0xD4, "number of classes", GET, ("u16", 0, 65_533), "class_count"),
    (0xD5, "instance list notification", INF, _INSTANCES, "instances"),
    (0xD6, "instance list", GET, _INSTANCES, "instances"),
    (0xD7, "class list", GET, ("list", 2, 8), "classes"),
))  # fmt: skip

_NONE_32 = const(((0xFFFFFFFE, "no data"),))
_NONE_16 = const(((0xFFFE, "no data"),))
# What u16 keeps free for numbers outside its range.
UNDER_OVER_16 = const(((0xFFFE, "underflow"), (0xFFFF, "overflow")))
_I16_NONE = const(((0x7FFE, "no data"),))
_I32_NONE = const(((0x7FFFFFFE, "no data"),))

POWER = const(("i32", -2_147_483_647, 2_147_483_645, "W", 0, _I32_NONE))
# A counter of eight decimal digits, whose unit is in another property.
_METER_ENERGY = const(("u32", 0, 99_999_999, "kWh", 0, _NONE_32, (0xD4, 0xD3)))
PANEL_ENERGY = const(("u32", 0, 99_999_999, "kWh", 0, _NONE_32, (0xC2,)))
ENERGY_UNIT = const((
    "code",
    (0x00, "1 kWh"), (0x01, "0.1 kWh"), (0x02, "0.01 kWh"), (0x03, "0.001 kWh"),
    (0x04, "0.0001 kWh"), (0x0A, "10 kWh"), (0x0B, "100 kWh"), (0x0C, "1000 kWh"),
    (0x0D, "10000 kWh"),
))  # fmt: skip
# 0.001 kWh, so that a count is the Wh of our counters.
_UNIT_WH = const(0x03)

# R and T in 0.1 A; T is "no data" on a branch of one phase and two wires.
_METER_AMPERES = const(("i16", -32_767, 32_765, "A", 1, _I16_NONE, (0xD8,)))
_METER_CURRENT = const(("group", ("R", _METER_AMPERES), ("T", _METER_AMPERES)))
_PANEL_AMPERES = const(("i16", -32_767, 32_765, "A", 1, _I16_NONE))
PANEL_CURRENT = const(("group", ("R", _PANEL_AMPERES), ("T", _PANEL_AMPERES)))
# R-S(N) and S(N)-T in 0.1 V.
_METER_VOLTS = const(("u16", 0, 65_533, "V", 1, _NONE_16, (0xD9,)))
_METER_VOLTAGE = const(("group", ("R-S", _METER_VOLTS), ("S-T", _METER_VOLTS)))
_PANEL_VOLTS = const(("u16", 0, 65_533, "V", 1, _NONE_16))
_PANEL_VOLTAGE = const(("group", ("R-S", _PANEL_VOLTS), ("S-T", _PANEL_VOLTS)))

# The day it is of, and 48 readings at 00:00, 00:30 … 23:30 (194 bytes).
HISTORY_DAY = const(("u16", 0, 99, "", 0, ((0x00FF, "initial value"),)))
_HISTORY = const(("group", ("day", HISTORY_DAY), ("readings", ("repeat", _METER_ENERGY, 48, 48))))
# When the last half-hour reading was taken, and the reading (11 bytes).
_HALF_HOUR = const(("group", ("at", ("moment", "YMDhms")), ("energy", _METER_ENERGY)))
# The day whose history is shown.
DAY_CHOSEN = const(("u8", 0, 99, "", 0, ((0xFF, "initial value"),)))

_SUBMETER = const((
    (0xD4, "energy unit", GET, ENERGY_UNIT, _UNIT_WH),
    (0xD7, "energy digits", GET, ("u8", 1, 8), 8),
    (0xE0, "history day", GET | SET, DAY_CHOSEN, "history_day"),
    (0xE1, "energy import", GET, _METER_ENERGY, "import_wh"),
    (0xE2, "energy history import", GET, _HISTORY, "history_import"),
    (0xE3, "energy export", GET, _METER_ENERGY, "export_wh"),
    (0xE4, "energy history export", GET, _HISTORY, "history_export"),
    (0xE7, "active power", GET, POWER, "power_w"),
    (0xE8, "current", GET, _METER_CURRENT, "current"),
    (0xE9, "voltage", GET, _METER_VOLTAGE, "voltage"),
    (0xEA, "half-hour energy import", GET, _HALF_HOUR, "half_hour_import"),
    (0xEB, "half-hour energy export", GET, _HALF_HOUR, "half_hour_export"),
))  # fmt: skip

# Of class 0287; channel n is CHANNEL_1 + n - 1.
CHANNEL_1 = const(0xD0)
CHANNELS_MOST = const(32)
CHANNEL_COUNT = const(("u8", 1, 252, "", 0, ((0xFD, "undefined"),)))
# Energy and current of one channel (8 bytes).
CHANNEL = const(("group", ("energy", PANEL_ENERGY), ("current", PANEL_CURRENT)))

_PANEL = const((
    (0xB1, "channels", GET, CHANNEL_COUNT, "channel_count"),
    (0xC0, "energy import", GET, PANEL_ENERGY, "import_wh"),
    (0xC1, "energy export", GET, PANEL_ENERGY, "export_wh"),
    (0xC2, "energy unit", GET, ENERGY_UNIT, _UNIT_WH),
    (0xC6, "active power", GET, POWER, "power_w"),
    (0xC7, "current", GET, PANEL_CURRENT, "current"),
    (0xC8, "voltage", GET, _PANEL_VOLTAGE, "voltage"),
))  # fmt: skip

_LAMP = const((
    (0x84, "power", GET, ("u16", 0, 65_533, "W", 0, UNDER_OVER_16), "power_w"),
    (0x85, "energy", GET, ("u32", 0, 999_999_999, "kWh", 3, _NONE_32), "import_wh"),
    (0xB0, "light level", GET, ("u8", 0, 100, "%"), "level"),
))  # fmt: skip

_ILLUMINANCE = const((
    (0xE0, "illuminance", GET, ("u16", 0, 65_533, "lx", 0, UNDER_OVER_16), "lux"),
    (0xE1, "illuminance (klx)", GET, ("u16", 0, 65_533, "klx", 0, UNDER_OVER_16), "kilolux"),
))  # fmt: skip

_DEVICES = const((
    (SUBMETER, _SUBMETER), (PANEL, _PANEL), (LAMP, _LAMP), (ILLUMINANCE, _ILLUMINANCE),
))  # fmt: skip


def rows_of(class_code, channels=0):
    """The rows of one class, what all devices have included; KeyError for a class not ours.

    channels   of a panel, at most 32
    """
    if class_code == NODE_PROFILE:
        return _COMMON + _PROFILE
    for code, own in _DEVICES:
        if code == class_code:
            rows = _COMMON + _DEVICE + own
            return rows + _channel_rows(channels) if code == PANEL else rows
    raise KeyError(class_code)


def row_of(rows, epc):
    """The row of one property; None if there is none."""
    for row in rows:
        if row[EPC] == epc:
            return row
    return None


def _channel_rows(count):
    """Rows D0 upwards for the first `count` channels of a panel."""
    return tuple(
        (CHANNEL_1 + n, "channel %d" % (n + 1), GET, CHANNEL, "channel")
        for n in range(min(count, CHANNELS_MOST))
    )
