"""A MicroPython that was built with a board's folder, and so has firmware and board in its program.

Its name is the MICROPY_HW_BOARD_NAME of the board's mpconfigboard.h.
"""

from itertools import zip_longest

from boards.flash_map import PARTITIONS
from tomo.errors import HostError
from tomo.image.esp_image import Flash, Row

PRODUCT = "product"
_NAME = "Tomoshibi "
# A name in the list of frozen files.
_FROZEN = b"tomoshibi/node/start_up.py\0"
HOW_TO_BUILD = "docs/hardware-team.md tells how to build one."


def has_firmware(program: bytes) -> bool:
    """Whether our firmware is frozen into a program."""
    return _FROZEN in program


def board_of(flash: Flash) -> str:
    """The board that a program names itself for; empty if for none of a folder of ours."""
    if not flash.machine.startswith(_NAME):
        return ""
    return flash.machine.removeprefix(_NAME).partition(" with ")[0]


def need_product(where: str, flash: Flash, board: str) -> None:
    """Raises HostError if what is in `where` is not a whole program for the board."""
    named = board_of(flash)
    if not named:
        name = flash.machine or "nothing"
        what = f"the firmware frozen in it, and is named {name}, not {_NAME}{board}"
        raise HostError(f"{where} has {what}", HOW_TO_BUILD)
    if named != board:
        what = f"{where} was built for {named}, and the image is to be for {board}"
        raise HostError(what, f"Name that board, --board {named}, or another file.")
    if not has_firmware(flash.program):
        what = f"{where} is named {_NAME}{named}, and has no firmware frozen in it"
        raise HostError(what, f"Was it built with another manifest? {HOW_TO_BUILD}")
    for theirs, ours in zip_longest(flash.rows, PARTITIONS):
        if theirs != ours:
            what = f"it has {_told(theirs)} where boards/flash_map.py has {_told(ours)}"
            hint = "Build it again with the boards/ of this checkout."
            raise HostError(f"{where} was built with another flash map: {what}", hint)


def _told(row: Row | None) -> str:
    if row is None:
        return "nothing"
    label, kind, subtype, offset, size = row
    return f"{label} (type {kind}, {subtype:#x}) at {offset:#x}, {size:#x} bytes"
