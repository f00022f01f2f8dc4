"""The readings taken at :00 and :30, as far as the node was running then.

A reading belongs to a half hour only if the node saw the clock pass it: after a start or after
the clock was set, the half hour is lost, and the last one seen stays. Until history is kept in
flash this is one reading deep.

EA and EB hold local time, and counter readings, not differences (docs/echonet-lite.md, "Sub-meter
028D").
"""

from micropython import const
from typing import TYPE_CHECKING

from core.calendar import NEVER_SET, civil

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.branch import Branch
    from core.calendar import Calendar

_SLOT_S = const(1_800)
# A step of the local clock larger than this between two polls is the clock being set.
_STEP_MOST_S = const(10)


class HalfHours:
    """The last half-hour reading of every branch. `poll` at least every 5 s."""

    def __init__(self, calendar: Calendar, branches: Sequence[Branch]) -> None:
        self._calendar = calendar
        self._branches = branches
        self._day = 0
        self._second = 0
        self._running = False  # _day and _second are of a clock that was set
        self.taken_at: tuple[int, ...] | None = None  # year, month, day, hour, minute, second
        # None where the branch had not been measured yet.
        self.import_wh: list[int | None] = [None] * len(branches)
        self.export_wh: list[int | None] = [None] * len(branches)

    def poll(self) -> None:
        """Take the readings if a half hour has begun since the last call."""
        calendar = self._calendar
        calendar.update()
        day, second = calendar.local()
        was_running, self._running = self._running, calendar.quality != NEVER_SET
        step_s = second - self._second + (86_400 if day == self._day + 1 else 0)
        same_run = was_running and 0 <= day - self._day <= 1 and 0 <= step_s <= _STEP_MOST_S
        begun = day != self._day or second // _SLOT_S != self._second // _SLOT_S
        self._day = day
        self._second = second
        if same_run and begun:
            self._take(day, second // _SLOT_S * _SLOT_S)

    def _take(self, day: int, second: int) -> None:
        self.taken_at = civil(day) + (second // 3600, second // 60 % 60, 0)
        for i, branch in enumerate(self._branches):
            measured = was_measured(branch.reading)
            self.import_wh[i] = branch.energy.import_wh if measured else None
            self.export_wh[i] = branch.energy.export_wh if measured else None


def was_measured(reading) -> bool:
    """Whether there has been a good measurement since power-up.

    One in the very first second whose chip then fell silent for ever counts as none.
    """
    return reading.valid or reading.at_s > 0
