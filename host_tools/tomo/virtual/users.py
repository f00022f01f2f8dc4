"""Whether everybody who had a file open has closed it, also if somebody has opened it since.

A terminal's far end tells that nobody has it open, for as long as that is so: a tool that closes
its port and opens it again at once is not noticed there.
"""

import ctypes
import os
import struct
from contextlib import suppress

# Source: inotify(7), sys/inotify.h.
_NONBLOCK_CLOEXEC = os.O_NONBLOCK | os.O_CLOEXEC
_CLOSED_AFTER_WRITING, _CLOSED, _OPENED = 0x08, 0x10, 0x20
_EVENT = struct.Struct("iIII")  # watch, mask, cookie, length of a name, which a file has not
_CHUNK = 4_096


class Users:
    """Of the file at `path`, which nobody has open yet. Without inotify it never tells anything."""

    def __init__(self, path: str) -> None:
        libc = ctypes.CDLL(None)
        self._count = 0
        self._fd = libc.inotify_init1(_NONBLOCK_CLOEXEC)
        mask = _CLOSED_AFTER_WRITING | _CLOSED | _OPENED
        if self._fd >= 0:
            libc.inotify_add_watch(self._fd, os.fsencode(path), mask)

    def have_gone(self) -> bool:
        """Whether the last of them has closed it at some time since this was asked last."""
        gone = False
        with suppress(OSError):  # nothing new
            events = os.read(self._fd, _CHUNK)
            for _, mask, _, _ in _EVENT.iter_unpack(events):
                self._count += 1 if mask & _OPENED else -1
                gone = gone or self._count == 0
        return gone

    def close(self) -> None:
        with suppress(OSError):  # there was none
            os.close(self._fd)
