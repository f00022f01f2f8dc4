"""One thing that is wrong with a board, or worth a look."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """fails   False for what is worth a look only"""

    line: int
    what: str
    remedy: str
    fails: bool = True
