"""How far a board has come on its way to be a node, for people."""

from pathlib import Path
from shlex import quote

from tomo.inventory.records import Board
from tomo.render.inventory import spaced

_WORDS = {
    "keys": "keys in their own file on this machine",
    "identity": "serial number and hardware revision",
    "key": "the node's own key, proved",
    "settings": "settings, read back but for the password, which no node tells",
    "readings": "counters, from where the old board's ended",
    "restart": "restart",
    "time": "time",
}


def step_line(step: str, state: str) -> str:
    """One step: found as it is to be, or done."""
    return f"{state:<6}{_WORDS[step]}"


def done_line(board: Board, took_s: float) -> str:
    """What the board is now."""
    where = f", {board.place}" if board.place else ""
    mac = spaced(board.mac)
    return f"{board.node} is board {board.serial} ({mac}){where}; {took_s} s"


def next_line(board: Board, site: Path) -> str:
    """What is done with the board next."""
    options = f"--site {quote(str(site))} --out {board.serial}.png"
    return f"Its label: tomo label {board.serial} {options}"
