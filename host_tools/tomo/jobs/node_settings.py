"""The settings of a node, from what the scenario says of it and of the site around it."""

from tomo.scenario.records import Node, Scenario
from tomo.site import limits
from tomo.site.node_settings import fitted_settings


def node_settings(scenario: Scenario, node: Node) -> dict:
    """Keys and units as the firmware's settings declare them; what is not said is left out."""
    grid = scenario.grid
    return fitted_settings(
        scenario.site, grid.nominal_hz, grid.line_v, scenario.inverter, scenario.node, node
    )


def island_limit_w(scenario: Scenario, node: Node) -> int:
    """What a sub-meter's loads may draw in an island, as given, or its part of the rating, W."""
    part = limits.part_w(scenario.inverter.continuous_w, scenario.node)
    return node.settings.get("island_limit_w", part)
