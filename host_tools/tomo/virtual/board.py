"""One virtual board: what its chip does with what comes over its port.

On a pseudo-terminal no reset reaches a board. Two events stand for it: a tool's SYNC frame is a
reset into the loader, the last closing of the port one into what is in flash. A board whose tool
has told it to stay, or has gone in the middle of a write, stays in the loader, as hardware does.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from tomo.virtual.boot import Verdict, boot
from tomo.virtual.chip import Chip
from tomo.virtual.faults import Fault
from tomo.virtual.flash import Flash
from tomo.virtual.port import Port
from tomo.virtual.rom import SPEED, SYNC, Rom
from tomo.virtual.slip import Frames, framed

UNPLUGGED_S = 10  # longer than esptool's seven attempts of a second to find the port again

_SYNC = framed(SYNC)
_NOISE_EVERY = 2_048  # bytes, on average

Tell = Callable[[str, str], None]


class _Unplugged(Exception):
    """The cable came off before a block was written."""


class Board:
    """Number `number` of a tray, with `name`.bin and the port `name` in `folder`.

    verdict  what came of the last reset
    tell     called with a word and a sentence when the board's state changes: `boot`, `no-boot`,
             `loader`, `unplugged`, `plugged`
    """

    def __init__(self, folder: Path, name: str, number: int, fault: Fault, tell: Tell) -> None:
        self.name = name
        self.fault = fault
        self.chip = Chip(fault.kind, number, fault.flash_size)
        self._flash = Flash(folder / f"{name}.bin", fault.flash_size, fault.bad)
        self.port = Port(folder / name)
        self._tell = tell
        self._noise = _Noise(number)
        self._unplugs = fault.unplugs
        self._plug_at = 0.0
        self._rom: Rom | None = None
        self._frames = Frames()
        self._to_say: Iterator[bytes] = iter(())
        self._held = b""  # the beginning of a SYNC, perhaps
        self.verdict = self._boot()

    def close(self) -> None:
        self.port.unplug()
        self._flash.close()

    def serve(self, now: float) -> None:
        """Take what has come and say what is due; `now` in seconds."""
        if self.port.end < 0:
            self._plug_in(now)
            return
        was_open = self.port.is_open
        heard = self.port.heard()
        if heard:
            self._take(heard, now)
        elif was_open and not self.port.is_open:
            self._closed()
        self._say_on()

    def _plug_in(self, now: float) -> None:
        if now >= self._plug_at:
            self.port.plug()
            self._tell("plugged", "")

    def _take(self, data: bytes, now: float) -> None:
        if self.fault.locked:
            self._show(data)
            return
        if self.fault.noisy and self._rom and self._rom.speed > SPEED:
            data = self._noise.garbled(data)
        data = self._held + data
        self._held = b""
        _, sync, after = data.rpartition(_SYNC)
        if sync:
            self._enter_loader()
            data = sync + after
        elif not self._rom:
            begun = _overlap(data)
            self._held = data[len(data) - begun :]
            data = data[: len(data) - begun]
        if self._rom:
            self._load(self._rom, data, now)
        else:
            self._show(data)

    def _enter_loader(self) -> None:
        if not self._rom:
            self._tell("loader", "")
        self._rom = Rom(self.chip, self._flash, self._on_block)
        self._frames = Frames()
        self._to_say = iter(())

    def _load(self, rom: Rom, data: bytes, now: float) -> None:
        for frame in self._frames.feed(data):
            try:
                answer = rom.answer(frame)
            except _Unplugged:
                self._plug_at = now + UNPLUGGED_S
                self._rom = None
                self._to_say = iter(())
                self.port.unplug()
                self._tell("unplugged", f"for {UNPLUGGED_S} s")
                return
            self._to_say = chain(self._to_say, map(framed, answer))
            if rom.left:
                self._say_on()
                self._start()
                return

    def _on_block(self, done: int, blocks: int) -> None:
        if self._unplugs and done >= blocks // 2:
            self._unplugs = False
            raise _Unplugged

    def _say_on(self) -> None:
        """As much as the port takes: what a tool reads slowly is not all made beforehand."""
        while self.port.end >= 0 and self.port.sent():
            said = b"".join(_some(self._to_say))
            if not said:
                return
            self.port.say(said)

    def _closed(self) -> None:
        self._held = b""
        self._frames = Frames()
        self._to_say = iter(())
        if self._rom and not self._rom.stays:
            self._start()

    def _start(self) -> None:
        self._rom = None
        self.verdict = self._boot()
        self._tell("boot" if self.verdict.boots else "no-boot", self.verdict.reason)
        self.port.say(self._report())

    def _boot(self) -> Verdict:
        kind = self.chip.kind
        return boot(self._flash.read, self._flash.size, kind.chip_id, kind.boot_at)

    def _report(self) -> bytes:
        """What a board says on its console after a reset."""
        last = (
            "would start; its code is not run on this virtual board"
            if self.verdict.boots
            else "nothing to start"
        )
        lines = (f"virtual {self.chip.kind.name}, reset", *self.verdict.lines, last)
        return "".join(f"{line}\r\n" for line in lines).encode()

    def _show(self, typed: bytes) -> None:
        """A line typed at a board that runs nothing: it says again where it stands."""
        if b"\r" in typed or b"\n" in typed:
            self.port.say(self._report())


class _Noise:
    """Garbles one bit of some 2 KiB, the same ones whenever a tray is started."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._next = self._gap()

    def _gap(self) -> int:
        return self._dice.randrange(1, 2 * _NOISE_EVERY)

    def garbled(self, data: bytes) -> bytes:
        wrong = bytearray(data)
        while self._next < len(wrong):
            wrong[self._next] ^= 1 << self._dice.randrange(8)
            self._next += self._gap()
        self._next -= len(wrong)
        return bytes(wrong)


def _overlap(data: bytes) -> int:
    """How many of the last bytes are the beginning of a SYNC frame."""
    start = data.rfind(_SYNC[:1], -len(_SYNC))
    return len(data) - start if start >= 0 and _SYNC.startswith(data[start:]) else 0


def _some(frames: Iterable[bytes]) -> Iterator[bytes]:
    """The next frames, some 8 KiB of them."""
    size = 0
    for frame in frames:
        yield frame
        size += len(frame)
        if size >= 8_192:
            return
