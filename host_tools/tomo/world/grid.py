"""The public grid at the site's supply point: voltage and frequency over time.

Between events both wander a little, from the scenario's seed. Thresholds: 95 to 107 V and
within 0.5 Hz is healthy (Ordinance under the Electricity Business Act, Art. 38: 101 +- 6 V). For
200 V it is twice that, narrower than the ordinance's 202 +- 20 V: this is the inverter's judgement.
"""

import random
from dataclasses import dataclass

from tomo.scenario.records import Event, Scenario

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
    """Answers what the grid is like at a time and when that may change."""

    def __init__(self, scenario: Scenario) -> None:
        grid = scenario.grid
        self._nominal_v = grid.nominal_v
        self._nominal_hz = float(grid.nominal_hz)
        self._wander_v = grid.wander_v
        self._wander_hz = grid.wander_hz
        self._seed = scenario.site.seed
        self._spans = _spans(scenario)

    def at(self, now_ms: int) -> Condition:
        event = self._event(now_ms)
        noise = random.Random(self._seed * 1_000_003 + now_ms // _WANDER_MS)
        volts = self._nominal_v + self._wander_v * noise.uniform(-1, 1)
        hz = self._nominal_hz + self._wander_hz * noise.uniform(-1, 1)
        if event and event.kind == "grid-lost":
            volts, hz = 0.0, 0.0
        elif event and event.to_percent is not None:
            volts = self._nominal_v * event.to_percent / 100
        elif event and event.volts is not None:
            volts = event.volts
        elif event and event.hz is not None:
            hz = event.hz
        band_v = _BAND_V if self._nominal_v < 150 else 2 * _BAND_V
        healthy = abs(volts - self._nominal_v) <= band_v and (
            abs(hz - self._nominal_hz) <= _BAND_HZ
        )
        return Condition(volts, hz, volts / self._nominal_v, healthy)

    def next_change_ms(self, now_ms: int) -> int:
        """The next event's edge or the next step of the wander."""
        edges = [edge for start, stop, _ in self._spans for edge in (start, stop) if edge > now_ms]
        return min([now_ms // _WANDER_MS * _WANDER_MS + _WANDER_MS, *edges])

    def edges(self) -> list[tuple[int, str]]:
        """(time in ms, what happens) for every edge of every event, in order."""
        found = []
        for start, stop, event in self._spans:
            found.append((start, event.kind))
            found.append((stop, "grid-back" if event.kind == "grid-lost" else f"{event.kind}-over"))
        return sorted(found)

    def _event(self, now_ms: int) -> Event | None:
        for start, stop, event in self._spans:
            if start <= now_ms < stop:
                return event
        return None


def _spans(scenario: Scenario) -> list[tuple[int, int, Event]]:
    """(start, stop, event) in ms; a lost grid without a length lasts until its grid-back."""
    spans = []
    events = sorted(scenario.event, key=lambda event: event.at)
    for number, event in enumerate(events):
        if event.kind == "grid-back":
            continue
        stop = event.at + event.lasts_ms if event.lasts_ms else None
        if stop is None:
            later = [other.at for other in events[number + 1 :] if other.kind == "grid-back"]
            stop = later[0] if later else scenario.site.duration + 1
        spans.append((event.at, stop, event))
    return spans
