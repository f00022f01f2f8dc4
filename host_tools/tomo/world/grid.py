"""The public grid at the site's supply point: voltage and frequency over time.

Between events both wander a little, from the scenario's seed. Thresholds: 95 to 107 V and
within 0.5 Hz is healthy (Ordinance under the Electricity Business Act, Art. 38: 101 +- 6 V). For
200 V it is twice that, narrower than the ordinance's 202 +- 20 V: this is the inverter's judgement.
"""

import random
from dataclasses import dataclass

from tomo.scenario.records import Scenario
from tomo.scenario.timeline import spans

_WANDER_MS = 5_000
_BAND_V = 6.0
_BAND_HZ = 0.5


@dataclass(frozen=True)
class Condition:
    """What the grid side shows: rms volts and Hz; `share` is the voltage over nominal."""

    volts: float
    hz: float
    share: float
    healthy: bool


class Grid:
    """Follows its lane; `condition` is what the grid is like."""

    lane = "grid"

    def __init__(self, scenario: Scenario) -> None:
        grid = scenario.grid
        self._nominal_v = grid.nominal_v
        self._nominal_hz = float(grid.nominal_hz)
        self._wander_v = grid.wander_v
        self._wander_hz = grid.wander_hz
        self._seed = scenario.site.seed
        self._spans = spans(scenario, self.lane)
        self.lost = False  # by somebody's hand, besides the lane's events
        self.settle(0)

    def settle(self, now_ms: int) -> None:
        """Bring `condition` up to now."""
        self.condition = self._at(now_ms)

    def _at(self, now_ms: int) -> Condition:
        event = next((span.event for span in self._spans if span.holds(now_ms)), None)
        figures = event.figures if event else {}
        noise = random.Random(self._seed * 1_000_003 + now_ms // _WANDER_MS)
        volts = self._nominal_v + self._wander_v * noise.uniform(-1, 1)
        hz = self._nominal_hz + self._wander_hz * noise.uniform(-1, 1)
        if event and event.kind == "grid-lost":
            volts, hz = 0.0, 0.0
        elif "to_percent" in figures:
            volts = self._nominal_v * figures["to_percent"] / 100
        volts = figures.get("volts", volts)
        hz = figures.get("hz", hz)
        if self.lost:
            volts, hz = 0.0, 0.0
        band_v = _BAND_V if self._nominal_v < 150 else 2 * _BAND_V
        healthy = abs(volts - self._nominal_v) <= band_v and (
            abs(hz - self._nominal_hz) <= _BAND_HZ
        )
        return Condition(volts, hz, volts / self._nominal_v, healthy)

    def next_change_ms(self, now_ms: int) -> int:
        """The next step of the wander."""
        return now_ms // _WANDER_MS * _WANDER_MS + _WANDER_MS
