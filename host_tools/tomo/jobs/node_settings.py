"""The settings of a node, from what the scenario says of it and of the site around it."""

from tomo.board.read import parts_of
from tomo.scenario.records import Node, Scenario
from tomo.site import limits
from tomo.site.circuits import placed_loads


def node_settings(scenario: Scenario, node: Node) -> dict:
    """Keys and units as the firmware's settings declare them; what is not said is left out."""
    site = scenario.site
    settings: dict[str, object] = {
        "name": node.name,
        "utc_offset_min": site.utc_offset_min,
        "latitude_e4": round(site.latitude * 10_000),
        "longitude_e4": round(site.longitude * 10_000),
        "line_hz": scenario.grid.nominal_hz,
        "line_v": scenario.grid.line_v,
    }
    if parts_of(node.board).load_circuits:
        settings["island_limit_w"] = island_limit_w(scenario, node)
        inverter = scenario.inverter
        surge_w = inverter.surge_w or 2 * inverter.continuous_w
        settings["island_surge_w"] = limits.part_w(surge_w, scenario.node)
        settings["island_surge_ms"] = inverter.surge_ms
    if node.load:
        settings["loads"] = _loads(node)
    for lamp in node.lamp:
        settings["lamp_role"] = lamp.role
        settings["lamp_full_w"] = lamp.full_w
        settings["lamp_standby_mw"] = lamp.standby_mw
        settings["island_energy_wh"] = lamp.island_energy_wh
    return settings | node.settings


def _loads(node: Node) -> list[dict[str, object]]:
    """A row for each switched circuit, ascending; an empty one where the scenario has no load."""
    board = parts_of(node.board)
    rows: dict[int, dict[str, object]] = {
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


def island_limit_w(scenario: Scenario, node: Node) -> int:
    """What a sub-meter's loads may draw in an island, as given, or its part of the rating, W."""
    part = limits.part_w(scenario.inverter.continuous_w, scenario.node)
    return node.settings.get("island_limit_w", part)
