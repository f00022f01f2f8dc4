"""What the loads of an island may draw: each source sets its limit, the least binds.

The inverter's is a setting. A lesson is what an inverter that gave up proved to carry: it may have
been an empty battery, so it is believed for half a day of steady island only. A new source
(battery, demand response, price, a controller) is a constant here and a caller of `put`.
"""

from array import array
from micropython import const

INVERTER = const(0)
LESSON = const(1)
_SOURCES = const(2)

_NONE_W = const(0x3FFFFFFF)
_STEADY_MS = const(43_200_000)


class Budget:
    """limit_w is what binds now, W, and `source` whose limit that is."""

    def __init__(self, inverter_w: int) -> None:
        self._limits_w = array("i", (_NONE_W for _ in range(_SOURCES)))
        self.limit_w = _NONE_W
        self.source = INVERTER
        self.put(INVERTER, inverter_w)

    def put(self, source: int, limit_w: int) -> None:
        """`source` allows so much, W."""
        self._limits_w[source] = limit_w
        least = INVERTER
        for one in range(_SOURCES):
            if self._limits_w[one] < self._limits_w[least]:
                least = one
        self.source = least
        self.limit_w = self._limits_w[least]

    def lift(self, source: int) -> bool:
        """`source` has no say any more; True if it had."""
        if self._limits_w[source] == _NONE_W:
            return False
        self.put(source, _NONE_W)
        return True

    def learn(self, carried_w: int, least_w: int) -> bool:
        """An inverter gave up under `carried_w`: four fifths of it, if that is less than before.

        But never less than `least_w`, for which it is worth trying again and again.
        """
        limit_w = max(min(self.limit_w, carried_w) * 4 // 5, least_w)
        if limit_w >= self.limit_w:
            return False
        self.put(LESSON, limit_w)
        return True

    def outlive(self, held_ms: int) -> bool:
        """An island has held for so long: True if that ends a lesson."""
        return held_ms >= _STEADY_MS and self.lift(LESSON)
