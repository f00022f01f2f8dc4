"""The sun lane: how much of a clear sky's light there is, on the roof and on the ground."""

from tomo.scenario.records import Scenario
from tomo.scenario.timeline import spans


class Sky:
    """`share` is what the clouds leave, 0 to 1."""

    lane = "sun"

    def __init__(self, scenario: Scenario) -> None:
        self._spans = spans(scenario, self.lane)
        self.share = 1.0

    def settle(self, now_ms: int) -> None:
        percents = (s.event.figures["to_percent"] for s in self._spans if s.holds(now_ms))
        self.share = next(percents, 100.0) / 100
