"""A tray served by a thread of this process, for whoever uses its ports from others."""

import os
import threading
from collections import deque
from collections.abc import Mapping
from functools import partial
from ipaddress import ip_address
from pathlib import Path

from tomo.jobs.virtual_programs import BoardPrograms
from tomo.virtual.board import Board
from tomo.virtual.faults import Fault
from tomo.virtual.tray import Tray


class Bench:
    """`count` boards of one kind inside the `with`, with addresses from `ip` on.

    board   None: each is what the image in its flash is for
    """

    def __init__(
        self, folder: Path, count: int, faults: Mapping[int, Fault], board: str | None, ip: str
    ) -> None:
        def programs(number: int, name: str, mac: str) -> BoardPrograms:
            address = str(ip_address(ip) + number - 1)
            return BoardPrograms(board, folder, name, mac, address)

        self._tray = Tray(folder, count, dict(faults), programs=programs)
        self._todo: deque = deque()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "Bench":
        self._tray.__enter__()
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._ended.set()
        self._thread.join()
        self._tray.__exit__(*exc)

    def board(self, number: int) -> Board:
        return self._tray.boards[number - 1]

    def port(self, number: int) -> str:
        """A name that it keeps when it is plugged in again."""
        return str(self.board(number).port.link)

    def path(self, number: int) -> str:
        return os.path.realpath(self.port(number))

    def order(self, number: int, what: str) -> None:
        self._todo.append(partial(self.board(number).order, what))

    def _serve(self) -> None:
        self._tray.serve(self._done)

    def _done(self) -> bool:
        while self._todo:
            self._todo.popleft()()
        return self._ended.is_set()
