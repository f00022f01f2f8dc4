"""What is in an image or in a chip that was read: kind, board, versions, partitions, files."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from tomo.image import documents, esp_image, littlefs_image, product
from tomo.image.new_chip import ABOUT
from tomo.image.trial import TRIAL

UNKNOWN = "unknown"
_SECTOR = 4096


@dataclass(frozen=True)
class Partition:
    """used_bytes are those of sectors that are not blank; None: the file ends before it does."""

    label: str
    offset: int
    size: int
    used_bytes: int | None


@dataclass(frozen=True)
class File:
    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Contents:
    """kind      TRIAL, product.PRODUCT or UNKNOWN
    board     empty if neither program nor files say
    files     of `vfs`; None if it has none that can be read, and `no_files` says why
    settings  as they are stored, secrets and all; None if there are none or neither copy is whole,
              which `settings_lost` tells apart
    """

    flash: esp_image.Flash
    kind: str
    board: str
    partitions: tuple[Partition, ...]
    files: tuple[File, ...] | None
    free_bytes: int
    no_files: str
    settings: dict | None
    settings_lost: bool

    @property
    def used_bytes(self) -> int:
        return _used(self.flash.data)


def read(path: Path) -> Contents:
    """What is in the file. Raises HostError if it is no image."""
    flash = esp_image.read(path)
    found, no_files = _files(flash)
    # A program with the firmware in it runs that, whatever an older image has left in `vfs`.
    frozen = product.has_firmware(flash.program)
    about = {} if frozen else _about(found)
    stored = documents.read(_part(flash, "settings") or b"", documents.KINDS["settings"])
    settings = stored.document()
    return Contents(
        flash=flash,
        kind=product.PRODUCT if frozen else TRIAL if about else UNKNOWN,
        board=product.board_of(flash) if frozen else str(about.get("board", "")),
        partitions=tuple(_partition(flash, row) for row in flash.rows),
        files=None if found is None else tuple(_file(*one) for one in found.contents.items()),
        free_bytes=0 if found is None else found.free_bytes,
        no_files=no_files,
        settings=settings,
        settings_lost=settings is None and not stored.blank,
    )


def board_of(flash: esp_image.Flash) -> str:
    """The board that an image is for; empty if it does not say so. No file but one is looked at."""
    if product.has_firmware(flash.program):
        return product.board_of(flash)
    told = littlefs_image.file_in(_part(flash, "vfs") or b"", ABOUT)
    return str(_about(littlefs_image.Files({ABOUT: told}, 0)).get("board", ""))


def _file(path: str, data: bytes) -> File:
    return File(path, len(data), hashlib.sha256(data).hexdigest())


def _files(flash: esp_image.Flash) -> tuple[littlefs_image.Files | None, str]:
    """Those of `vfs`, or why there are none."""
    part = _part(flash, "vfs")
    if part is None:
        return None, "no partition vfs in this file"
    if not part.strip(b"\xff"):
        return None, "blank"
    try:
        return littlefs_image.unpack(part), ""
    except littlefs_image.NoFiles as error:
        return None, str(error)


def _about(found: littlefs_image.Files | None) -> dict:
    """What a trial image says of itself; empty if this is none."""
    try:
        about = json.loads(found.contents[ABOUT]) if found else {}
    except (KeyError, ValueError):
        return {}
    return about if isinstance(about, dict) and about.get("kind") == TRIAL else {}


def _part(flash: esp_image.Flash, label: str) -> bytes | None:
    """A partition; None if the file does not have it to its end."""
    for name, _, _, offset, size in flash.rows:
        if name == label and offset + size <= len(flash.data):
            return flash.data[offset : offset + size]
    return None


def _partition(flash: esp_image.Flash, row: esp_image.Row) -> Partition:
    label, _, _, offset, size = row
    there = flash.data[offset : offset + size]
    return Partition(label, offset, size, _used(there) if len(there) == size else None)


def _used(data: bytes) -> int:
    return sum(
        _SECTOR for at in range(0, len(data), _SECTOR) if data[at : at + _SECTOR].strip(b"\xff")
    )
