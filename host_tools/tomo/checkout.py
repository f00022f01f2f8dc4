"""Where things lie: in the checkout that this package is installed from, and boards outside it."""

import os
import re
import runpy
from pathlib import Path

from tomo.errors import MachineRefused, UsageError

ROOT = Path(__file__).resolve().parents[2]
SIZES = (32, 64)
# Folders of boards kept outside the checkout, or of one board each; as PATH lists its folders.
OWN_BOARDS = "TOMO_BOARDS"


def cache() -> Path:
    """Where `make setup` keeps what it has fetched; it need not be there."""
    # By its file: it is in no package, as it is there before there are any.
    return runpy.run_path(str(ROOT / "bootstrap" / "places.py"))["CACHE"]


def boards() -> list[str]:
    """Boards that a desk node can be."""
    return sorted(_folders())


def _folders() -> dict[str, Path]:
    """{name: folder} of every board, ours and those that OWN_BOARDS leads to.

    Raises UsageError where it leads to none, or to one whose name is taken.
    """
    found = {path.parent.name: path.parent for path in (ROOT / "boards").glob("*/board.py")}
    for name in filter(None, os.environ.get(OWN_BOARDS, "").split(os.pathsep)):
        own = Path(name).absolute()
        folders = [path.parent for path in (*own.glob("board.py"), *own.glob("*/board.py"))]
        if not folders:
            raise UsageError(
                f"no board.py in {own} or in a folder of it",
                f"--board-dir or {OWN_BOARDS} names it.",
            )
        for folder in folders:
            if found.setdefault(folder.name, folder) != folder:
                raise UsageError(
                    f"two boards {folder.name!r}: {found[folder.name]} and {folder}", "Rename one."
                )
    return found


def board_folder(board: str) -> Path:
    """The folder of a board's data. Raises UsageError with the boards there are, or if what is
    there says that it is of another."""
    folders = _folders()
    if board not in folders:
        known = "Boards: " + ", ".join(sorted(folders))
        own = f"Your own: `tomo --board-dir FOLDER ...`, or {OWN_BOARDS}."
        raise UsageError(f"no board {board!r}", f"{known}\n{own}" if folders else own)
    folder = folders[board]
    text = (folder / "board.py").read_text("utf-8", errors="replace")  # its reader tells where
    names = re.findall(r'^NAME = "(.*)"', text, re.MULTILINE)
    if names != [board]:
        raise UsageError(f"{folder / 'board.py'} is not of board {board!r}", "Its NAME tells.")
    return folder


def desk_program(size: int) -> Path:
    """The desk build of `size` bits."""
    path = ROOT / "build" / f"desk{size}"
    if not path.exists():
        here = "Run `make setup` to build it."
        there = "It is built in a checkout: run `make setup` there, then its build/venv/bin/tomo."
        known = (ROOT / "bootstrap").is_dir()
        raise MachineRefused(f"no desk program at {path}", here if known else there)
    return path
