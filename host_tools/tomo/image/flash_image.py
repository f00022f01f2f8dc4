"""A flash image: the 4 MiB of a node's chip in a file, or one partition of them.

Where things lie is read from the image's own partition table; a file of one partition is told by
its size, as no two partitions of `boards.flash_map` have the same.
"""

from pathlib import Path

from boards import partition_table
from boards.flash_map import FLASH_SIZE, PARTITIONS, TABLE_AT
from tomo.errors import HostError, UsageError
from tomo.files import reading, write_whole, writing
from tomo.image.source import Span

LABELS = tuple(row[0] for row in PARTITIONS)
_MAP = {label: (offset, size) for label, _kind, _subtype, offset, size in PARTITIONS}


class BadTable(HostError):
    """There is no partition table, or it is damaged."""

    hint = "Is it the image of a node's whole chip? `tomo registers verify` tells what is wrong."


class FlashImage:
    """`data` is the chip's; `places` has offset and size in it by label, both in bytes."""

    def __init__(self, where: str, data: bytearray, places: dict[str, tuple[int, int]]) -> None:
        self.where = where
        self.data = data
        self._places = places

    def has(self, label: str) -> bool:
        return label in self._places

    def size(self, label: str) -> int:
        return self.place(label)[1]

    def place(self, label: str) -> tuple[int, int]:
        """Offset and size of a partition. Raises HostError if there is none of this name."""
        if label not in self._places:
            known = ", ".join(self._places)
            raise HostError(f"{self.where} has no partition {label!r}", f"It has: {known}")
        return self._places[label]

    def partition(self, label: str) -> memoryview:
        """A partition, to read and to change."""
        offset, size = self.place(label)
        return memoryview(self.data)[offset : offset + size]

    def read(self, label: str, spans: list[Span]) -> list[bytes]:
        """Bytes of a partition, counted from its start."""
        part = self.partition(label)
        return [bytes(part[at : at + length]) for at, length in spans]


def blank() -> bytearray:
    """An erased chip with our partition table."""
    data = bytearray(b"\xff" * FLASH_SIZE)
    table = partition_table.pack(PARTITIONS)
    data[TABLE_AT : TABLE_AT + len(table)] = table
    return data


def load(path: Path, partition: str | None = None) -> FlashImage:
    """The image in a file: of a whole chip, or of one partition. Raises BadTable or HostError."""
    data = _read(path)
    if partition is None and len(data) == FLASH_SIZE:
        return FlashImage(str(path), data, table_places(str(path), data))
    label = _label(path, len(data), partition)
    return FlashImage(str(path), data, {label: (0, len(data))})


def load_by_map(path: Path) -> FlashImage:
    """As `load`, of a whole chip whose table is not to be trusted: by the places we know."""
    return FlashImage(str(path), _read(path), dict(_MAP))


def table_places(where: str, data: bytes | bytearray) -> dict[str, tuple[int, int]]:
    """Offset and size by label, as an image's own table has them. Raises BadTable."""
    try:
        rows = partition_table.unpack(data[TABLE_AT : TABLE_AT + partition_table.SIZE])
    except UnicodeDecodeError:
        raise BadTable(f"{where}, at {TABLE_AT:#x}: a partition's name is garbled") from None
    except ValueError as error:
        raise BadTable(f"{where}, at {TABLE_AT:#x}: {error}") from None
    for label, _, _, offset, size in rows:
        if offset + size > FLASH_SIZE:
            raise BadTable(f"{where}: partition {label!r} reaches beyond the chip's 4 MiB")
    return {label: (offset, size) for label, _, _, offset, size in rows}


def create(path: Path) -> None:
    """Write a blank chip's image, whole or not at all."""
    write_whole(path, bytes(blank()))


def save_part(path: Path, image: FlashImage, label: str, at: int, length: int) -> None:
    """Bring bytes of one partition from `image` to its file, and leave all others alone."""
    offset, _ = image.place(label)
    with writing(path), path.open("r+b") as file:
        file.seek(offset + at)
        file.write(image.data[offset + at : offset + at + length])
        file.flush()


def _read(path: Path) -> bytearray:
    with reading(path), path.open("rb") as file:
        # One byte more than fits tells a file that is too long, and no more of it is needed.
        return bytearray(file.read(FLASH_SIZE + 1))


def _label(path: Path, size: int, partition: str | None) -> str:
    """Which partition a file of `size` bytes holds."""
    if partition is not None and partition not in _MAP:
        raise UsageError(f"no partition {partition!r}", "Partitions: " + ", ".join(LABELS))
    fitting = [label for label in LABELS if _MAP[label][1] == size]
    if partition is None and len(fitting) == 1:
        return fitting[0]
    if partition in fitting:
        return str(partition)
    has = f"{size} bytes" if size <= FLASH_SIZE else f"more than {FLASH_SIZE} bytes"
    if partition is not None:
        wanted = f"partition {partition!r} has {_MAP[partition][1]}"
    else:
        wanted = f"an image has {FLASH_SIZE}, and no partition has this size"
    sizes = ", ".join(f"{label} {_MAP[label][1]}" for label in LABELS)
    raise HostError(f"{path} has {has}: {wanted}", f"Sizes of partitions in bytes: {sizes}")
