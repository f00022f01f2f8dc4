"""Moves events from the ring in RAM to the log in flash, within a second, when all is calm."""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.calendar import NEVER_SET
from tomoshibi.core.errors import FlashFailed
from tomoshibi.node.job import Job
from tomoshibi.wire import registers

if TYPE_CHECKING:
    from tomoshibi.core.calendar import Calendar
    from tomoshibi.core.events import EventRing
    from tomoshibi.core.uptime import Uptime
    from tomoshibi.node.control import Control
    from tomoshibi.node.storage import Storage

# Of a step, each some milliseconds in flash: all that the ring holds is logged within a second.
_AT_ONCE = const(5)
_DAY_S = const(86_400)


class LogJob(Job):
    """Adds to each event the number of the boot and the time of day."""

    name = "log"
    period_ms = 100

    def __init__(
        self,
        storage: Storage,
        control: Control,
        events: EventRing,
        uptime: Uptime,
        calendar: Calendar,
    ) -> None:
        super().__init__()
        self._storage = storage
        self._control = control
        self._events = events
        self._uptime = uptime
        self._calendar = calendar
        self._logged = storage.view(registers.EVENTS_LOGGED, 1)
        self._next = 0

    def step(self) -> None:
        for _ in range(_AT_ONCE):
            if self._next >= self._events.total or not self._control.calm():
                return
            if self._storage.log.ring.waiting:
                return  # what is to be logged stays in RAM, the last of it at least
            self._log_next()

    def _log_next(self) -> None:
        self._next = max(self._next, self._events.total - self._events.size)
        record = self._events.read(self._next)
        if record is not None:
            log = self._storage.log
            if not log.append(self._values(record)):
                if log.ring.waiting:
                    return
                raise FlashFailed("events")
            self._logged[0] = log.sequence
        self._next += 1

    def _values(self, record: tuple) -> tuple:
        """In the order of wire.event_log.FIELDS."""
        at_s, ms, kind, subject, before, after, cause, power_w, budget_w, voltage_dv, actor = record
        day, second, quality = self._wall(at_s)
        return (
            kind, cause, actor, subject, 0, self._storage.boot & 0xFFFF, at_s, ms, day, second,
            quality, before, after, power_w, voltage_dv, budget_w,
        )  # fmt: skip

    def _wall(self, at_s: int) -> tuple[int, int, int]:
        """(day, second of the day, quality) at uptime `at_s`, UTC, by the clock as it is now."""
        calendar = self._calendar
        calendar.update()
        if calendar.quality == NEVER_SET:
            return 0xFFFF, 0xFFFFFF, NEVER_SET
        back_s = _DAY_S * calendar.day + calendar.second - (self._uptime.seconds - at_s)
        return back_s // _DAY_S, back_s % _DAY_S, calendar.quality
