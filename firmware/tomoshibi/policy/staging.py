"""When a load that may be on is allowed to close: one at a time, rested, not too often.

Opening is never delayed. Closing waits for the node's random share of the return (so that a
street does not come back in one second), for the step gap, for the load's minimum off time, and
for the hourly cap on relay moves; and none comes within a second of an opening. An overload soon
after a close doubles the wait. A load that drew too much for the island keeps the peak for which it
was opened, and is tried again on its rating after ever longer times.

Pure: the uptime in seconds comes in, the number of the load to close comes out.
"""

from array import array
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.loads import LIFE_SAFETY, TIERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomoshibi.core.draw import Draw
    from tomoshibi.core.loads import Load

_NEVER = const(-1_000_000)
_MOVES_AN_HOUR = const(6)
_HOUR_S = const(3_600)
_BACK_OFF_S = const(60)
_BACK_OFF_MAX_S = const(900)
# Between an opening and a close: a whole second, and one more as for the gap.
_SETTLE_S = const(2)
# An overload within this time of a close is that close's doing.
_BLAME_S = const(10)
# The times for which a peak is believed: less often than the hourly cap on moves would allow.
_RETRY_S = const(3_600)
_RETRY_MAX_S = const(28_800)
_LIFE_RETRY_S = const(300)
_LIFE_RETRY_MAX_S = const(3_600)


class Staging:
    """Closing rules for `loads`.

    gap_s      between two closes of this node, s
    stagger_s  the return starts after a random part of this, s
    draw       the node's own random delays
    """

    def __init__(self, loads: Sequence[Load], gap_s: int, stagger_s: int, draw: Draw) -> None:
        self._loads = loads
        self._range = range(len(loads))
        self.gap_s = gap_s
        self.stagger_s = stagger_s
        self._draw = draw
        self._next_s = 0
        self._last_close_s = _NEVER
        self._last_open_s = _NEVER
        self._back_off_s = 0
        # A reset opens the relays: the minimum off time runs from power-up.
        self._opened_s = array("i", (0 for _ in loads))
        self._moves_s = array("i", (_NEVER for _ in range(len(loads) * _MOVES_AN_HOUR)))
        self._retry_s = array("i", (0 for _ in loads))

    def begin_return(self, now_s: int) -> None:
        """The grid has proved itself: wait this node's random share before the first close."""
        share_s = self._draw.below(self.stagger_s + 1)
        self._next_s = max(self._last_close_s + self.gap_s + 1, now_s + share_s)
        self._back_off_s = 0

    def fill_ready(self, now_s: int, ready: bytearray) -> None:
        """ready[i] = 1 for the loads that could close as far as they themselves go."""
        for i in self._range:
            ready[i] = 1 if self.rested(i, now_s) else 0

    def next_to_close(self, now_s: int, keep: bytearray) -> int:
        """The load to close now, lowest tier first, or -1."""
        if now_s < self._next_s or now_s - self._last_open_s < _SETTLE_S:
            return -1
        best, best_tier = -1, TIERS
        for i in self._range:
            load = self._loads[i]
            if keep[i] and not load.closed and load.tier < best_tier and self.rested(i, now_s):
                best, best_tier = i, load.tier
        return best

    def closed(self, i: int, now_s: int) -> None:
        """Take note that load `i` was closed."""
        self._last_close_s = now_s
        # The gap in whole seconds and one more: a second is noticed up to a cycle after it began.
        self._next_s = now_s + self.gap_s + 1
        self._count(i, now_s)

    def opened(self, i: int, now_s: int) -> None:
        """Take note that load `i` was opened."""
        self._opened_s[i] = self._last_open_s = now_s
        self._count(i, now_s)

    def overloaded(self, now_s: int) -> None:
        """The limit was passed: if the last close did it, wait longer, doubling to 15 min."""
        if now_s - self._last_close_s > _BLAME_S:
            return
        self._back_off_s = min(max(self._back_off_s * 2, _BACK_OFF_S), _BACK_OFF_MAX_S)
        self._next_s = now_s + self._back_off_s

    def lapse_peaks(self, now_s: int) -> None:
        """Believe the rating of an open load again, each time after four times as long."""
        for i in self._range:
            load = self._loads[i]
            if not load.closed and load.peak_w > load.rated_w:
                life = load.tier == LIFE_SAFETY
                retry_s = self._retry_s[i] or (_LIFE_RETRY_S if life else _RETRY_S)
                if self.off_s(i, now_s) >= retry_s:
                    most_s = _LIFE_RETRY_MAX_S if life else _RETRY_MAX_S
                    self._retry_s[i] = min(4 * retry_s, most_s)
                    load.peak_w = 0

    def forget_peaks(self) -> None:
        """With the grid there is room again for what an island could not carry."""
        for i in self._range:
            self._retry_s[i] = 0
            load = self._loads[i]
            if not load.closed:
                load.peak_w = 0

    def off_s(self, i: int, now_s: int) -> int:
        """Seconds since load `i`, which is open, was opened; since power-up if it never was on."""
        return now_s - self._opened_s[i]

    def rested(self, i: int, now_s: int) -> bool:
        """Whether load `i` has been off long enough and has not moved too often."""
        if now_s - self._opened_s[i] < self._loads[i].min_off_s:
            return False
        # The oldest of the last six moves: with it inside the hour, this would be the seventh.
        return now_s - self._moves_s[i * _MOVES_AN_HOUR] >= _HOUR_S

    def _count(self, i: int, now_s: int) -> None:
        moves_s, first = self._moves_s, i * _MOVES_AN_HOUR
        for at in range(first, first + _MOVES_AN_HOUR - 1):
            moves_s[at] = moves_s[at + 1]
        moves_s[first + _MOVES_AN_HOUR - 1] = now_s
