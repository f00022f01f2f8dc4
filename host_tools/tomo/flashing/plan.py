"""What of an image is written to a board, in pieces that are compared and written one by one.

Their order keeps a half-written board from starting: the sector with the program's header is erased
before anything else is touched and written when all the rest is right. Until then the boot loader
finds no program. The table comes first: with it in place no other program can be found either.
"""

import hashlib
import struct
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from boards.flash_map import FLASH_SIZE, PARTITIONS, TABLE_AT
from tomo.errors import HostError
from tomo.image import contents, esp_image

SECTOR = 0x1000
_BLOCK = 0x10000  # what a flash chip erases at once
_PLACES = {label: (at, size) for label, _, _, at, size in PARTITIONS}
_AGAIN = "Build it again with `tomo image build`."
_CHIP_ID_AT = 12


@dataclass(frozen=True)
class Piece:
    """Whole sectors, at most what a flash chip erases at once."""

    region: str
    at: int
    data: bytes = field(repr=False)

    @cached_property
    def md5(self) -> str:
        return hashlib.md5(self.data).hexdigest()

    @property
    def end(self) -> int:
        return self.at + len(self.data)


@dataclass(frozen=True)
class Plan:
    """What is written for an image, in this order; the last piece has the program's header.

    sha256          of the whole file
    made_for_bytes  flash that the boot loader in it wants to find
    """

    board: str
    chip: str
    sha256: str
    made_for_bytes: int
    pieces: tuple[Piece, ...]

    @property
    def header(self) -> Piece:
        return self.pieces[-1]


def read_plan(path: Path, board: str) -> Plan:
    """The plan for an image of `board`. Raises HostError for an image that must not be written."""
    flash = esp_image.read(path)
    if len(flash.data) != FLASH_SIZE:
        size = f"{len(flash.data)} bytes, and a whole image has {FLASH_SIZE}"
        raise HostError(f"{path} has {size}", _AGAIN)
    if flash.rows != PARTITIONS:
        raise HostError(f"{path}: its partition table is not ours", _AGAIN)
    named = contents.board_of(flash)
    if not named:
        raise HostError(f"{path} does not say for which board it is", _AGAIN)
    if named != board:
        raise HostError(
            f"{path} is an image for {named}, not for {board}",
            f"Name the image of {board} with --image, or flash with --board {named}.",
        )
    _need_whole(str(path), flash)
    return _plan(flash, board)


def read_again(path: Path, board: str, sha256: str) -> Plan:
    """A plan that `read_plan` has made before. Raises HostError if the file is another now."""
    plan = _plan(esp_image.read(path), board)
    if plan.sha256 != sha256:
        raise HostError(f"{path} has changed since it was checked", "Run it again.")
    return plan


def _plan(flash: esp_image.Flash, board: str) -> Plan:
    return Plan(
        board=board,
        chip=flash.chip,
        sha256=hashlib.sha256(flash.data).hexdigest(),
        made_for_bytes=flash.made_for_bytes,
        pieces=tuple(_pieces(flash)),
    )


def _need_whole(where: str, flash: esp_image.Flash) -> None:
    """Raises HostError unless boot loader and program are whole and for one chip."""
    esp_image.whole_program(where, flash)
    esp_image.whole_image(f"{where}: its boot loader", flash.bootloader)
    (chip,) = struct.unpack_from("<H", flash.program, _CHIP_ID_AT)
    name, _ = esp_image.CHIPS.get(chip, (f"a chip of number {chip}", 0))
    if name != flash.chip:
        raise HostError(f"{where}: its boot loader is for {flash.chip}, its program for {name}")


def _pieces(flash: esp_image.Flash) -> list[Piece]:
    start, size = _PLACES["factory"]
    body = start + SECTOR
    files, room = _PLACES["vfs"]
    return [
        *_cut(flash.data, "partition table", TABLE_AT, TABLE_AT + SECTOR),
        *_cut(flash.data, "bootloader", flash.bootloader_at, TABLE_AT),
        *_cut(flash.data, "vfs", files, files + room),
        *_cut(flash.data, "factory", body, start + size),
        *_cut(flash.data, "factory", start, body),
    ]


def _cut(data: bytes, region: str, start: int, end: int) -> list[Piece]:
    """Pieces up to the last sector that is not blank: what lies behind it is never read."""
    used = len(data[start:end].rstrip(b"\xff"))
    end = start + used + -used % SECTOR
    cuts = [start, *range(start - start % _BLOCK + _BLOCK, end, _BLOCK), end]
    return [Piece(region, at, data[at:until]) for at, until in pairwise(cuts) if until > at]
