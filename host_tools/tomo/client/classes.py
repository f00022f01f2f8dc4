"""What ECHONET Lite objects can show: the firmware's own rows, and what other nodes have besides.

A row is as in `reporting.points`; access and place of the value do not matter to a reader.

Source of the additions: tables of the ECHONET Lite Appendix, Releases K and R
(docs/echonet-lite.md, "Sources").
"""

from reporting import meter_points, points
from reporting.meter_points import energy, history
from reporting.points import FORMAT, NAME, rows_of
from wire.echonet_format import (
    UNDER_OVER_16,
    Code,
    Group,
    Moment,
    Number,
    Octets,
    Repeat,
    u8,
    u16,
    u32,
)

NAMES = {
    points.NODE_PROFILE: "node profile",
    points.SUBMETER: "sub-meter",
    points.PANEL: "panel meter",
    0x0290: "general lighting",
    points.LAMP: "lamp",
    points.ILLUMINANCE: "illuminance sensor",
    0x0288: "smart meter",
    0x05FF: "controller",
}

_U16_W = u16(0, 65_533, "W", 0, UNDER_OVER_16)
_YES_NO_41 = Code((0x41, "on"), (0x42, "off"))
_DATE = Moment("YMD")
_TIME = Moment("hm")
_CLOCK_UNIT = Code((0x41, "s"), (0x42, "min"), (0x43, "h"), (0x44, "d"))

_DEVICE = {
    0x84: ("power", _U16_W),
    0x85: ("energy", u32(0, 999_999_999, "kWh", 3)),
    0x86: ("maker fault code", Octets(1, 255)),
    0x87: ("current limit", u8(0, 100, "%")),
    0x8B: ("facility code", Octets(3)),
    0x8E: ("production date", _DATE),
    0x8F: ("power saving", Code((0x41, "saving"), (0x42, "normal"))),
    0x93: (
        "remote control",
        Code((0x41, "local"), (0x42, "remote"), (0x61, "line only local"), (0x62, "line remote")),
    ),
    0x99: ("power limit", _U16_W),
    0x9A: ("operating time", Group(("unit", _CLOCK_UNIT), ("count", u32(0, 4_294_967_295)))),
}

_PROFILE = {
    0x89: ("fault content", u16(0, 1_023)),
    0x8B: ("facility code", Octets(3)),
    0x8E: ("production date", _DATE),
    0xBF: ("individual identification", Octets(2)),
}

_SUBMETER = {
    0xD3: ("energy coefficient", u32(1, 999_999)),
    0xD8: ("current coefficient", u16(1, 999)),
    0xD9: ("voltage coefficient", u16(1, 999)),
}

_CHANNEL = u8(1, 252, codes=((0xFD, "undefined"),))


def _range(most: int) -> Group:
    """First channel and count, as written before a list is read."""
    return Group(("first", _CHANNEL), ("count", u8(1, most, codes=((0xFD, "undefined"),))))


def _list(part, most: int) -> Group:
    """First channel, count, and that many values."""
    count = u8(1, most, codes=((0xFD, "undefined"),))
    return Group(("first", _CHANNEL), ("count", count), ("channels", Repeat(part, most, 0)))


_BOTH_WAYS = Group(("import", energy(0xC2)), ("export", energy(0xC2)))

_PANEL = {
    0xB0: ("main breaker rating", u8(0, 253, "A")),
    0xB2: ("range of energy list", _range(60)),
    0xB3: ("energy list", _list(energy(0xC2), 60)),
    0xB4: ("range of current list", _range(60)),
    0xB5: ("current list", _list(meter_points.current(), 60)),
    0xB6: ("range of power list", _range(60)),
    0xB7: ("power list", _list(meter_points.POWER, 60)),
    0xB8: ("two-way channels", _CHANNEL),
    0xB9: ("range of two-way energy list", _range(30)),
    0xBA: ("two-way energy list", _list(_BOTH_WAYS, 30)),
    0xBB: ("range of two-way current list", _range(60)),
    0xBC: ("two-way current list", _list(meter_points.current(), 60)),
    0xBD: ("range of two-way power list", _range(60)),
    0xBE: ("two-way power list", _list(meter_points.POWER, 60)),
    0xC3: ("energy history import", history(energy(0xC2))),
    0xC4: ("energy history export", history(energy(0xC2))),
    0xC5: ("history day", u8(0, 99, codes=((0xFF, "initial value"),))),
}

_COLOURS = (
    (0x40, "other"),
    (0x41, "incandescent"),
    (0x42, "white"),
    (0x43, "day white"),
    (0x44, "daylight"),
)
_STEP = u8(1, 255)
_STEPS = Group(("level", Number(1, False, 0, 255)), ("colour", Number(1, False, 0, 255)))
_MODES = ((0x42, "main lighting"), (0x43, "night lighting"), (0x45, "colour lighting"))

_LIGHTING = {
    0x90: ("on timer", _YES_NO_41),
    0x91: ("on time", _TIME),
    0x94: ("off timer", _YES_NO_41),
    0x95: ("off time", _TIME),
    0xB0: ("light level", u8(0, 100, "%")),
    0xB1: ("light colour", Code(*_COLOURS, (0xFD, "undefined"))),
    0xB2: ("level step", _STEP),
    0xB3: ("colour step", _STEP),
    0xB4: ("maximum steps", _STEPS),
    0xB5: ("maximum steps at night", _STEPS),
    0xB6: ("lighting mode", Code((0x41, "auto"), *_MODES)),
    0xB7: ("main light level", u8(0, 100, "%")),
    0xB8: ("main light level step", _STEP),
    0xB9: ("night light level", u8(0, 100, "%")),
    0xBA: ("night light level step", _STEP),
    0xBB: ("main light colour", Code(*_COLOURS)),
    0xBC: ("main light colour step", _STEP),
    0xBD: ("night light colour", Code(*_COLOURS)),
    0xBE: ("night light colour step", _STEP),
    0xBF: ("mode in automatic", Code((0x44, "off"), *_MODES)),
    0xC0: ("RGB", Repeat(Number(1, False, 0, 255), 3)),
}


def _table(class_code: int, additions: dict, channels: int = 0) -> dict[int, tuple]:
    """{EPC: (name, format)}: the firmware's rows win over the additions."""
    rows = rows_of(class_code, channels)
    ours = {epc: (row[NAME], row[FORMAT]) for epc, row in rows.items()}
    common = _PROFILE if class_code == points.NODE_PROFILE else _DEVICE
    return common | additions | ours


def _common() -> dict[int, tuple]:
    """What every device has, for classes without a table here."""
    device_rows = rows_of(points.ILLUMINANCE).items()
    return _DEVICE | {epc: (row[NAME], row[FORMAT]) for epc, row in device_rows if epc < 0xA0}


CLASSES: dict[int, dict[int, tuple]] = {
    points.NODE_PROFILE: _table(points.NODE_PROFILE, {}),
    points.SUBMETER: _table(points.SUBMETER, _SUBMETER),
    points.PANEL: _table(points.PANEL, _PANEL, meter_points.CHANNELS_MOST),
    points.LAMP: _table(points.LAMP, {}),
    points.ILLUMINANCE: _table(points.ILLUMINANCE, {}),
    0x0290: _common() | _LIGHTING,
}
COMMON = _common()
