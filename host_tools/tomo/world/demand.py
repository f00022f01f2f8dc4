"""The load lane: what loads are told to draw instead of what their profiles say."""

from collections.abc import Mapping

from tomo.scenario.records import Scenario
from tomo.scenario.timeline import spans
from tomo.world.loads import Load


class Demand:
    """`loads` are those of each node by circuit."""

    lane = "load"

    def __init__(self, scenario: Scenario, loads: Mapping[str, Mapping[int, Load]]) -> None:
        self._told = [
            (span, loads[span.event.node][span.event.circuit])
            for span in spans(scenario, self.lane)
        ]

    def settle(self, now_ms: int) -> None:
        for _, load in self._told:
            load.draws_w = None
        for span, load in self._told:
            if span.holds(now_ms):
                load.draws_w = span.event.figures["watts"]
