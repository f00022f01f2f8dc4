"""Everything a site file may say, declared once: tables, keys, kinds, ranges, defaults.

What is a setting of a node has its range from the setting's own row. `records.py` holds the
result; a key's name here is the field's name there.
"""

from tomo.tables.keys import Key, Table
from tomo.tables.setting_keys import load_keys, node_keys, setting_key

PLACE = (
    Key("name", "text", low=1, high=60),
    Key("place", "text", "", high=60),
    Key("latitude", "number", low=-90, high=90, unit="deg"),
    Key("longitude", "number", low=-180, high=180, unit="deg"),
    setting_key("utc_offset_min"),
)
RATINGS = (
    Key("continuous_w", "integer", low=1, high=100_000, unit="W"),
    Key("surge_w", "integer", 0, 0, 300_000, "W"),  # 0: twice the continuous rating
    setting_key("island_surge_ms", "surge_ms"),  # nodes are told it
)
CIRCUIT = (*load_keys(), Key("circuit", "integer", 0, 0, 9))
LAMP = (
    Key("name", "text", low=1, high=32),
    Key("tier", "integer", 0, 0, 4),
    setting_key("lamp_role", "role"),
    setting_key("lamp_full_w", "full_w"),
    setting_key("lamp_standby_mw", "standby_mw"),
    setting_key("island_energy_wh"),
)
# What a node may be told besides its place, its loads and its lamp.
SETTINGS = Table(node_keys(), required=False)

_SITE = Table(
    (
        *PLACE,
        setting_key("line_hz"),
        setting_key("line_v"),
        Key("firmware", "text", "", 1, 20),
    )
)
_NETWORK = Table(
    (
        setting_key("wifi_ssid", "ssid"),
        setting_key("ntp_server"),
        Key("wifi_password", "never", ""),
        Key("password", "never", ""),
    ),
    required=False,
)
_SERIALS = Table(
    (
        Key("first", "serial", ""),
        Key("last", "serial", ""),
        Key("list", "texts", ()),
        Key("board", "board", ""),
        Key("hardware", "text", "", 1, 12),
    )
)
_LOAD = Table((*CIRCUIT, Key("feeds", "texts", ()), Key("confirm", "text", "", 1, 200)))
_NODE = Table(
    (
        Key("name", "text", low=1, high=32),
        Key("board", "board"),
        Key("place", "text", "", 1, 60),
        Key("ip", "ip", ""),
        Key("serial", "serial", ""),
        Key("hardware", "text", "", 1, 12),
        setting_key("line_hz", default=None),
        setting_key("line_v", default=None),
    ),
    tables={"settings": SETTINGS},
    arrays={"load": _LOAD, "lamp": Table(LAMP)},
)
ROOT = Table(
    tables={"site": _SITE, "network": _NETWORK, "inverter": Table(RATINGS)},
    arrays={"serials": _SERIALS, "node": _NODE},
)
