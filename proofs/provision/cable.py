"""A cable to a node's console that counts what passes, and has something happen at a byte of it."""

import os
import pty
import select
import threading
import tty
from collections.abc import Callable
from contextlib import suppress

_CHUNK = 64  # bytes; what happens, happens so exactly
_LOOK_S = 0.02


class Cable:
    """Open inside the `with`; `path` is its near end, a serial port.

    at        after so many bytes, of both directions together, `happens` is called; 0: never
    happens   `pull`, if nobody says otherwise
    passed    bytes until now
    """

    def __init__(self, far: str, at: int = 0) -> None:
        self._far_path = far
        self._at = at
        self.happens: Callable[[], None] = self.pull
        self._ended = threading.Event()
        self._lost = threading.Lock()
        self.passed = 0

    def __enter__(self) -> "Cable":
        self._far = os.open(self._far_path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._ours, near = pty.openpty()
        tty.setraw(near)
        self.path = os.ttyname(near)
        self._near = near  # its settings are lost when nobody has it open
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._ended.set()
        self._thread.join()
        self.pull()
        os.close(self._far)

    def pull(self) -> None:
        """The near end is gone, as that of an adaptor is whose plug is pulled."""
        self._ended.set()
        with self._lost:
            for end in (self._ours, self._near):
                if end >= 0:
                    os.close(end)
            self._ours = self._near = -1

    def _carry(self) -> None:
        with suppress(OSError):  # an end is gone: nothing passes any more
            while not self._ended.is_set():
                ready, _, _ = select.select([self._ours, self._far], [], [], _LOOK_S)
                for end in ready:
                    self._pass(end, self._far if end == self._ours else self._ours)
                    if self._ended.is_set():
                        return

    def _pass(self, end: int, other: int) -> None:
        left = self._at - self.passed if self.passed < self._at else _CHUNK
        data = os.read(end, min(left, _CHUNK))
        with self._lost:
            os.write(other, data)
        self.passed += len(data)
        if self._at and self.passed == self._at:
            self.happens()
