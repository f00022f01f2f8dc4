"""What is typed while a tray is served: `3 grid off`, `all reset`."""

import os
import select
from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO

import typer

from tomo.jobs.wiring import ORDERS
from tomo.virtual.board import Board

_WIRING = ", ".join(f"{kind} {more}".strip() for kind, more in ORDERS.items())
KNOWN = f"N or all, then: grid off, grid on, power off, power on, reset, {_WIRING}, wired right"


class Orders:
    """Of `keys`, which may be no terminal, or closed: then there are none."""

    def __init__(self, boards: Sequence[Board], keys: TextIO | None) -> None:
        self._boards = {str(number): [board] for number, board in enumerate(boards, 1)}
        self._boards["all"] = list(boards)
        self._typed = b""
        self._keys = -1
        with suppress(OSError, ValueError, AttributeError):  # no input at all
            self._keys = keys.fileno() if keys else -1

    def take(self) -> bool:
        """Carry out what has been typed since. Does not wait; False, as none ends the tray."""
        while self._keys >= 0 and select.select([self._keys], [], [], 0)[0]:
            chunk = b""
            with suppress(OSError):  # a terminal that has gone
                chunk = os.read(self._keys, 4_096)
            if not chunk:
                self._keys = -1
            *lines, self._typed = (self._typed + chunk).split(b"\n")
            for line in lines:
                self._carry_out(line.decode(errors="replace").split())
        return False

    def _carry_out(self, words: list[str]) -> None:
        if not words:
            return
        number, *what = words
        boards = self._boards.get(number, [])
        refused = [board.name for board in boards if not _carried_out(board, " ".join(what))]
        if not boards or len(refused) == len(boards):
            typer.echo(f"not understood: {' '.join(words)}\n{KNOWN}", err=True)
        elif refused:
            typer.echo(f"not possible with {', '.join(refused)}", err=True)


def _carried_out(board: Board, what: str) -> bool:
    """False for what cannot be with this board: all others do it all the same."""
    try:
        board.order(what)
    except ValueError:
        return False
    return True
