"""Runs what is in a virtual board's flash: a desk build in which none of our firmware is.

Machine code of an ESP32 cannot be run. But a stock MicroPython is known by its banner, and the desk
has the same one: it stands in for it, over the same flash chip, and what it runs it finds there.
"""

import json
import os
import time
from functools import partial
from pathlib import Path

from boards.flash_map import PARTITIONS
from tomo.checkout import ROOT, board_folder, boards
from tomo.errors import MachineRefused
from tomo.image import littlefs_image
from tomo.image.application import micropython_series
from tomo.image.esp_image import banner
from tomo.image.new_chip import ABOUT
from tomo.image.product import has_firmware
from tomo.jobs.wiring import fault_of
from tomo.scenario.constant import constant
from tomo.scenario.records import Event
from tomo.transport.board_program import BoardProgram
from tomo.transport.desk_resets import Reset, after
from tomo.virtual.board import flash_file
from tomo.virtual.boot import Read
from tomo.virtual.program import Ended
from tomo.world.felt import Felt
from tomo.world.lockstep import Report
from tomo.world.site import World

# What a module with 4 MiB of PSRAM has; a trial image needs one.
_HEAP_K = 4_096
# How often a board's surroundings are looked at in which nothing happens.
_LOOK_MS = 100
_GRID = {"grid on": True, "grid off": False}
_SOUND = "wired right"


class BoardPrograms:
    """Of one board.

    board    what its hardware is, as in boards/; None: what the image in its flash is for
    name     of its port in `folder`, where its flash is, too, and what outlives a reset
    mac, ip  its address on the radio's network, and there
    """

    def __init__(self, board: str | None, folder: Path, name: str, mac: str, ip: str) -> None:
        self._board = board
        self._folder = folder.resolve()
        self._flash = flash_file(self._folder, name)
        self._mac = mac
        self._ip = ip
        self._grid = True
        self._faults: list[Event] = []
        self._running: _Running | None = None

    def name(self, read: Read, app_at: int, app_size: int) -> str:
        program = read(app_at, app_size)
        version, machine = banner(program)
        if not version.startswith(f"{micropython_series()}.") or has_firmware(program):
            return ""
        return f"MicroPython {version} of the desk in the place of {machine or 'its own'}"

    def start(self) -> "_Running":
        board = self._kind()
        self._running = _Running(partial(self._program, board), board)
        self._running.switch_grid(self._grid)
        for fault in self._faults:
            # Another image makes another board of it, which may not have that circuit.
            if fault.node == board:
                self._running.put_fault(fault, begins=True)
        return self._running

    def order(self, what: str) -> None:
        if what in _GRID:
            self._grid = _GRID[what]
            if self._running:
                self._running.switch_grid(self._grid)
        elif what == _SOUND:
            while self._faults:
                self._put_fault(self._faults.pop(), begins=False)
        else:
            self._faults.append(fault_of(self._kind(), what))
            self._put_fault(self._faults[-1], begins=True)

    def _put_fault(self, fault: Event, begins: bool) -> None:
        if self._running and self._running.board == fault.node:
            self._running.put_fault(fault, begins)

    def _kind(self) -> str:
        return self._board or self._board_of_image()

    def _board_of_image(self) -> str:
        """Any, if it does not say so, or a board that is not known here."""
        at, size = next(row[3:] for row in PARTITIONS if row[0] == "vfs")
        with self._flash.open("rb") as file:
            file.seek(at)
            about = littlefs_image.file_in(file.read(size), ABOUT)
        known = boards()
        named = json.loads(about).get("board") if about else None
        return named if named in known else known[0]

    def _program(self, board: str, reset: Reset) -> BoardProgram:
        program = bare_program()
        words = [str(program), "-X", f"heapsize={_HEAP_K}k", "-c", "import bare; bare.main()"]
        values = {
            "MICROPYPATH": f"{board_folder(board)}:.frozen",
            "DESK_BOARD": board,
            "DESK_IP": self._ip,
            "DESK_CLOCK": "real",
            "DESK_SEED": str(int(self._mac.replace(":", "")[-6:], 16)),
            "DESK_MAC": self._mac,
            "DESK_FLASH": self._flash.name,
            "DESK_KEPT": self._flash.with_suffix(".kept").name,
        }
        if reset.reason is not None:
            values["DESK_RESET_REASON"] = str(reset.reason)
        if reset.soft:
            values["DESK_SOFT_RESET"] = "1"
        if reset.raw:
            values["DESK_RAW_REPL"] = "1"
        return BoardProgram(words, os.environ | values, self._folder)


class _Running:
    """From one power-on to the next: programs that follow each other through resets, and a world
    of the board's own, in which it has a healthy grid and the same load on every branch."""

    def __init__(self, start, board: str) -> None:
        self.board = board
        self._begin = start
        self._reset = Reset()
        self._world = World(constant(board))
        self._felt = Felt(self._world, board)
        self._began = time.monotonic()
        self._program = start(self._reset)

    def switch_grid(self, on: bool) -> None:
        self._world.switch_grid(on)
        self._feel(None)

    def put_fault(self, fault: Event, begins: bool) -> None:
        self._world.put_fault(fault, begins)
        self._feel(None)

    def descriptors(self) -> list[int]:
        return [self._program.console, self._program.link]

    def type(self, data: bytes) -> None:
        self._program.type(data)

    def serve(self) -> bytes:
        program = self._program
        now_ms = round((time.monotonic() - self._began) * 1000)
        report = program.report()
        if report or now_ms - self._world.now_ms >= _LOOK_MS:
            self._world.advance(now_ms)
            self._feel(report)
        ended = program.status()
        said = program.said()
        program.type(b"")
        # All that it has said is read before it is let go.
        if ended is not None and not said:
            self._start_again(ended)
        return said

    def _feel(self, report: Report | None) -> None:
        if report:
            self._felt.take(report)
        if (changes := self._felt.changes()) and not self._program.feel(changes):
            self._felt.forget()

    def _start_again(self, status: int) -> None:
        """As often as it asks for it: so does a chip."""
        reset = after(status, self._reset)
        if reset is None:
            raise Ended(f"its program ended with status {status}")
        self._reset = reset
        self._program.kill()
        self._felt.forget()
        self._program = self._begin(reset)

    def stop(self) -> None:
        self._program.kill()


def bare_program() -> Path:
    """The desk build without our firmware. Raises MachineRefused if it has not been built."""
    path = ROOT / "build" / "bare32"
    if not path.exists():
        raise MachineRefused(f"no desk program at {path}", "Run `make setup` to build it.")
    return path
