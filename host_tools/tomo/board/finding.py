"""One thing that is wrong with a board, or worth a look."""

from dataclasses import dataclass
from pathlib import Path


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

    def told(self, board: Path) -> str:
        """Place, reason and remedy in a line; `board` is the board.py."""
        path = board.parent / self.file if self.file else board
        return f"{path}:{self.line}: {self.what}. {self.remedy}"
