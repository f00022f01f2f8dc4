"""The serial console: events go out as they happen, commands come in."""

import asyncio
import sys
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.modules import let_go
from tomoshibi.node.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tomoshibi.core.branch import Branch
    from tomoshibi.core.events import EventRing
    from tomoshibi.core.lamp import Lamp
    from tomoshibi.core.uptime import Uptime

_LONGEST_COMMAND = const(2_048)  # an identity with its calibration


class EventJob(Job):
    """Prints what the event ring took in since the last look, and how much it had to drop.

    channels   the circuits in order, whose loads are told by name

    The words are held only while something is said.
    """

    name = "events"
    period_ms = 200

    def __init__(
        self, events: EventRing, uptime: Uptime, channels: Sequence[Branch | Lamp]
    ) -> None:
        super().__init__()
        self._events = events
        self._uptime = uptime
        self._channels = channels
        self._next = 0

    def say(self, fields: dict) -> None:
        """Print one object with the present time."""
        from tomoshibi.wire import console

        print(console.line(self._uptime.seconds, self._uptime.millis, fields))
        let_go("wire.console")

    def step(self) -> None:
        if self._next < self._events.total:
            self._drain()

    def _drain(self) -> None:
        lost = self._events.total - self._events.size - self._next
        if lost > 0:
            self._next += lost
            self.say({"event": "events lost", "count": lost})
        while self._next < self._events.total:
            record = self._events.read(self._next)
            self._next += 1
            if record is None:
                continue
            # One after the other: a dictionary of modules that has once grown does not shrink.
            from tomoshibi.wire import events

            names = [each.load.name if each.load else "" for each in self._channels]
            fields = events.told(record, names)
            let_go("wire.events")
            from tomoshibi.wire import console

            print(console.line(record[0], record[1], fields))
            let_go("wire.console")


class CommandJob(Job):
    """Takes the lines typed on the console and has them answered.

    answer(line)   gets each whole line, and None in place of one that is too long: half a command
                   is none
    read()         awaits the next byte; empty once the other end is gone for good
    """

    name = "commands"
    deadline_ms = 0  # waiting for somebody to type is not a stall

    def __init__(self, answer: Callable[[str | None], None], read=None) -> None:
        super().__init__()
        self._answer = answer
        self._read = read or _typed

    async def run(self) -> None:
        # Byte by byte: a whole-line read would block everything until the line's end came.
        line = bytearray()
        while True:
            # Type checkers know CPython's asyncio, where a generator cannot be awaited.
            byte = await self._read()  # pyright: ignore
            if not byte:
                while True:
                    await asyncio.sleep_ms(60_000)
            if byte == b"\r" or byte == b"\n":
                text = None if len(line) > _LONGEST_COMMAND else _printable(line)
                line = bytearray()
                if text != "":
                    self._answer(text)
            elif len(line) <= _LONGEST_COMMAND:
                line += byte


def _typed():
    """The next byte of standard input: all that we would need of asyncio's streams.

    A plain generator: MicroPython's asyncio awaits those.
    """
    byte = None
    while byte is None:
        yield asyncio.core._io_queue.queue_read(sys.stdin.buffer)  # pyright: ignore
        byte = sys.stdin.buffer.read(1)
    return byte


def _printable(line: bytearray) -> str:
    """A typed line as text; what is no UTF-8 shows as question marks."""
    try:
        return bytes(line).decode().strip()
    except UnicodeError:
        return "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in line).strip()
