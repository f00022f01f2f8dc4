"""What light a lamp gives: its program with the grid, what its energy carries without.

In the island each role has a ladder of levels. The highest rung is taken that the lamp's share of
the battery can hold until civil dawn with a tenth to spare, and until sunrise, when it goes out,
with nothing to spare; it is looked at again every quarter of an hour. Down at once, up only when
two looks in a row agree. The lowest rung of an evacuation lamp stays lit whatever the arithmetic
says.

Pure: times, darkness and energy come in as arguments, a level comes out. Allocates nothing.
"""

from micropython import const

EVACUATION = const(0)
MAIN_ROAD = const(1)
OTHER = const(2)
ROLES = ("evacuation", "main", "other")

# Permille by role, best first.
_LADDERS = ((1000, 500, 250), (300, 100, 0), (100, 0))

_LOOK_S = const(900)


class IslandLight:
    """The ladder of one lamp.

    role         EVACUATION, MAIN_ROAD or OTHER
    full_mw      what the lamp draws at full light, mW
    standby_mw   what it draws at none, mW
    """

    def __init__(self, role: int, full_mw: int, standby_mw: int) -> None:
        self._rung = -1  # -1: not in an island
        self._looked_s = 0
        self._better_seen = False
        self._full_mw = self._standby_mw = -1
        self.take(role, full_mw, standby_mw)

    def take(self, role: int, full_mw: int, standby_mw: int) -> None:
        """Be these from the next level on, which is judged afresh if they are new."""
        ladder = _LADDERS[role]
        if (full_mw, standby_mw) != (self._full_mw, self._standby_mw) or ladder != self._ladder:
            self._rung = -1
        self._ladder = ladder
        self._full_mw = full_mw
        self._standby_mw = standby_mw

    def leave(self) -> None:
        """Island or night have ended, or the clock is known now: judge the next level afresh."""
        self._rung = -1

    def power_mw(self, permille: int) -> int:
        """What the lamp should draw at this level, mW. 31-bit safe to 1 kW."""
        return self._standby_mw + (self._full_mw - self._standby_mw) * permille // 1000

    def level(self, now_s: int, left_wh: int, to_dawn_s: int, to_sunrise_s: int) -> int:
        """Permille for uptime `now_s` with `left_wh` of the lamp's share left, rounded down."""
        if self._rung < 0:
            self._rung = self._affordable(left_wh, to_dawn_s, to_sunrise_s)
            self._looked_s = now_s
            self._better_seen = False
        elif now_s - self._looked_s >= _LOOK_S:
            self._look(self._affordable(left_wh, to_dawn_s, to_sunrise_s))
            self._looked_s = now_s
        return self._ladder[self._rung]

    def _look(self, rung: int) -> None:
        if rung > self._rung:
            self._rung = rung
            self._better_seen = False
        elif rung < self._rung and self._better_seen:
            self._rung -= 1
            self._better_seen = False
        else:
            self._better_seen = rung < self._rung

    def _affordable(self, left_wh: int, to_dawn_s: int, to_sunrise_s: int) -> int:
        """The best rung that `left_wh` carries; else the last."""
        last = len(self._ladder) - 1
        left_mwh = left_wh * 1000
        for rung in range(last):
            permille = self._ladder[rung]
            to_dawn_mwh = self._need_mwh(permille, to_dawn_s)
            if to_dawn_mwh + to_dawn_mwh // 10 > left_mwh:
                continue
            if self._need_mwh(permille, to_sunrise_s) <= left_mwh:
                return rung
        return last

    def _need_mwh(self, permille: int, span_s: int) -> int:
        """Energy for `span_s` at this level, mWh, rounded up. 31-bit safe to 400 W, 24 h."""
        return -(-self.power_mw(permille) // 10) * -(-span_s // 60) // 6 + 1
