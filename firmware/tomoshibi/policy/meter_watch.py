"""Whether relays and meters contradict each other: an open load that draws, one that feeds.

A load behind a relay can only draw, so the magnitude of its power counts. Power of an open load is
a welded relay (or a load on the wrong side of it) and counts against the limit: no cut removes it.
Power out of a closed load is a current transformer the wrong way round.

Pure and allocation-free: readings come in with the loads, causes of core.events go out.
"""

from array import array
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.events import REVERSED, WELDED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomoshibi.core.loads import Load

# Less than this may be the meter's own noise.
_NOISE_W = const(20)
# So many samples in a row make a fault of a contradiction.
_SAMPLES = const(3)


class MeterWatch:
    """`stray_w` is what open loads draw, as last measured while there was supply."""

    def __init__(self, loads: Sequence[Load]) -> None:
        self._loads = loads
        self._range = range(len(loads))
        self._against = bytearray(len(loads))  # samples in a row that contradict
        self._strays_w = array("i", (0 for _ in loads))
        self.stray_w = 0

    def moved(self, i: int) -> None:
        """Take note that relay `i` has moved: what was measured before says nothing of it."""
        self._against[i] = 0
        self._put_stray(i, 0)

    def sample(self, i: int, settled: bool, fed: bool) -> int:
        """Look at a new sample of load `i`; return its fault now, a cause of core.events, or 0.

        settled   the sample was begun after the relay's last movement
        fed       the load side was alive meanwhile: no power means something
        """
        load = self._loads[i]
        power_w = load.power_w
        fault = load.fault
        if load.closed:
            contradicts, agrees, found = power_w <= -_NOISE_W, power_w >= _NOISE_W, REVERSED
        elif not settled:
            return fault
        else:
            contradicts = not -_NOISE_W < power_w < _NOISE_W
            agrees, found = fed and not contradicts, WELDED
            if contradicts or agrees:
                self._put_stray(i, abs(power_w) if contradicts else 0)
        if contradicts:
            if self._against[i] < _SAMPLES:
                self._against[i] += 1
            return found if self._against[i] >= _SAMPLES else fault
        if agrees:
            self._against[i] = 0
            return 0 if fault == found else fault
        return fault

    def _put_stray(self, i: int, power_w: int) -> None:
        self.stray_w += power_w - self._strays_w[i]
        self._strays_w[i] = power_w
