"""One virtual board: what its chip does with what comes over its port.

On a pseudo-terminal no reset reaches a board. Two events stand for it: a tool's SYNC frame is a
reset into the loader, the last closing of the port one into what is in flash. A board whose tool
has told it to stay, or has gone in the middle of a write, stays in the loader, as hardware does.
"""

from collections.abc import Callable
from pathlib import Path

from tomo.virtual.boot import Verdict, boot
from tomo.virtual.chip import Chip
from tomo.virtual.faults import Fault
from tomo.virtual.flash import Flash
from tomo.virtual.loader import Loader
from tomo.virtual.noise import Noise
from tomo.virtual.port import Port
from tomo.virtual.program import Ended, Program, Programs
from tomo.virtual.sync import Sync

UNPLUGGED_S = 10  # longer than esptool's seven attempts of a second to find the port again

Tell = Callable[[str, str], None]


def flash_file(folder: Path, name: str) -> Path:
    """What is in the flash of the board with this port: no name that a pattern of ports matches."""
    return folder / f"{name.removeprefix('tty')}.bin"


class _Unplugged(Exception):
    """The cable came off before a block was written."""


class Board:
    """Number `number` of a tray, with the port `name` and its flash in `folder`.

    programs  by a MAC address: what knows how to run what is in flash; without it nothing is run
    verdict   what came of the last reset
    runs      what is run, in words; empty if nothing is
    blocks    how many have been written, or were about to be
    tell      called with a word and a sentence when the board's state changes: `boot`, `no-boot`,
              `loader`, `unplugged`, `plugged`, `off`, `ended`, or an order carried out
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        number: int,
        fault: Fault,
        tell: Tell,
        programs: Callable[[str], Programs] | None = None,
    ) -> None:
        self.name = name
        self.fault = fault
        self.chip = Chip(fault.kind, number, fault.flash_size)
        self.flash_file = flash_file(folder, name)
        self._flash = Flash(self.flash_file, fault.flash_size, fault.bad)
        self.port = Port(folder / name)
        self._tell = tell
        self._noise = Noise(number)
        self._unplugs = fault.unplugs
        self._plug_at = 0.0
        self._sync = Sync()
        self._programs = programs(self.chip.mac) if programs else None
        self._powered = True
        self._loader: Loader | None = None
        self._program: Program | None = None
        self.blocks = 0
        self.runs = ""
        self.verdict = self._boot()
        self._start_program()

    def close(self) -> None:
        self._stop_program()
        self.port.unplug()
        self._flash.close()

    def descriptors(self) -> list[int]:
        """Of the program that runs: what to wait for besides the port."""
        return self._program.descriptors() if self._program else []

    def serve(self, now: float) -> None:
        """Take what has come and say what is due; `now` in seconds."""
        if self._program:
            self._run(self._program)
        if self.port.end < 0:
            self._plug_in(now)
            return
        was_open = self.port.is_open
        left = self.port.left()
        heard = self.port.heard()
        left = left or (was_open and not self.port.is_open)
        if left and Sync.begins(heard):  # that is of who opened it next
            self._closed()
            left = False
        if heard:
            self._take(heard, now)
        if left and self.port.end >= 0:
            self._closed()
        if late := self._sync.late(now):
            self._type(late)
        self._say_on()

    def order(self, what: str) -> None:
        """`reset`, `power off`, `power on`, or an order to the board's surroundings.

        Raises ValueError for what it does not know.
        """
        if what == "reset" or what == "power on":
            self._powered = True
            self._start()
        elif what == "power off":
            self._powered = False
            self._loader = None
            self._stop_program()
            self._tell("off", "")
        elif self._programs:
            self._programs.order(what)
            self._tell(what, "")
        else:
            raise ValueError(what)

    # The port

    def _plug_in(self, now: float) -> None:
        if now >= self._plug_at:
            self.port.plug()
            self._tell("plugged", "")
            self._start()  # the cable is its supply as well

    def _take(self, data: bytes, now: float) -> None:
        if not self._powered:
            return
        if self.fault.locked:
            self._type(data)
            return
        if self.fault.noisy and self._loader and self._loader.is_fast:
            data = self._noise.garbled(data)
        before, sync = self._sync.split(data, now, hold=not self._loader)
        if sync:
            self._enter_loader()
            before = sync
        if self._loader:
            self._load(self._loader, before, now)
        else:
            self._type(before)

    def _type(self, data: bytes) -> None:
        if self._loader:
            self._load(self._loader, data, 0)
        elif self._program:
            self._program.type(data)
        elif self._powered and (b"\r" in data or b"\n" in data):
            # A board that runs nothing says again where it stands.
            self.port.say(self._report())

    def _say_on(self) -> None:
        """As much as the port takes."""
        while self._loader and self.port.end >= 0 and self.port.sent():
            said = self._loader.some()
            if not said:
                return
            self.port.say(said)
        if self.port.end >= 0:
            self.port.sent()

    def _closed(self) -> None:
        self._sync.forget()
        if self._loader:
            self._loader.closed()
            if not self._loader.stays:
                self._start()

    # The loader

    def _enter_loader(self) -> None:
        if not self._loader:
            self._tell("loader", "")
        self._stop_program()
        self.port.forget()
        self._loader = Loader(self.chip, self._flash, self._on_block)

    def _load(self, loader: Loader, data: bytes, now: float) -> None:
        try:
            goes_on = loader.take(data)
        except _Unplugged:
            self._plug_at = now + UNPLUGGED_S
            self._loader = None
            self.port.unplug()
            self._tell("unplugged", f"for {UNPLUGGED_S} s")
            return
        if not goes_on:
            self._say_on()
            self._start()

    def _on_block(self, done: int, blocks: int) -> None:
        self.blocks += 1
        at = self.fault.unplugs_at
        if self._unplugs and (self.blocks >= at if at else done >= blocks // 2):
            self._unplugs = False
            raise _Unplugged

    # What is in flash

    def _start(self) -> None:
        self._loader = None
        self._stop_program()
        self.verdict = self._boot()
        self._tell("boot" if self.verdict.boots else "no-boot", self.verdict.reason)
        self.port.say(self._report())
        self._start_program()

    def _boot(self) -> Verdict:
        kind = self.chip.kind
        verdict = boot(self._flash.read, self._flash.size, kind.chip_id, kind.boot_at)
        self.runs = ""
        if verdict.boots and self._programs:
            self.runs = self._programs.name(self._flash.read, *verdict.app)
        return verdict

    def _start_program(self) -> None:
        if self.runs and self._programs:
            self._program = self._programs.start()

    def _stop_program(self) -> None:
        if self._program:
            self._program.stop()
            self._program = None

    def _run(self, program: Program) -> None:
        try:
            said = program.serve()
        except Ended as end:
            self._stop_program()
            self._tell("ended", str(end))
            said = f"{end}\r\n".encode()
        if said and self.port.end >= 0:
            self.port.say(said)

    def _report(self) -> bytes:
        """What a board says on its console after a reset."""
        if self.runs:
            last = f"starts {self.runs}"
        elif self.verdict.boots:
            last = "would start; its code is not run on this virtual board"
        else:
            last = "nothing to start"
        lines = (f"virtual {self.chip.kind.name}, reset", *self.verdict.lines, last)
        return "".join(f"{line}\r\n" for line in lines).encode()
