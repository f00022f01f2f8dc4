"""What a node is told of the site that it is fitted at: the document of its settings.

Keys and units are as the firmware's settings declare them; what is not said is left out. A node
that is simulated and one that is provisioned from the same file are told the same.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from tomo.board.read import parts_of
from tomo.site import limits
from tomo.site.circuits import OnCircuit, placed_loads
from tomo.site.records import Node, Site


class Place(Protocol):
    """Where a site is."""

    @property
    def utc_offset_min(self) -> int: ...
    @property
    def latitude(self) -> float: ...
    @property
    def longitude(self) -> float: ...


class Inverter(Protocol):
    """surge_w: 0 for twice the continuous rating"""

    @property
    def continuous_w(self) -> int: ...
    @property
    def surge_w(self) -> int: ...
    @property
    def surge_ms(self) -> int: ...


class Load(OnCircuit, Protocol):
    """What hangs on a circuit."""

    @property
    def tier(self) -> int: ...
    @property
    def rated_w(self) -> int: ...
    @property
    def min_off_s(self) -> int: ...
    @property
    def locked_off(self) -> bool: ...
    @property
    def settings(self) -> dict: ...


class Lamp(Protocol):
    """The lamp of a pole."""

    @property
    def role(self) -> str: ...
    @property
    def full_w(self) -> int: ...
    @property
    def standby_mw(self) -> int: ...
    @property
    def island_energy_wh(self) -> int: ...


class Fitted(limits.Limited, Protocol):
    """A node and what hangs on it; its own settings go before those of the site."""

    @property
    def name(self) -> str: ...
    @property
    def load(self) -> Sequence[Load]: ...
    @property
    def lamp(self) -> Sequence[Lamp]: ...


def settings_of(site: Site, node: Node) -> dict[str, Any]:
    """All that a site file says of one of its nodes, but for secrets, which are in no file."""
    network = {"wifi_ssid": site.network.ssid, "ntp_server": site.network.ntp_server}
    line_hz, line_v = node.line_hz or site.line_hz, node.line_v or site.line_v
    fitted = fitted_settings(site, line_hz, line_v, site.inverter, site.node, node)
    return {name: value for name, value in network.items() if value} | fitted


def fitted_settings(
    place: Place,
    line_hz: int,
    line_v: int,
    inverter: Inverter,
    nodes: Sequence[Fitted],
    node: Fitted,
) -> dict[str, Any]:
    """Those that follow from what is fitted, one of `nodes` behind an inverter."""
    settings: dict[str, Any] = {
        "name": node.name,
        "utc_offset_min": place.utc_offset_min,
        "latitude_e4": round(place.latitude * 10_000),
        "longitude_e4": round(place.longitude * 10_000),
        "line_hz": line_hz,
        "line_v": line_v,
    }
    if limits.switches_loads(node):
        surge_w = inverter.surge_w or 2 * inverter.continuous_w
        settings["island_limit_w"] = limits.part_w(inverter.continuous_w, nodes)
        settings["island_surge_w"] = limits.part_w(surge_w, nodes)
        settings["island_surge_ms"] = inverter.surge_ms
    if node.load:
        settings["loads"] = _loads(node)
    for lamp in node.lamp:
        settings["lamp_role"] = lamp.role
        settings["lamp_full_w"] = lamp.full_w
        settings["lamp_standby_mw"] = lamp.standby_mw
        settings["island_energy_wh"] = lamp.island_energy_wh
    return settings | node.settings


def _loads(node: Fitted) -> list[dict[str, Any]]:
    """A row for each switched circuit, ascending; an empty one where there is no load."""
    board = parts_of(node.board)
    rows: dict[int, dict[str, Any]] = {
        circuit: {
            "name": load.name,
            "tier": load.tier,
            "rated_w": load.rated_w,
            "min_off_s": load.min_off_s,
            "locked_off": int(load.locked_off),
            **load.settings,
        }
        for circuit, load in placed_loads(board, node.load)
        if circuit in board.load_circuits
    }
    last = max(rows, default=0)
    return [rows.get(circuit, {}) for circuit in board.load_circuits if circuit <= last]
