"""Settings and identity in flash: a document in two copies, of which the newer whole one counts.

The same rules as the firmware's `settings.copies`; the layout is in `wire.copies`.
"""

import json
from binascii import crc32
from dataclasses import dataclass
from pathlib import Path

from boards.flash_map import FLASH_SIZE
from tomo.errors import HostError
from tomo.image.flash_image import FlashImage, create, load, save_part
from tomoshibi.wire import copies

FLASH_FILE = "flash.bin"  # of a desk node, in its folder
KINDS = {"settings": copies.SETTINGS, "identity": copies.IDENTITY}
# What a copy is.
WHOLE = "whole"
BLANK = "blank"  # nothing, or cut off before it was whole
DAMAGED = "damaged"


@dataclass(frozen=True)
class Copy:
    """sequence and document only if it is whole; the body is as it stands in flash."""

    state: str
    sequence: int = 0
    body: bytes = b""


@dataclass(frozen=True)
class Documents:
    """Both copies, first half first."""

    copies: tuple[Copy, Copy]

    @property
    def newest(self) -> Copy | None:
        whole = [copy for copy in self.copies if copy.state == WHOLE]
        return max(whole, key=lambda copy: copy.sequence) if whole else None

    @property
    def blank(self) -> bool:
        """Never written, as far as can be told."""
        return all(copy.state == BLANK for copy in self.copies)

    def document(self) -> dict | None:
        """What counts; None if there is none or it is not a JSON object."""
        return None if self.newest is None else _object(self.newest.body)


def read(part: bytes | memoryview, kind: int) -> Documents:
    """The copies in the two halves of a partition."""
    half = len(part) // 2
    return Documents((_copy(part[:half], kind), _copy(part[half:], kind)))


def write(path: Path, image: FlashImage, label: str, document: dict) -> None:
    """Make `document` both copies of a partition, the one that counts last, in image and file.

    Raises HostError if it has no room.
    """
    part, kind = image.partition(label), KINDS[label]
    half = len(part) // 2
    body = copies.body_of(document)
    if len(body) > half - copies.SIZE:
        room = f"{len(body)} bytes of {label} do not fit into {half - copies.SIZE}"
        raise HostError(f"{path}: {room}", "Shorten names, or leave out what has its default.")
    found = read(part, kind)
    sequence = found.newest.sequence if found.newest else 0
    first = 1 if found.newest is found.copies[0] else 0
    for step, copy in enumerate((first, 1 - first), 1):
        head = copies.seal(kind, sequence + step, body)
        part[copy * half : (copy + 1) * half] = (head + body).ljust(half, b"\xff")
        save_part(path, image, label, copy * half, half)


def node_settings(folder: Path) -> dict | None:
    """The settings of the desk node that lives in `folder`; None if it has none."""
    path = folder / FLASH_FILE
    if not path.exists():
        return None
    return read(_chip(path).partition("settings"), copies.SETTINGS).document()


def put_node_settings(folder: Path, settings: dict) -> None:
    """Give a desk node's chip these settings; a blank chip is made where there is none."""
    path = folder / FLASH_FILE
    if not path.exists():
        create(path)
    write(path, _chip(path), "settings", settings)


def _chip(path: Path) -> FlashImage:
    """The chip of a desk node. Raises HostError for a file that cannot be one."""
    image = load(path)
    if len(image.data) != FLASH_SIZE:
        raise HostError(f"{path} has {len(image.data)} bytes, and a chip has {FLASH_SIZE}")
    return image


def _copy(half: bytes | memoryview, kind: int) -> Copy:
    head = bytes(half[: copies.SIZE])
    if head == b"\xff" * len(head):
        return Copy(BLANK)
    found = copies.read_head(head, kind) if len(head) == copies.SIZE else None
    if found is None:
        return Copy(DAMAGED)
    sequence, length, check = found
    body = bytes(half[copies.SIZE : copies.SIZE + length])
    if len(body) != length or crc32(body) != check:
        return Copy(DAMAGED)
    return Copy(WHOLE, sequence, body)


def _object(body: bytes) -> dict | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
