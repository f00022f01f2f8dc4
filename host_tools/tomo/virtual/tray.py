"""A tray of virtual boards in a folder, served by one loop."""

import select
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO

from tomo.errors import MachineRefused
from tomo.files import locked, writing
from tomo.virtual.board import Board
from tomo.virtual.faults import SOUND, Fault
from tomo.virtual.program import Programs

TRAY_LOCK = ".tray"
# How often a port that nobody has open is looked at; the kernel cannot tell that one is opened.
_LOOK_S = 0.02

Tell = Callable[[str, str, str], None]


class Tray:
    """`count` boards with ports `ttyBOARD1` and so on inside the `with`; `faults` by number.

    tell      called with a board's name, and what a Board tells
    programs  by a board's number, name and MAC address: what runs what is in its flash

    Raises HostError if the folder is in use or cannot be written to.
    """

    def __init__(
        self,
        folder: Path,
        count: int,
        faults: dict[int, Fault],
        tell: Tell = lambda _name, _word, _more: None,
        programs: Callable[[int, str, str], Programs] | None = None,
    ) -> None:
        self.boards: list[Board] = []
        self._folder = folder
        self._count = count
        self._faults = faults
        self._tell = tell
        self._programs = programs

    def __enter__(self) -> "Tray":
        with ExitStack() as undo, writing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            undo.enter_context(_locked(self._folder))
            for number in range(1, self._count + 1):
                self.boards.append(self._board(number))
                undo.callback(self.boards[-1].close)
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._undo.close()

    def _board(self, number: int) -> Board:
        name = f"ttyBOARD{number}"

        def tell(word: str, more: str) -> None:
            self._tell(name, word, more)

        programs = self._programs
        of_board = partial(programs, number, name) if programs else None
        fault = self._faults.get(number, SOUND)
        return Board(self._folder, name, number, fault, tell, of_board)

    def serve(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Until `stop` says so; it is asked fifty times a second, and may do something itself."""
        look_at = 0.0
        while not stop():
            self._wait(_LOOK_S)
            now = time.monotonic()
            # A closed port is always ready: it tells of its end, not of news.
            closed = now >= look_at
            if closed:
                look_at = now + _LOOK_S
            for board in self.boards:
                if closed or board.port.is_open:
                    board.serve(now)

    def _wait(self, seconds: float) -> None:
        ready = select.poll()
        for board in self.boards:
            if board.port.is_open:
                ready.register(board.port.end, board.port.events())
                # What it says to nobody can wait for the next look.
                for descriptor in board.descriptors():
                    ready.register(descriptor, select.POLLIN)
        ready.poll(seconds * 1_000)


def _locked(folder: Path) -> IO[str]:
    lock = locked(folder / TRAY_LOCK)
    if lock is None:
        raise MachineRefused(
            f"another tray runs in {folder}", "End that one first, or name another --folder."
        )
    return lock
