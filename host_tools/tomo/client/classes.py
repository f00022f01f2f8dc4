"""What ECHONET Lite objects can show: the firmware's own rows, and what other nodes have besides.

Formats are as in `wire.echonet_format`; access and place of the value do not matter to a reader.

Source of the additions: tables of the ECHONET Lite Appendix, Releases K and R
(docs/echonet-lite.md, "Sources").
"""

from tomoshibi.reporting import points
from tomoshibi.reporting.points import (
    CHANNEL_COUNT,
    DAY_CHOSEN,
    EPC,
    FORMAT,
    HISTORY_DAY,
    NAME,
    PANEL_CURRENT,
    PANEL_ENERGY,
    POWER,
    UNDER_OVER_16,
    rows_of,
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

_BYTE = ("u8", 0, 255)
_PERCENT = ("u8", 0, 100, "%")
_WATTS = ("u16", 0, 65_533, "W", 0, UNDER_OVER_16)
_YES_NO_41 = ("code", (0x41, "on"), (0x42, "off"))
_DATE = ("moment", "YMD")
_TIME = ("moment", "hm")
_CLOCK_UNIT = ("code", (0x41, "s"), (0x42, "min"), (0x43, "h"), (0x44, "d"))

_DEVICE = {
    0x84: ("power", _WATTS),
    0x85: ("energy", ("u32", 0, 999_999_999, "kWh", 3)),
    0x86: ("maker fault code", ("octets", 1, 255)),
    0x87: ("current limit", _PERCENT),
    0x8B: ("facility code", ("octets", 3, 3)),
    0x8E: ("production date", _DATE),
    0x8F: ("power saving", ("code", (0x41, "saving"), (0x42, "normal"))),
    0x93: (
        "remote control",
        (
            "code",
            (0x41, "local"),
            (0x42, "remote"),
            (0x61, "line only local"),
            (0x62, "line remote"),
        ),
    ),
    0x99: ("power limit", _WATTS),
    0x9A: (
        "operating time",
        ("group", ("unit", _CLOCK_UNIT), ("count", ("u32", 0, 4_294_967_295))),
    ),
}

_PROFILE = {
    0x89: ("fault content", ("u16", 0, 1_023)),
    0x8B: ("facility code", ("octets", 3, 3)),
    0x8E: ("production date", _DATE),
    0xBF: ("individual identification", ("octets", 2, 2)),
}

_SUBMETER = {
    0xD3: ("energy coefficient", ("u32", 1, 999_999)),
    0xD8: ("current coefficient", ("u16", 1, 999)),
    0xD9: ("voltage coefficient", ("u16", 1, 999)),
}


def _count(most: int) -> tuple:
    return ("u8", 1, most, "", 0, ((0xFD, "undefined"),))


def _range(most: int) -> tuple:
    """First channel and count, as written before a list is read."""
    return ("group", ("first", CHANNEL_COUNT), ("count", _count(most)))


def _list(part: tuple, most: int) -> tuple:
    """First channel, count, and that many values."""
    return (*_range(most), ("channels", ("repeat", part, most, 0)))


_BOTH_WAYS = ("group", ("import", PANEL_ENERGY), ("export", PANEL_ENERGY))
_HISTORY = ("group", ("day", HISTORY_DAY), ("readings", ("repeat", PANEL_ENERGY, 48, 48)))

_PANEL = {
    0xB0: ("main breaker rating", ("u8", 0, 253, "A")),
    0xB2: ("range of energy list", _range(60)),
    0xB3: ("energy list", _list(PANEL_ENERGY, 60)),
    0xB4: ("range of current list", _range(60)),
    0xB5: ("current list", _list(PANEL_CURRENT, 60)),
    0xB6: ("range of power list", _range(60)),
    0xB7: ("power list", _list(POWER, 60)),
    0xB8: ("two-way channels", CHANNEL_COUNT),
    0xB9: ("range of two-way energy list", _range(30)),
    0xBA: ("two-way energy list", _list(_BOTH_WAYS, 30)),
    0xBB: ("range of two-way current list", _range(60)),
    0xBC: ("two-way current list", _list(PANEL_CURRENT, 60)),
    0xBD: ("range of two-way power list", _range(60)),
    0xBE: ("two-way power list", _list(POWER, 60)),
    0xC3: ("energy history import", _HISTORY),
    0xC4: ("energy history export", _HISTORY),
    0xC5: ("history day", DAY_CHOSEN),
}

_COLOURS = (
    (0x40, "other"),
    (0x41, "incandescent"),
    (0x42, "white"),
    (0x43, "day white"),
    (0x44, "daylight"),
)
_STEP = ("u8", 1, 255)
_STEPS = ("group", ("level", _BYTE), ("colour", _BYTE))
_MODES = ((0x42, "main lighting"), (0x43, "night lighting"), (0x45, "colour lighting"))

_LIGHTING = {
    0x90: ("on timer", _YES_NO_41),
    0x91: ("on time", _TIME),
    0x94: ("off timer", _YES_NO_41),
    0x95: ("off time", _TIME),
    0xB0: ("light level", _PERCENT),
    0xB1: ("light colour", ("code", *_COLOURS, (0xFD, "undefined"))),
    0xB2: ("level step", _STEP),
    0xB3: ("colour step", _STEP),
    0xB4: ("maximum steps", _STEPS),
    0xB5: ("maximum steps at night", _STEPS),
    0xB6: ("lighting mode", ("code", (0x41, "auto"), *_MODES)),
    0xB7: ("main light level", _PERCENT),
    0xB8: ("main light level step", _STEP),
    0xB9: ("night light level", _PERCENT),
    0xBA: ("night light level step", _STEP),
    0xBB: ("main light colour", ("code", *_COLOURS)),
    0xBC: ("main light colour step", _STEP),
    0xBD: ("night light colour", ("code", *_COLOURS)),
    0xBE: ("night light colour step", _STEP),
    0xBF: ("mode in automatic", ("code", (0x44, "off"), *_MODES)),
    0xC0: ("RGB", ("repeat", _BYTE, 3, 3)),
}


def _table(class_code: int, additions: dict, channels: int = 0) -> dict[int, tuple]:
    """{EPC: (name, format)}: the firmware's rows win over the additions."""
    ours = {row[EPC]: (row[NAME], row[FORMAT]) for row in rows_of(class_code, channels)}
    common = _PROFILE if class_code == points.NODE_PROFILE else _DEVICE
    return common | additions | ours


def _common() -> dict[int, tuple]:
    """What every device has, for classes without a table here."""
    device_rows = _table(points.ILLUMINANCE, {}).items()
    return {epc: row for epc, row in device_rows if epc < 0xA0}


CLASSES: dict[int, dict[int, tuple]] = {
    points.NODE_PROFILE: _table(points.NODE_PROFILE, {}),
    points.SUBMETER: _table(points.SUBMETER, _SUBMETER),
    points.PANEL: _table(points.PANEL, _PANEL, points.CHANNELS_MOST),
    points.LAMP: _table(points.LAMP, {}),
    points.ILLUMINANCE: _table(points.ILLUMINANCE, {}),
    0x0290: _common() | _LIGHTING,
}
COMMON = _common()
