"""The files of a trial image, in which a stock MicroPython finds the application in `vfs`.

On the chip the port's own start-up mounts `vfs` at `/` and runs main.py (boards/trial).
"""

from pathlib import Path

from tomo.checkout import ROOT
from tomo.files import reading
from tomo.image.application import compiled, firmware_files
from tomo.image.new_chip import about

TRIAL = "trial"
_MAIN = "main.py"


def files(board: str, sources: dict[str, Path], micropython: str) -> dict[str, bytes]:
    """All files of `vfs`.

    sources       {name.py: where it lies} of what the board brings along, board.py among them
    micropython   version that is in the image
    """
    main = ROOT / "boards" / TRIAL / _MAIN
    with reading(main):
        start = main.read_bytes()
    extra = {_MAIN: start} | about(TRIAL, board, micropython)
    # Before all of them, as one of its names must not replace the firmware.
    return compiled(sources) | firmware_files() | extra
