"""The counter readings at :00 and :30 local time: noticed, held until flash may be written, kept.

A reading belongs to a half hour only if the node saw the clock pass it: after a start or after
the clock was set, the half hour is lost, and the history has a gap.
"""

from array import array
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.calendar import NEVER_SET
from tomoshibi.core.modules import let_go

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomoshibi.core.branch import Branch
    from tomoshibi.core.calendar import Calendar
    from tomoshibi.core.lamp import Lamp
    from tomoshibi.core.readings import Reading
    from tomoshibi.registers.history import History

_SLOT_S = const(1_800)
# A step of the local clock larger than this between two polls is the clock being set.
_STEP_MOST_S = const(10)
_NONE = const(-1)


class HalfHours:
    """Half-hour readings of the channels: what has `energy` and `reading`. `poll` every 5 s or
    oftener; `store` while `pending`.

    day, slot              local, of the half hour that the clock passed last; day is -1 before the
                           first
    import_wh, export_wh   its readings as the history has them; -1 where the channel had not been
                           measured
    """

    def __init__(
        self,
        calendar: Calendar,
        channels: Sequence[Branch | Lamp],
        history: History,
        boot: int = 0,
    ) -> None:
        self._calendar = calendar
        self._channels = channels
        self._boot = boot
        self._day = 0
        self._second = 0
        self._running = False  # _day and _second are of a clock that was set
        self._quality = NEVER_SET
        self._taken_day = self._taken_slot = 0
        self._taken_import_wh = array("i", (_NONE for _ in channels))
        self._taken_export_wh = array("i", (_NONE for _ in channels))
        self.history = history
        self.pending = False
        self.import_wh = array("i", (_NONE for _ in channels))
        self.export_wh = array("i", (_NONE for _ in channels))
        # Imported here: it is let go after the start, see node.whole_node.
        from tomoshibi.registers.history_start import latest

        self.day, self.slot = latest(history, self.import_wh, self.export_wh) or (_NONE, 0)

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
            self._take(day, second // _SLOT_S, calendar.quality)

    def store(self) -> None:
        """Keep what was taken. The counters themselves must be in flash already.

        It stays `pending` while the history has no room, until the next half hour takes its place.
        """
        self.pending = False
        kept = self.history.append(
            self._taken_day,
            self._taken_slot,
            self._quality,
            self._boot,
            self._taken_import_wh,
            self._taken_export_wh,
        )
        if self.history.ring.waiting:
            self.pending = True
            return
        self.day, self.slot = self._taken_day, self._taken_slot
        if not kept:
            # It came twice: what is shown is what the history has of it.
            from tomoshibi.registers.history_slot import fill

            fill(self.history, self.day, self.slot, self.import_wh, self.export_wh)
            let_go("registers.history_slot")
            return
        for i in range(len(self._channels)):
            self.import_wh[i] = self._taken_import_wh[i]
            self.export_wh[i] = self._taken_export_wh[i]

    def _take(self, day: int, slot: int, quality: int) -> None:
        for i, channel in enumerate(self._channels):
            measured = was_measured(channel.reading)
            self._taken_import_wh[i] = channel.energy.import_wh if measured else _NONE
            self._taken_export_wh[i] = channel.energy.export_wh if measured else _NONE
        self._taken_day, self._taken_slot, self._quality = day, slot, quality
        self.pending = True


def was_measured(reading: Reading) -> bool:
    """Whether there has been a good measurement since power-up.

    One in the very first second whose chip then fell silent for ever counts as none.
    """
    return reading.valid or reading.at_s > 0
