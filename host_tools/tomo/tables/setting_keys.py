"""Keys of a file that are settings of a node: ranges, choices, units and defaults from their
rows in the firmware's `settings.declared`.
"""

from tomo.tables.keys import REQUIRED, Key
from tomoshibi.settings.declared import (
    ADDRESS,
    CHOICE,
    DEFAULT,
    INTEGER,
    KIND,
    LEAST,
    LOAD_SETTINGS,
    MOST,
    NAME,
    SETTINGS,
    UNIT,
)

_ROWS = {row[NAME]: row for row in SETTINGS}
# The scenario says these elsewhere: of the site, the grid, the node and its lamp. The network is
# the desk's.
_ELSEWHERE = (
    "name", "wifi_ssid", "wifi_password", "ntp_server", "time_from", "utc_offset_min",
    "latitude_e4", "longitude_e4", "line_hz", "line_v", "lamp_role", "lamp_full_w",
    "lamp_standby_mw", "island_energy_wh",
)  # fmt: skip
# A scenario is about its loads: what each is must be said.
_SAID_OF_A_LOAD = ("name", "tier", "rated_w")


def setting_key(setting: str, name: str = "", **default: object) -> Key:
    """The key `name` of a file that has what the setting has; of the same name if not given.

    default   instead of the setting's own
    """
    row = _ROWS[setting]
    return _key(row, name or setting, default.get("default", row[DEFAULT]))


def node_keys() -> tuple[Key, ...]:
    """`[node.settings]`. Not given is not told: then the node has its own default."""
    return tuple(_key(row, row[NAME], None) for row in SETTINGS if row[NAME] not in _ELSEWHERE)


def load_keys() -> tuple[Key, ...]:
    """What `[[node.load]]` says that the node is told, too."""
    return tuple(_load_key(row) for row in LOAD_SETTINGS)


def _load_key(row: tuple) -> Key:
    name = row[NAME]
    if name == "locked_off":
        return Key(name, "flag", bool(row[DEFAULT]))  # a setting can only be a number
    return _key(row, name, REQUIRED if name in _SAID_OF_A_LOAD else row[DEFAULT])


def _key(row: tuple, name: str, default: object) -> Key:
    if row[KIND] == CHOICE:
        return Key(name, "choice", default, unit=row[UNIT], choices=row[MOST])
    kind = {INTEGER: "integer", ADDRESS: "ip"}.get(row[KIND], "text")
    return Key(name, kind, default, row[LEAST], row[MOST], row[UNIT])
