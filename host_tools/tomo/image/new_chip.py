"""A new chip's flash: bootloader and program of a MicroPython, our partition table, files in `vfs`.

All other partitions are left erased.
"""

import json

from tomo.errors import HostError
from tomo.image import esp_image, littlefs_image
from tomo.image.flash_image import FlashImage, blank, table_places

# What the image says of itself, for `tomo image inspect`.
ABOUT = "image.json"


def chip_with(where: str, micropython: esp_image.Flash, program: bytes) -> FlashImage:
    """A chip with bootloader and program, and without files.

    where     the file that `micropython` is from
    program   as `esp_image.whole_program` returns it

    Raises HostError if the program does not fit.
    """
    data = blank()
    chip = FlashImage(where, data, table_places(where, data))
    if len(program) > chip.size("factory"):
        room = f"{len(program)} bytes, and partition factory has {chip.size('factory')}"
        raise HostError(f"{where}: its program has {room}", "Take one with fewer parts in it.")
    at = micropython.bootloader_at
    data[at : at + len(micropython.bootloader)] = micropython.bootloader
    chip.partition("factory")[: len(program)] = program
    return chip


def about(kind: str, board: str, micropython: str) -> dict[str, bytes]:
    """The file that says what kind of image it is, of which board, with which MicroPython."""
    fields = {"kind": kind, "board": board, "micropython": micropython}
    return {ABOUT: (json.dumps(fields) + "\n").encode()}


def put_files(chip: FlashImage, contents: dict[str, bytes]) -> None:
    """Raises HostError if they have no room."""
    chip.partition("vfs")[:] = littlefs_image.pack(contents, chip.size("vfs"))
