"""What happened and why, kept in RAM until the persistent log exists.

The control path writes here: a slot is a row of small ints in arrays made at start, so that
recording allocates nothing and cannot fail.
"""

from array import array
from micropython import const

BOOT = const(1)  # after: reset cause, as machine.reset_cause() tells it
GRID = const(2)  # subject 0; before, after: grid states of policy.grid
LOAD = const(3)  # subject: load number; before, after: 0 open, 1 closed
LAMP = const(4)  # subject 0; before, after: level in permille
LIMIT = const(5)  # subject 0; before, after: what the island may draw, W

# Causes. A number is never given twice; the words for them are in wire.console.
START = const(1)
GRID_LOST = const(2)
ISLAND = const(3)
BOTH_SIDES_DEAD = const(4)
GRID_BACK = const(5)
GRID_HEALTHY = const(6)
OVER_BUDGET = const(7)
WITHIN_BUDGET = const(8)
RESTORED = const(9)
SHORT_DIP = const(10)
PROGRAM = const(11)
DARK = const(12)
ENERGY_TO_DAWN = const(13)
INVERTER_GAVE_UP = const(14)

_FIELDS = const(9)


class EventRing:
    """The last `size` events. `total` counts all ever recorded, so a reader knows what it missed.

    A record is nine ints: uptime s, ms, kind, subject, before, after, cause, power W, budget W.
    """

    FIELDS = _FIELDS

    def __init__(self, size: int = 48) -> None:
        self.size = size
        self.total = 0
        self._cells = array("i", (0 for _ in range(size * _FIELDS)))

    def record(
        self,
        uptime_s: int,
        millis: int,
        kind: int,
        subject: int,
        before: int,
        after: int,
        cause: int,
        power_w: int,
        budget_w: int,
    ) -> None:
        """Keep one event, over the oldest if the ring is full. Allocates nothing.

        Straight-line code, so MicroPython's scheduler cannot come between: a reader in a job
        never sees half an event.
        """
        cells = self._cells
        at = self.total % self.size * _FIELDS
        cells[at] = uptime_s
        cells[at + 1] = millis
        cells[at + 2] = kind
        cells[at + 3] = subject
        cells[at + 4] = before
        cells[at + 5] = after
        cells[at + 6] = cause
        cells[at + 7] = power_w
        cells[at + 8] = budget_w
        self.total += 1

    def read(self, number: int) -> tuple[int, ...] | None:
        """Event `number` (0 is the first ever), or None if it is gone or has not happened."""
        if not max(0, self.total - self.size) <= number < self.total:
            return None
        at = number % self.size * _FIELDS
        return tuple(self._cells[at : at + _FIELDS])
