"""Questions that the whole street was asked, each waiting for its random moment to be answered.

One place for each sender, eight in all, taken once. Whoever gives way, to a newer question of its
own or as the oldest of eight, is answered at once instead: nothing is dropped here.
"""

from micropython import const
from time import ticks_diff

PLACES = const(8)
# A longer question is no discovery, and is answered at once: what waits holds memory.
LONGEST = const(64)


class Questions:
    """Each is (due tick ms, datagram, sender), the oldest first."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, bytes, str]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def clear(self) -> None:
        self._waiting.clear()

    def put(self, due_ms: int, data: bytes, sender: str) -> tuple[int, bytes, str] | None:
        """Keep one; the one that gives way to it, if any."""
        out = None
        for each in self._waiting:
            if each[2] == sender:
                out = each
                break
        if out is None and len(self._waiting) == PLACES:
            out = self._waiting[0]
        if out is not None:
            self._waiting.remove(out)
        self._waiting.append((due_ms, data, sender))
        return out

    def wait_ms(self, now_ms: int) -> int:
        """How long until the next is due, 0 if one is; only while there are any."""
        return max(0, min(ticks_diff(each[0], now_ms) for each in self._waiting))

    def take_due(self, now_ms: int) -> tuple[int, bytes, str] | None:
        """One that is due, which leaves its place; None if none is."""
        for each in self._waiting:
            if ticks_diff(now_ms, each[0]) >= 0:
                self._waiting.remove(each)
                return each
        return None
