"""Where the values of points come from: one source for each kind of part, for every view."""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.calendar import NEVER_SET, civil
from tomoshibi.registers.half_hours import was_measured
from tomoshibi.reporting.points import GETTER, NAME, NODE, OVERFLOW, WHICH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from tomoshibi.core.calendar import Calendar
    from tomoshibi.core.identity import Identity
    from tomoshibi.registers.event_log import EventLog

    class Kept(Protocol):
        """What of node.storage is shown."""

        log: EventLog

        def faulty(self) -> bool: ...


# A sensor that has been silent for this many polls in a row (10 s at five a second) is a fault;
# a shorter gap, as at start or after one disturbed packet, is not worth an alarm.
_GRACE_POLLS = const(50)


class Source:
    """The values of `points`, rows of reporting.points, for each of `parts`; i is its place there.

    A getter takes that place and what its row says behind it; it gives a count of the row's
    resolution, or None for no data.
    """

    def __init__(self, points: tuple, parts: Sequence) -> None:
        self.points = points
        self.parts = parts
        self._silent_polls = bytearray(len(parts))

    def poll(self) -> None:
        """Look whether the sensors answer; five times a second, so it takes no memory."""
        silent = self._silent_polls
        for i in range(len(silent)):
            if self.measuring(i):
                silent[i] = 0
            elif silent[i] < _GRACE_POLLS:
                silent[i] += 1

    def find(self, name: str) -> tuple | None:
        """The row of a point; None if these parts have no such."""
        for row in self.points:
            if row[NAME] == name:
                return row
        return None

    def value(self, row: tuple, i: int):
        """The present value of one of our rows."""
        # Of the class: a method bound to its object is an object of its own.
        return getattr(type(self), row[GETTER])(self, i, row[WHICH])

    def own(self, i: int, field: str):
        """Something of the part itself."""
        return getattr(self.parts[i], field)

    def measured(self, i: int, field: str) -> int | str | None:
        """Something of its reading."""
        part = self.parts[i]
        reading = getattr(part, "reading", part)  # a photocell is its own
        if not reading.valid:
            return None
        return OVERFLOW if getattr(reading, "overflow", False) else getattr(reading, field)

    def kept(self, i: int, direction: int) -> int | None:
        """Its energy, import (0) or export (1)."""
        part = self.parts[i]
        return part.kept_wh(direction) if was_measured(part.reading) else None

    def faulty(self, i: int, _which: object = None) -> bool:
        return self.fault(i) != "none"

    def fault(self, i: int, _which: object = None) -> str:
        return "sensor" if self._silent_polls[i] >= _GRACE_POLLS else "none"

    def measuring(self, i: int) -> bool:
        """Whether the sensor of this part answers."""
        part = self.parts[i]
        return getattr(part, "reading", part).valid


class NodeSource(Source):
    """What a node shows of itself: who it is, what time it has, whether anything is wrong.

    storage   what is kept in flash: what was lost is a fault of the node itself; and its log
    others    the sources of its parts, whose faults are the node's; read by views of all
    """

    def __init__(
        self,
        identity: Identity,
        calendar: Calendar,
        storage: Kept,
        others: Sequence[Source],
    ) -> None:
        super().__init__(NODE, (identity,))
        self.calendar = calendar
        self.storage = storage
        self.others = others

    def faulty(self, i: int, _which: object = None) -> bool:
        if self.storage.faulty():
            return True
        for source in self.others:
            for i in range(len(source.parts)):
                if source.faulty(i):
                    return True
        return False

    def serial(self, i: int, _which: object) -> str:
        identity = self.parts[0]
        return identity.serial or "".join("%02X" % byte for byte in identity.unique_id)

    def local(self, i: int, which: str) -> tuple | None:
        """Local "time" or "date"; None until somebody has set the clock."""
        self.calendar.update()
        if self.calendar.quality == NEVER_SET:
            return None
        day, second = self.calendar.local()
        return civil(day) if which == "date" else (second // 3600, second // 60 % 60)
