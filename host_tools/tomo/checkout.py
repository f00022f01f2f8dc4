"""Where things lie in the checkout that this package is installed from."""

import re
from pathlib import Path

from tomo.errors import MachineRefused, UsageError

ROOT = Path(__file__).resolve().parents[2]
SIZES = (32, 64)


def boards() -> list[str]:
    """Boards that a desk node can be."""
    return sorted(path.parent.name for path in (ROOT / "boards").glob("*/board.py"))


def board_folder(board: str) -> Path:
    """The folder of a board's data. Raises UsageError with the boards there are, or if what is
    there says that it is of another."""
    if board not in boards():
        raise UsageError(f"no board {board!r}", "Boards: " + ", ".join(boards()))
    folder = ROOT / "boards" / board
    names = re.findall(r'^NAME = "(.*)"', (folder / "board.py").read_text("utf-8"), re.MULTILINE)
    if names != [board]:
        raise UsageError(f"{folder / 'board.py'} is not of board {board!r}", "Its NAME tells.")
    return folder


def desk_program(size: int) -> Path:
    """The desk build of `size` bits."""
    path = ROOT / "build" / f"desk{size}"
    if not path.exists():
        raise MachineRefused(f"no desk program at {path}", "Run `make setup` to build it.")
    return path
