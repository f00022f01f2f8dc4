"""Races put into the firmware, for the proof to find.

Each is one that somebody might write: a jump where there must be none, a step of a job that should
be one with another.
"""

from tomoshibi.core import events
from tomoshibi.core.events import EventRing
from tomoshibi.node.control import Control
from tomoshibi.node.load_control import LoadControl
from tomoshibi.node.log_job import LogJob
from tomoshibi.node.whole_node import Node
from tomoshibi.registers.journal import Journal


def plant(name: str) -> None:
    """Plant the one of that name; "-" is none."""
    if name != "-":
        _PLANTS[name]()


def _loop() -> None:
    """Some jumps, of which each may be struck."""
    for _ in range(100):
        pass


def _ring_told_too_early() -> None:
    """An event of a job counts before it is written, and a cycle writes its own between."""
    EventRing.record = _record_torn


_record = EventRing.record


# No closure, which takes memory for so many arguments: a cycle that tells of something has none.
def _record_torn(self, s, ms, kind, subject, before, after, cause, watts, limit_w, dv, actor=0):
    if actor == events.CONSOLE:
        self.total += 1
        _loop()
        self.total -= 1
    _record(self, s, ms, kind, subject, before, after, cause, watts, limit_w, dv, actor)


def _record_of_an_old_moment() -> None:
    """The time of a job's event is taken, and a while later it is recorded."""

    def record_late(self, kind, subject, before, after, cause, actor=events.NODE):
        uptime = self.uptime
        s, ms = uptime.seconds, uptime.millis
        if kind != events.LOAD and kind != events.GRID:
            _loop()
        watts, budget_w, dv = self.power_w(), self.budget_w(), self.voltage_dv()
        self.events.record(s, ms, kind, subject, before, after, cause, watts, budget_w, dv, actor)

    Control.record = record_late


def _settings_by_a_job() -> None:
    """They are handed over by the job itself, in the midst of which a cycle strikes."""

    def apply(self, _key, settings):
        from tomoshibi.node.apply_settings import _hand_over

        _hand_over([(settings, self._control)])

    Node._apply = apply


def _lock_without_news() -> None:
    """A load is locked, and the control path is told a few jumps later."""
    lock = LoadControl.lock

    def lock_late(self, i, locked):
        self._branches[i].load.locked_off = locked
        _loop()
        lock(self, i, locked)

    LoadControl.lock = lock_late


def _log_from_a_count() -> None:
    """What the log has taken is what there was when it looked, not what it read."""
    log_next = LogJob._log_next

    def log_then_count(self):
        log_next(self)
        self._next = self._events.total

    LogJob._log_next = log_then_count


def _saved_is_what_runs() -> None:
    """What a record holds is taken for what runs once it is written."""
    take = Journal._take

    def take_running(self):
        put = [i for i in self._range if self._due[i] & 8]
        take(self)
        for i in put:
            self.saved_whole[i], self.saved_rest[i] = self.whole[i], self.rest[i]

    Journal._take = take_running


def _allocating() -> None:
    """A control cycle takes memory when a load has been opened."""
    tell = LoadControl._note_move

    def tell_in_words(self, i, closed):
        if not closed:
            str(i) + str(closed)
        tell(self, i, closed)

    LoadControl._note_move = tell_in_words


_PLANTS = {
    "ring": _ring_told_too_early,
    "old moment": _record_of_an_old_moment,
    "settings": _settings_by_a_job,
    "lock": _lock_without_news,
    "log": _log_from_a_count,
    "saved": _saved_is_what_runs,
    "heap": _allocating,
}
