"""Every property this node shows on ECHONET Lite: one row each, and nothing else to keep in step.

From a row follow the answer to Get and Set, the three property maps, the check of a value that
is written, and what the host tools print. A row is

    EPC, name, access, format, where the value lives

access   GET readable, SET writable, INF announced when it changes, CLOCK there only while the
         clock has been set (all three maps follow)
lives    a text names the method of the object that gives the value (and, after "set_", the one
         that takes a new one); anything else is the value itself

Data only, and no import of MicroPython's own, so that the host decodes with these rows.

Source: facts sheet "ECHONET Lite", sections 10, 12.1, 14.2, 14.6, 14.8 and 14.12.

Relays and lamps cannot be switched from the network in this release: what a load may do in a
blackout is decided in one place, the shed plan. So 80 and B0 are not in the Set map, although
class 0291 asks for a settable 80.
"""

from wire.echonet_format import (
    NO_DATA,
    UNDER_OVER_16,
    Code,
    Codes,
    Group,
    Moment,
    Number,
    Octets,
    Place,
    PropertyMap,
    Release,
    Repeat,
    Version,
    u8,
    u16,
    u32,
)
from wire.echonet_map import CLASSES_MOST, INSTANCES_MOST

GET = 1
SET = 2
INF = 4
CLOCK = 8

# Fields of a row.
EPC = 0
NAME = 1
ACCESS = 2
FORMAT = 3
LIVES = 4

NODE_PROFILE = 0x0EF0
SUBMETER = 0x028D
PANEL = 0x0287
LAMP = 0x0291
ILLUMINANCE = 0x000D

ON = 0x30
OFF = 0x31
FAULT = 0x41
NO_FAULT = 0x42

CHANNEL_1 = 0xD0  # of class 0287; channel n is CHANNEL_1 + n - 1
CHANNELS_MOST = 32

_NONE_32 = ((0xFFFFFFFE, NO_DATA),)
_NONE_16 = ((0xFFFE, NO_DATA),)


def energy(*scaled_by):
    """A counter of eight decimal digits; the EPCs in `scaled_by` multiply it."""
    return u32(0, 99_999_999, "kWh", 0, _NONE_32, scaled_by)


def current(*scaled_by):
    """R and T in 0.1 A; T is "no data" on a branch of one phase and two wires."""
    one = Number(2, True, -32_767, 32_765, "A", 1, ((0x7FFE, NO_DATA),), scaled_by)
    return Group(("R", one), ("T", one))


def voltage(*scaled_by):
    """R-S(N) and S(N)-T in 0.1 V."""
    one = u16(0, 65_533, "V", 1, _NONE_16, scaled_by)
    return Group(("R-S", one), ("S-T", one))


def history(one):
    """The day it is of, and 48 readings `one` at 00:00, 00:30 … 23:30."""
    day = u16(0, 99, codes=((0x00FF, "initial value"),))
    return Group(("day", day), ("readings", Repeat(one, 48)))


# A format that several rows share is one object, as there is little memory on a board.
_METER_ENERGY = energy(0xD4, 0xD3)
_HISTORY = history(_METER_ENERGY)  # 194 bytes
# When the last half-hour reading was taken, and the reading (11 bytes).
_HALF_HOUR = Group(("at", Moment("YMDhms")), ("energy", _METER_ENERGY))
_PANEL_ENERGY = energy(0xC2)
_PANEL_CURRENT = current()
# Energy and current of one channel of a panel (8 bytes).
CHANNEL = Group(("energy", _PANEL_ENERGY), ("current", _PANEL_CURRENT))
_MAP = PropertyMap()
_ASCII_12 = Octets(12, text=True)
POWER = Number(4, True, -2_147_483_647, 2_147_483_645, "W", 0, ((0x7FFFFFFE, NO_DATA),))
ON_OFF = Code((ON, "on"), (OFF, "off"))
FAULT_STATUS = Code((FAULT, "fault"), (NO_FAULT, "no fault"))
ENERGY_UNIT = Code(
    (0x00, "1 kWh"), (0x01, "0.1 kWh"), (0x02, "0.01 kWh"), (0x03, "0.001 kWh"),
    (0x04, "0.0001 kWh"), (0x0A, "10 kWh"), (0x0B, "100 kWh"), (0x0C, "1000 kWh"),
    (0x0D, "10000 kWh"),
)  # fmt: skip
# 0.001 kWh, so that a count is the Wh of our counters.
_UNIT_WH = 0x03
_DIGITS = 8
_HISTORY_DAY = u8(0, 99, codes=((0xFF, "initial value"),))
_LUX = ((0xFFFE, "underflow"), (0xFFFF, "overflow"))

