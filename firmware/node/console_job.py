"""The serial console: events go out as they happen, commands come in."""

import asyncio
import sys
from typing import TYPE_CHECKING

from core.events import EventRing
from node.job import Job
from wire import console

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.uptime import Uptime

_LONGEST_COMMAND = 2_048  # an identity with its calibration


class EventJob(Job):
    """Prints what the event ring took in since the last look, and how much it had to drop."""

    name = "events"

    def __init__(self, events: EventRing, uptime: Uptime, load_names: list[str]) -> None:
        super().__init__()
        self._events = events
        self._uptime = uptime
        self._load_names = load_names
        self._next = 0

    def say(self, fields: dict) -> None:
        """Print one object with the present time."""
        print(console.line(self._uptime.seconds, self._uptime.millis, fields))

    async def run(self) -> None:
        while True:
            if self._next < self._events.total:
                self._drain()
            self.beat()
            await asyncio.sleep_ms(200)

    def _drain(self) -> None:
        lost = self._events.total - self._events.size - self._next
        if lost > 0:
            self._next += lost
            self.say({"event": "events lost", "count": lost})
        while self._next < self._events.total:
            record = self._events.read(self._next)
            self._next += 1
            if record is not None:
                print(console.event(record, self._load_names))


class CommandJob(Job):
    """Takes the lines typed on the console and has them answered.

    answer(line)   gets each whole line, and None in place of one that is too long: half a command
                   is none
    """

    name = "commands"
    deadline_ms = 0  # waiting for somebody to type is not a stall

    def __init__(self, answer: Callable[[str | None], None]) -> None:
        super().__init__()
        self._answer = answer

    async def run(self) -> None:
        # Byte by byte: a whole-line read would block everything until the line's end came.
        reader = asyncio.StreamReader(sys.stdin.buffer)
        line = bytearray()
        while True:
            byte = await reader.read(1)
            if not byte:
                # The other end of the console is gone for good.
                while True:
                    await asyncio.sleep_ms(60_000)
            if byte == b"\r" or byte == b"\n":
                text = None if len(line) > _LONGEST_COMMAND else _printable(line)
                line = bytearray()
                if text != "":
                    self._answer(text)
            elif len(line) <= _LONGEST_COMMAND:
                line += byte


def _printable(line: bytearray) -> str:
    """A typed line as text; what is no UTF-8 shows as question marks."""
    try:
        return bytes(line).decode().strip()
    except UnicodeError:
        return "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in line).strip()
