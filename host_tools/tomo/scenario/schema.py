"""Everything a scenario file may say, declared once: tables, keys, kinds, ranges, defaults.

`read.py` checks a file against these tables and `records.py` holds the result; a key's name here
is the field's name there.
"""

from dataclasses import replace

from tomo.scenario.lanes import KINDS, LOAD_FAULTS
from tomo.scenario.measures import MEASURES
from tomo.site import schema as site
from tomo.site.schema import CIRCUIT, PLACE, RATINGS, SETTINGS
from tomo.tables.keys import Key, Table
from tomo.tables.setting_keys import setting_key

OPERATORS = ("<=", "<", "==", ">=", ">")

_RUN = (
    Key("start", "local-time"),
    Key("duration", "clock"),
    Key("seed", "integer", 1, 0, 2**31 - 1),
    Key("pace", "number", 50.0, 1, 10_000, "site seconds per second"),
)
_GRID = (
    Key("line_ohm", "number", 0.02, 0, 1, "ohm"),
    Key("wander_v", "number", 0.5, 0, 3, "V"),
    Key("wander_hz", "number", 0.02, 0, 0.2, "Hz"),
)
# nodes: line_v, 100 or 200
_NOMINAL_V = Key("nominal_v", "number", 101.0, 90, 240, "V")
_INVERTER = (
    Key("trip_ms", "integer", 300, 10, 5_000, "ms"),
    Key("retry_s", "integer", 30, 1, 600, "s"),
    Key("transfer_ms", "integer", 20, 0, 10_000, "ms"),
    Key("reconnect_s", "integer", 150, 0, 600, "s"),
    Key("own_w", "number", 15.0, 0, 200, "W"),
)
SITE = Table((*PLACE, *_RUN))
GRID = Table((_NOMINAL_V, setting_key("line_hz", "nominal_hz"), *_GRID), required=False)
INVERTER = Table((*RATINGS, *_INVERTER))
BATTERY = Table(
    (
        Key("capacity_wh", "integer", low=1, high=1_000_000, unit="Wh"),
        Key("soc_percent", "number", low=0, high=100, unit="%"),
        Key("floor_percent", "number", 10.0, 0, 100, "%"),
        Key("efficiency", "number", 0.92, 0.5, 1),
        Key("max_charge_w", "integer", 1_000, 0, 100_000, "W"),
    )
)
PROFILE = Table(
    (
        Key("file", "text", "", high=200),
        Key("column", "text", "", high=60),
        Key("start", "utc-time", None),
        Key("scale", "number", 1.0, 0, 1_000),
        Key("watts", "number", None, 0, 100_000, "W"),
    )
)
PV = Table((), tables={"profile": PROFILE}, required=False)
_APPLIANCE = (
    Key("power_factor", "number", 0.95, 0.05, 1),
    Key("cold_factor", "number", 1.0, 1, 5),
    Key("cold_s", "integer", 600, 0, 7_200, "s"),
    Key("cold_after_s", "integer", 1_200, 0, 86_400, "s"),
    Key("fault", "choice", "none", choices=("none", *LOAD_FAULTS)),
    Key("fault_at", "clock", 0),
)
_LIGHT = (
    Key("daylight_factor", "number", 0.06, 0.0001, 1),
    Key("own_lux", "number", 0.0, 0, 10_000, "lx"),
    Key("power_factor", "number", 0.95, 0.05, 1),
)
LOAD = Table((*CIRCUIT, *_APPLIANCE), tables={"profile": PROFILE})
LAMP = Table((*site.LAMP, *_LIGHT))
# Of `settings`: not given, island_limit_w is nine tenths of continuous_w, shared by the site's
# sub-meters, island_surge_w the like part of surge_w, and island_surge_ms is surge_ms: see
# jobs.node_settings.
NODE = Table(
    (
        Key("name", "text", low=1, high=32),
        Key("board", "board"),
        Key("ip", "ip", ""),
    ),
    tables={"settings": SETTINGS},
    arrays={"load": LOAD, "lamp": LAMP},
)
EVENT = Table(
    (Key("at", "clock"), Key("kind", "choice", choices=tuple(KINDS))),
    by_kind={name: kind.keys for name, kind in KINDS.items()},
)
EXPECT = Table(
    (
        Key("name", "text", low=1, high=100),
        Key("what", "choice", choices=tuple(MEASURES)),
        Key("of", "text", "", high=32),
        Key("op", "choice", choices=OPERATORS),
        Key("limit", "number"),
        Key("after", "clock", None),
        Key("until", "clock", None),
    )
)
ROOT = Table(
    tables={"site": SITE, "grid": GRID, "inverter": INVERTER, "battery": BATTERY, "pv": PV},
    arrays={"node": NODE, "event": EVENT, "expect": EXPECT},
)

# A scenario that names a site file: what stands there is not said again, and what is more to be
# known of its loads and lamps to play them is said by their names.
_APPLIANCES = Table(
    (Key("of", "text"), *_APPLIANCE), tables={"profile": replace(PROFILE, required=False)}
)
ROOT_OF_SITE = Table(
    (Key("site", "text", low=1, high=200),),
    tables={
        "run": Table(_RUN),
        "grid": Table((replace(_NOMINAL_V, default=None), *_GRID), required=False),
        "inverter": Table(_INVERTER, required=False),
        "battery": BATTERY,
        "pv": PV,
    },
    arrays={
        "appliance": _APPLIANCES,
        "lamp": Table((Key("of", "text"), *_LIGHT)),
        "event": EVENT,
        "expect": EXPECT,
    },
)
