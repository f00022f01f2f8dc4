"""A pseudo-terminal that stands for the serial port of a desk node."""

import fcntl
import os
import pty
import struct
import termios
import time
import tty
from contextlib import suppress
from pathlib import Path

_QUEUE = 4_095  # bytes that the kernel keeps for a reader
_CHUNK = 1_024
# A reader that took nothing for so long with the queue full is none.
_PATIENCE_S = 0.1
_LOOK_S = 0.002
_TYPED_S = 0.02


class PseudoTerminal:
    """Open inside the `with`; `path` is what others open as the port.

    Bytes pass as they are, without echo. What nobody reads is dropped, the oldest first.
    """

    def __init__(self) -> None:
        self.path = ""
        self._link: Path | None = None
        self._ours = self._theirs = -1
        self._unread = False
        self._next_look = 0.0

    def __enter__(self) -> "PseudoTerminal":
        # Their end stays open here: else its settings are lost whenever the last reader leaves.
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        os.set_blocking(self._theirs, False)
        self.path = os.ttyname(self._theirs)
        return self

    def __exit__(self, *_exc: object) -> None:
        with suppress(OSError):  # it is gone, or another's by now
            if self._link and os.readlink(self._link) == self.path:
                self._link.unlink()
        for end in (self._ours, self._theirs):
            with suppress(OSError):  # nothing more can be done about an end that will not close
                os.close(end)

    def link(self, link: Path) -> None:
        """Let `link` lead here until the end, whatever an earlier one of that name led to."""
        fresh = link.with_name(f"{link.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self.path)
        fresh.replace(link)
        self._link = link

    def show(self, line: str) -> None:
        """Pass on a line, after dropping what nobody has read if there is no room for it."""
        data = line.encode() + b"\n"
        if not self._queued():
            self._unread = False
        while data:
            if not self._has_room():
                self._drop_oldest()
                self._unread = True
            with suppress(BlockingIOError):
                data = data[os.write(self._ours, data[:_CHUNK]) :]

    def typed(self) -> bytes:
        """What others have written since; does not wait, and looks fifty times a second at most."""
        now = time.monotonic()
        if now < self._next_look:
            return b""
        self._next_look = now + _TYPED_S
        with suppress(BlockingIOError):
            return os.read(self._ours, _CHUNK)
        return b""

    def _has_room(self) -> bool:
        """Whether a chunk fits; a reader is given a moment, unless the last one took nothing."""
        until = time.monotonic() + (0 if self._unread else _PATIENCE_S)
        while self._queued() > _QUEUE - _CHUNK:
            if time.monotonic() >= until:
                return False
            time.sleep(_LOOK_S)
        return True

    def _drop_oldest(self) -> None:
        """Make room by whole lines. Never all: a reader that has just come would find nothing."""
        with suppress(BlockingIOError):
            dropped = os.read(self._theirs, _CHUNK)
            while not dropped.endswith(b"\n"):
                dropped = os.read(self._theirs, 1)

    def _queued(self) -> int:
        """Bytes that wait to be read."""
        answer = fcntl.ioctl(self._theirs, termios.FIONREAD, b"\0" * 4)
        return struct.unpack("i", answer)[0]
