"""The hybrid inverter and its transfer switch: who feeds the load side.

    TIED --grid lost, or below 80 % for 1 s--> GAP --transfer_ms--> ISLAND --overload--> TRIPPED
      ^                                         |                    |   <---retry_s-------|
      +---- grid back ----------<---------------+                    +--battery at floor--> EMPTY
      +---- grid healthy for reconnect_s -------<--------------------+                       |
      +---- grid healthy (nothing to hand over) <----------TRIPPED, EMPTY--------------------+

Overload: above the surge rating it trips after trip_ms, above the continuous rating after
surge_ms. The 80 % and 1 s are the under-voltage setting of Japanese PV inverters (160 V of 200 V).
"""

from tomo.scenario.records import Inverter as Ratings
from tomo.world.grid import Condition

TIED, GAP, ISLAND, TRIPPED, EMPTY = "tied", "gap", "island", "tripped", "empty"

_LOST_SHARE = 0.2
_UNDER_SHARE = 0.8
_UNDER_MS = 1_000


class Inverter:
    """Given time, grid and demand it says who feeds the loads. `source` is one of the above."""

    def __init__(self, ratings: Ratings) -> None:
        self.ratings = ratings
        self.surge_w = ratings.surge_w or 2 * ratings.continuous_w
        self.source = TIED
        self.trips = 0
        self._due_ms: int | None = None  # end of the gap, or the next try after a trip
        self._under_since_ms: int | None = None
        self._healthy_since_ms: int | None = None
        self._over_since_ms: int | None = None
        self._surge_since_ms: int | None = None

    def react(self, now_ms: int, grid: Condition, has_energy: bool) -> None:
        """Follow the grid and the clock."""
        if self.source == TIED:
            self._react_tied(now_ms, grid)
        if self.source == GAP and grid.share >= _UNDER_SHARE:
            self._enter(TIED)
        elif self.source in (GAP, TRIPPED) and self._due_ms is not None:
            if self.source == TRIPPED and grid.healthy:
                self._enter(TIED)
            elif now_ms >= self._due_ms:
                self._enter(ISLAND if has_energy else EMPTY)
        elif self.source == EMPTY and (grid.healthy or has_energy):
            self._enter(TIED if grid.healthy else ISLAND)
        if self.source == ISLAND:
            self._react_island(now_ms, grid, has_energy)

    def carry(self, now_ms: int, demand_w: float) -> None:
        """Take the load on in the island; trips if it has been too much for too long."""
        if self.source != ISLAND:
            return
        over = demand_w > self.ratings.continuous_w
        surge = demand_w > self.surge_w
        self._over_since_ms = _since(self._over_since_ms, now_ms, over)
        self._surge_since_ms = _since(self._surge_since_ms, now_ms, surge)
        if now_ms >= (self._trip_ms() or now_ms + 1):
            self.trips += 1
            self._enter(TRIPPED)
            self._due_ms = now_ms + self.ratings.retry_s * 1000

    def next_change_ms(self) -> int | None:
        """When it acts by itself, if nothing else happens before."""
        due = [self._due_ms, self._trip_ms()]
        if self._under_since_ms is not None:
            due.append(self._under_since_ms + _UNDER_MS)
        if self._healthy_since_ms is not None:
            due.append(self._healthy_since_ms + self.ratings.reconnect_s * 1000)
        return min((moment for moment in due if moment is not None), default=None)

    def _react_tied(self, now_ms: int, grid: Condition) -> None:
        under = grid.share < _UNDER_SHARE
        self._under_since_ms = _since(self._under_since_ms, now_ms, under)
        late = self._under_since_ms is not None and now_ms - self._under_since_ms >= _UNDER_MS
        if grid.share < _LOST_SHARE or late:
            self._enter(GAP)
            self._due_ms = now_ms + self.ratings.transfer_ms

    def _react_island(self, now_ms: int, grid: Condition, has_energy: bool) -> None:
        self._healthy_since_ms = _since(self._healthy_since_ms, now_ms, grid.healthy)
        if self._healthy_since_ms is not None:
            if now_ms - self._healthy_since_ms >= self.ratings.reconnect_s * 1000:
                self._enter(TIED)
                return
        if not has_energy:
            self._enter(EMPTY)

    def _trip_ms(self) -> int | None:
        over, surge = self._over_since_ms, self._surge_since_ms
        limits = [over + self.ratings.surge_ms] if over is not None else []
        limits += [surge + self.ratings.trip_ms] if surge is not None else []
        return min(limits, default=None)

    def _enter(self, source: str) -> None:
        self.source = source
        self._due_ms = None
        self._under_since_ms = None
        self._healthy_since_ms = None
        self._over_since_ms = None
        self._surge_since_ms = None


def _since(since_ms: int | None, now_ms: int, holds: bool) -> int | None:
    """When a condition that holds began, or None while it does not."""
    if not holds:
        return None
    return now_ms if since_ms is None else since_ms
