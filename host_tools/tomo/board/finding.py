"""One thing that is wrong with a board, or worth a look."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """fails   False for what is worth a look only
    file    name of the one beside the board.py that `line` is in; empty: the board.py itself
    """

    line: int
    what: str
    remedy: str
    fails: bool = True
    file: str = ""
