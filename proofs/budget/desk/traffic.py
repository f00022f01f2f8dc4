"""What comes to a node from outside, where there is neither network nor console: by its own ways.

Datagrams come from a socket that has one every second, lines from somebody who types as often.
"""

import asyncio
import select
from micropython import const
from time import ticks_add, ticks_diff, ticks_ms

_POLL = const(3)  # the ioctl request MP_STREAM_POLL
_EVERY_MS = const(1_000)
_PEER = ("192.168.10.2", 3610)


class Socket:
    """A UDP socket to which the datagrams of `asked` come, one after the other, for ever."""

    asked = ()
    answered = 0

    def __init__(self, *_arguments) -> None:
        self._due_ms = ticks_add(ticks_ms(), _EVERY_MS)
        self._next = 0

    def setsockopt(self, *_arguments) -> None:
        pass

    bind = setblocking = setsockopt

    def close(self) -> None:
        pass

    def ioctl(self, request: int, _flags: int) -> int:
        due = request == _POLL and ticks_diff(ticks_ms(), self._due_ms) >= 0
        return select.POLLIN if due else 0

    def recvfrom(self, _room: int):
        self._due_ms = ticks_add(ticks_ms(), _EVERY_MS)
        data = self.asked[self._next % len(self.asked)]
        self._next += 1
        return data, _PEER

    def sendto(self, data, _address) -> int:
        Socket.answered += 1
        return len(data)


def typed(lines):
    """For console_job: a function whose generators await the next byte of `lines`, for ever."""
    text = "".join(line + "\n" for line in lines).encode()
    place = [0]

    def read():
        at = place[0]
        place[0] = (at + 1) % len(text)
        if text[at - 1] == 10:
            loop = asyncio.core
            loop._task_queue.push(loop.cur_task, ticks_add(ticks_ms(), _EVERY_MS))
            yield
        return text[at : at + 1]

    return read
