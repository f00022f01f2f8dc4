"""What a node shows of itself: who it is, what time it has, whether anything is wrong."""

from typing import TYPE_CHECKING

from tomoshibi.core.calendar import NEVER_SET, civil
from tomoshibi.reporting.points import NODE
from tomoshibi.reporting.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tomoshibi.core.calendar import Calendar
    from tomoshibi.core.identity import Identity


class NodeSource(Source):
    """storage_fault   whether something that is kept in flash was lost: a fault of the node itself
    others          the sources of its parts, whose faults are the node's; read by views of all
    """

    def __init__(
        self,
        identity: Identity,
        calendar: Calendar,
        storage_fault: Callable[[], bool],
        others: Sequence[Source],
    ) -> None:
        super().__init__(NODE, (identity,))
        self.calendar = calendar
        self._storage_fault = storage_fault
        self.others = others

    def faulty(self, i: int, _which: object = None) -> bool:
        if self._storage_fault():
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
