"""Small sites for tests: the constant world of `tomo desk`, with what a test wants different."""

from dataclasses import replace

from tomo.scenario import records
from tomo.scenario.constant import constant
from tomo.world.site import World


def load(name="load", tier=4, watts=1_000.0, **other) -> records.Load:
    """A constant load of power factor 1."""
    plain = records.Load(name, tier, 1_500, 30, False, 1.0, 1.0, 0, 0, records.Profile(watts=watts))
    return replace(plain, **other)


def site(loads=(), lamps=False, events=(), duration=3_600_000, **parts) -> records.Scenario:
    """A 1500 W, 6000 Wh site at 101 V without wander; `parts` change records by their fields."""
    nodes = [records.Node("panel", "submeter6", "", {}, tuple(loads[:6]))]
    for first in range(6, len(loads), 6):
        name = f"panel {first // 6 + 1}"
        nodes.append(records.Node(name, "submeter6", "", {}, tuple(loads[first : first + 6])))
    if lamps:
        nodes.append(constant("streetlight").node[0])
    scenario = replace(constant("submeter6"), node=tuple(nodes), event=tuple(events))
    scenario = replace(scenario, site=replace(scenario.site, duration=duration))
    for part, fields in parts.items():
        scenario = replace(scenario, **{part: replace(getattr(scenario, part), **fields)})
    return scenario


def lost(at=10_000, lasts_ms=None) -> records.Event:
    return records.Event(at, "grid-lost", lasts_ms)


def switched_on(scenario: records.Scenario) -> World:
    """The world of a site with every relay of the panel commanded closed at its start."""
    world = World(scenario)
    for number in range(1, len(scenario.node[0].load) + 1):
        world.command("panel", f"relay{number}", 1, 0)
    return world
