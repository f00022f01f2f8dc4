"""A trial image: a stock MicroPython, our partition table, and the application as files in `vfs`.

On the chip the port's own start-up mounts `vfs` at `/` and runs main.py (boards/trial). All other
partitions are left erased, as on a new chip.
"""

import json
from pathlib import Path

from tomo.checkout import ROOT
from tomo.errors import HostError
from tomo.files import reading
from tomo.image import esp_image, littlefs_image
from tomo.image.application import compiled, firmware_files
from tomo.image.flash_image import FlashImage, blank, table_places

# What the image says of itself, for `tomo image inspect`.
ABOUT = "image.json"
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
    about = {"kind": TRIAL, "board": board, "micropython": micropython}
    extra = {_MAIN: start, ABOUT: (json.dumps(about) + "\n").encode()}
    # Before all of them, as one of its names must not replace the firmware.
    return compiled(sources) | firmware_files() | extra


def chip_with(where: str, stock: esp_image.Flash) -> FlashImage:
    """A chip with bootloader and program, and without files.

    where   the file that `stock` is from

    Raises HostError if the program does not fit or is damaged.
    """
    data = blank()
    chip = FlashImage(where, data, table_places(where, data))
    program = esp_image.whole_program(where, stock)
    if len(program) > chip.size("factory"):
        room = f"{len(program)} bytes, and partition factory has {chip.size('factory')}"
        raise HostError(f"{where}: its program has {room}", "Take one with fewer parts in it.")
    at = stock.bootloader_at
    data[at : at + len(stock.bootloader)] = stock.bootloader
    chip.partition("factory")[: len(program)] = program
    return chip


def put_files(chip: FlashImage, contents: dict[str, bytes]) -> None:
    """Raises HostError if they have no room."""
    chip.partition("vfs")[:] = littlefs_image.pack(contents, chip.size("vfs"))
