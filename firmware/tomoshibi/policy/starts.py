"""The starts of loads: for a while more than their rating is a surge and no overload.

A start is over a tenth before the inverter's time for surges, or by the last reading before that:
what the load draws then counts.

Pure: times come in as arguments, and `starting` and `peak_w` of the loads go out.
"""

from micropython import const
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomoshibi.core.loads import Load

# sample_ms is at most 2 s: after this without a reading none is to be expected.
_OVERDUE_MS = const(2_100)


class Starts:
    """surge_ms is for how long the inverter bears the starts of `loads`."""

    def __init__(self, loads: Sequence[Load], surge_ms: int) -> None:
        self._loads = loads
        self.bear(surge_ms)
        self._counted_s = self._counted_ms = 0  # the uptime up to which starts are counted
        self._reading_age_ms = 0

    def bear(self, surge_ms: int) -> None:
        """The inverter bears a start for so long; one under way lasts no longer, either."""
        self._start_ms = surge_ms * 9 // 10
        for load in self._loads:
            load.starting = min(load.starting, self._start_ms)

    def begin(self, load: Load) -> None:
        """It is switched on."""
        load.starting = self._start_ms

    def begin_all(self, seconds: int, millis: int) -> None:
        """The bus comes alive at this uptime: what is closed starts now."""
        self._pass(seconds, millis)
        for load in self._loads:
            if load.closed:
                load.starting = self._start_ms

    def on_second(self, seconds: int, millis: int) -> None:
        """At least once a second: where readings fail to come, the last one counts."""
        self._pass(seconds, millis)
        if self._reading_age_ms == _OVERDUE_MS:
            self._end(1)

    def on_reading(self, seconds: int, millis: int) -> None:
        """New power has been measured. The next will be as long in coming: too long for some."""
        self._pass(seconds, millis)
        self._end(self._reading_age_ms)
        self._reading_age_ms = 0

    def end_all(self) -> None:
        """More is drawn than a start may draw: an overload after all."""
        self._end(self._start_ms)

    def _pass(self, seconds: int, millis: int) -> None:
        """Count the time that has passed. A start is at its end with 1 ms left, until judged."""
        passed_ms = (seconds - self._counted_s) * 1_000 + millis - self._counted_ms
        self._counted_s, self._counted_ms = seconds, millis
        self._reading_age_ms = min(self._reading_age_ms + passed_ms, _OVERDUE_MS)
        for load in self._loads:
            if load.starting:
                load.starting = max(1, load.starting - passed_ms)

    def _end(self, left_ms: int) -> None:
        """Starts with no more than this left are over: what their loads draw now counts."""
        for load in self._loads:
            if 0 < load.starting <= left_ms:
                load.starting = 0
                load.peak_w = abs(load.power_w)