# Identity and maps: the same in devices and in the node profile.
_COMMON = (
    (0x83, "identification number", GET, Octets(17), "identification"),
    (0x88, "fault status", GET | INF, FAULT_STATUS, "fault_status"),
    (0x8A, "maker code", GET, Octets(3), "maker"),
    (0x8C, "product code", GET, _ASCII_12, "product"),
    (0x8D, "serial number", GET, _ASCII_12, "serial"),
    (0x9D, "announcement map", GET, _MAP, "announced"),
    (0x9E, "set map", GET, _MAP, "settable"),
    (0x9F, "get map", GET, _MAP, "readable"),
)

_DEVICE = _COMMON + (
    (0x80, "operation status", GET | INF, ON_OFF, "status"),
    (0x81, "installation location", GET | SET | INF, Place(), "place"),
    (0x82, "standard version", GET, Release(), ("R", 0)),
    (0x89, "fault content", GET, u16(0, 1_023), "fault_content"),
    (0x97, "current time", GET | CLOCK, Moment("hm"), "time_now"),
    (0x98, "current date", GET | CLOCK, Moment("YMD"), "date_now"),
)

# In the profile 88 is optional and stays out of its announcement map (section 10).
_PROFILE = tuple(row for row in _COMMON if row[EPC] != 0x88) + (
    (0x80, "operation status", GET | INF, Code((ON, "running"), (OFF, "not running")), ON),
    (0x82, "version", GET, Version(), (1, 14, 1)),
    (0x88, "fault status", GET, FAULT_STATUS, "fault_status"),
    (0xD3, "number of instances", GET, Number(3, False, 0, 0xFFFFFF), "instance_count"),
    (0xD4, "number of classes", GET, u16(), "class_count"),
    (0xD5, "instance list notification", INF, Codes(3, INSTANCES_MOST), "instances"),
    (0xD6, "instance list", GET, Codes(3, INSTANCES_MOST), "instances"),
    (0xD7, "class list", GET, Codes(2, CLASSES_MOST), "classes"),
)

_SUBMETER = (
    (0xD4, "energy unit", GET, ENERGY_UNIT, _UNIT_WH),
    (0xD7, "energy digits", GET, u8(1, 8), _DIGITS),
    (0xE0, "history day", GET | SET, _HISTORY_DAY, "history_day"),
    (0xE1, "energy import", GET, _METER_ENERGY, "import_wh"),
    (0xE2, "energy history import", GET, _HISTORY, "history"),
    (0xE3, "energy export", GET, _METER_ENERGY, "export_wh"),
    (0xE4, "energy history export", GET, _HISTORY, "history"),
    (0xE7, "active power", GET, POWER, "power_w"),
    (0xE8, "current", GET, current(0xD8), "current"),
    (0xE9, "voltage", GET, voltage(0xD9), "voltage"),
    (0xEA, "half-hour energy import", GET, _HALF_HOUR, "half_hour_import"),
    (0xEB, "half-hour energy export", GET, _HALF_HOUR, "half_hour_export"),
)

_PANEL = (
    (0xB1, "channels", GET, u8(1, 252, codes=((0xFD, "undefined"),)), "channel_count"),
    (0xC0, "energy import", GET, _PANEL_ENERGY, "import_wh"),
    (0xC1, "energy export", GET, _PANEL_ENERGY, "export_wh"),
    (0xC2, "energy unit", GET, ENERGY_UNIT, _UNIT_WH),
    (0xC6, "active power", GET, POWER, "power_w"),
    (0xC7, "current", GET, _PANEL_CURRENT, "current"),
    (0xC8, "voltage", GET, voltage(), "voltage"),
)

_LAMP = (
    (0x84, "power", GET, u16(0, 65_533, "W", 0, UNDER_OVER_16), "power_w"),
    (0x85, "energy", GET, u32(0, 999_999_999, "kWh", 3, _NONE_32), "import_wh"),
    (0xB0, "light level", GET, u8(0, 100, "%"), "level"),
)

_ILLUMINANCE = (
    (0xE0, "illuminance", GET, u16(0, 65_533, "lx", 0, _LUX), "lux"),
    (0xE1, "illuminance (klx)", GET, u16(0, 65_533, "klx", 0, _LUX), "kilolux"),
)


def channel_rows(count):
    """Rows D0 upwards for the first `count` channels of a panel, at most 32."""
    return tuple(
        (CHANNEL_1 + n, "channel %d" % (n + 1), GET, CHANNEL, "channel")
        for n in range(min(count, CHANNELS_MOST))
    )


_OF_CLASS = {SUBMETER: _SUBMETER, PANEL: _PANEL, LAMP: _LAMP, ILLUMINANCE: _ILLUMINANCE}


def rows_of(class_code, channels=0):
    """{EPC: row} of one class, what all devices have included; KeyError for a class not ours."""
    if class_code == NODE_PROFILE:
        rows = _PROFILE
    else:
        rows = _DEVICE + _OF_CLASS[class_code]
    if class_code == PANEL:
        rows += channel_rows(channels)
    return {row[EPC]: row for row in rows}
