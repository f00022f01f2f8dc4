"""A board that may be booted: one in which nothing is to mend."""

from tomo.board.check import check
from tomo.board.read import Board, parts_of
from tomo.errors import HostError


class BoardUnsound(HostError):
    """What `tomo board check` refuses; the hint has a line for each finding that is to mend."""


def sound_parts(name: str) -> Board:
    """The board `name`, wherever it lies. Raises UsageError, or BoardUnsound with what is wrong."""
    board = parts_of(name)
    wrong = [one.told(board.path) for one in check(board) if one.fails]
    if wrong:
        raise BoardUnsound(f"board {name} is not taken: {len(wrong)} to mend", "\n".join(wrong))
    return board
