"""What ECHONET Lite objects can show: the firmware's own rows, and what other nodes have besides.

Formats are as in `wire.echonet_format`; access and place of the value do not matter to a reader.

Source of the additions: tables of the ECHONET Lite Appendix, Releases K and R
(docs/echonet-lite.md, "Sources").
"""

from tomoshibi.reporting import echonet_devices, echonet_lights, echonet_meters
from tomoshibi.reporting import echonet_view as view
from tomoshibi.reporting.echonet_lights import UNDER_OVER_16
from tomoshibi.reporting.echonet_meters import (
    CHANNEL_COUNT,
    DAY_CHOSEN,
    HISTORY_DAY,
    PANEL_CURRENT,
    PANEL_ENERGY,
    POWER,
)
from tomoshibi.reporting.echonet_view import EPC, FORMAT, NAME

NAMES = {
    view.NODE_PROFILE: "node profile",
    view.SUBMETER: "sub-meter",
    view.PANEL: "panel meter",
    0x0290: "general lighting",
    view.LAMP: "lamp",
    view.ILLUMINANCE: "illuminance sensor",
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
    0x85: ("energy_import", ("u32", 0, 999_999_999, "kWh", 3)),
    0x86: ("maker_fault_code", ("octets", 1, 255)),
    0x87: ("current_limit", _PERCENT),
    0x8B: ("facility_code", ("octets", 3, 3)),
    0x8E: ("production_date", _DATE),
    0x8F: ("power_saving", ("code", (0x41, "saving"), (0x42, "normal"))),
    0x93: (
        "remote_control",
        (
            "code",
            (0x41, "local"),
            (0x42, "remote"),
            (0x61, "line only local"),
            (0x62, "line remote"),
        ),
    ),
    0x99: ("power_limit", _WATTS),
    0x9A: (
        "operating_time",
        ("group", ("unit", _CLOCK_UNIT), ("count", ("u32", 0, 4_294_967_295))),
    ),
}

_PROFILE = {
    0x89: ("fault_content", ("u16", 0, 1_023)),
    0x8B: ("facility_code", ("octets", 3, 3)),
    0x8E: ("production_date", _DATE),
    0xBF: ("individual_identification", ("octets", 2, 2)),
}

_SUBMETER = {
    0xD3: ("energy_coefficient", ("u32", 1, 999_999)),
    0xD8: ("current_coefficient", ("u16", 1, 999)),
    0xD9: ("voltage_coefficient", ("u16", 1, 999)),
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
    0xB0: ("main_breaker_rating", ("u8", 0, 253, "A")),
    0xB2: ("range_of_energy_list", _range(60)),
    0xB3: ("energy_list", _list(PANEL_ENERGY, 60)),
    0xB4: ("range_of_current_list", _range(60)),
    0xB5: ("current_list", _list(PANEL_CURRENT, 60)),
    0xB6: ("range_of_power_list", _range(60)),
    0xB7: ("power_list", _list(POWER, 60)),
    0xB8: ("two_way_channels", CHANNEL_COUNT),
    0xB9: ("range_of_two_way_energy_list", _range(30)),
    0xBA: ("two_way_energy_list", _list(_BOTH_WAYS, 30)),
    0xBB: ("range_of_two_way_current_list", _range(60)),
    0xBC: ("two_way_current_list", _list(PANEL_CURRENT, 60)),
    0xBD: ("range_of_two_way_power_list", _range(60)),
    0xBE: ("two_way_power_list", _list(POWER, 60)),
    0xC3: ("energy_history_import", _HISTORY),
    0xC4: ("energy_history_export", _HISTORY),
    0xC5: ("history_day", DAY_CHOSEN),
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
    0x90: ("on_timer", _YES_NO_41),
    0x91: ("on_time", _TIME),
    0x94: ("off_timer", _YES_NO_41),
    0x95: ("off_time", _TIME),
    0xB0: ("light_level", _PERCENT),
    0xB1: ("light_colour", ("code", *_COLOURS, (0xFD, "undefined"))),
    0xB2: ("level_step", _STEP),
    0xB3: ("colour_step", _STEP),
    0xB4: ("maximum_steps", _STEPS),
    0xB5: ("maximum_steps_at_night", _STEPS),
    0xB6: ("lighting_mode", ("code", (0x41, "auto"), *_MODES)),
    0xB7: ("main_light_level", _PERCENT),
    0xB8: ("main_light_level_step", _STEP),
    0xB9: ("night_light_level", _PERCENT),
    0xBA: ("night_light_level_step", _STEP),
    0xBB: ("main_light_colour", ("code", *_COLOURS)),
    0xBC: ("main_light_colour_step", _STEP),
    0xBD: ("night_light_colour", ("code", *_COLOURS)),
    0xBE: ("night_light_colour_step", _STEP),
    0xBF: ("mode_in_automatic", ("code", (0x44, "off"), *_MODES)),
    0xC0: ("rgb", ("repeat", _BYTE, 3, 3)),
}


# What our own nodes show, by the firmware's rows; a panel with all the channels it may have.
_DEVICE_ROWS = echonet_devices.DEVICE + echonet_devices.IDENTITY
OWN_ROWS = {
    view.NODE_PROFILE: echonet_devices.PROFILE + echonet_devices.IDENTITY,
    view.SUBMETER: echonet_meters.SUBMETER_ROWS + _DEVICE_ROWS,
    view.PANEL: echonet_meters.PANEL_ROWS + echonet_meters.CHANNEL_ROWS + _DEVICE_ROWS,
    view.LAMP: echonet_lights.LAMP_ROWS + _DEVICE_ROWS,
    view.ILLUMINANCE: echonet_lights.ILLUMINANCE_ROWS + _DEVICE_ROWS,
}


def _table(class_code: int, additions: dict) -> dict[int, tuple]:
    """{EPC: (name, format)}: the firmware's rows win over the additions."""
    ours = {row[EPC]: (row[NAME], row[FORMAT]) for row in OWN_ROWS[class_code]}
    common = _PROFILE if class_code == view.NODE_PROFILE else _DEVICE
    return common | additions | ours


def _common() -> dict[int, tuple]:
    """What every device has, for classes without a table here."""
    device_rows = _table(view.ILLUMINANCE, {}).items()
    return {epc: row for epc, row in device_rows if epc < 0xA0}


CLASSES: dict[int, dict[int, tuple]] = {
    view.NODE_PROFILE: _table(view.NODE_PROFILE, {}),
    view.SUBMETER: _table(view.SUBMETER, _SUBMETER),
    view.PANEL: _table(view.PANEL, _PANEL),
    view.LAMP: _table(view.LAMP, {}),
    view.ILLUMINANCE: _table(view.ILLUMINANCE, {}),
    0x0290: _common() | _LIGHTING,
}
COMMON = _common()
