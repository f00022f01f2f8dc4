"""What stands between a reset and the application: is it there, whole, and for this chip?

An image: E9, number of segments, 10 bytes, u16 chip id, 10 bytes; then each segment, a u32
address, a u32 size and its bytes; then filled up to a multiple of 16 bytes, the last of which is
the check sum of what is in the segments.

Source: Espressif, esptool documentation, "Firmware image format".
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from boards import partition_table
from tomo.virtual.checksum import START, checksum

_TABLE_AT = 0x8000
_MAGIC = 0xE9
_HEADER = 24
_SEGMENT = struct.Struct("<II")
_MOST_SEGMENTS = 16
_APP = 0

Read = Callable[[int, int], bytes]


@dataclass(frozen=True)
class Verdict:
    """Whether the application would be started, and the lines a board says on the way.

    app   offset and size of the partition that it is in
    """

    boots: bool
    lines: tuple[str, ...]
    app: tuple[int, int] = (0, 0)

    @property
    def reason(self) -> str:
        """The last word: what is started, or what is wrong."""
        return self.lines[-1]


def boot(read: Read, size: int, chip_id: int, boot_at: int) -> Verdict:
    """Look at a flash chip of `size` bytes as the boot ROM and the boot loader do."""
    flash = _Looked(read, size, chip_id)
    lines: list[str] = []
    wrong = flash.fault_at(boot_at)
    lines.append(f"boot loader at {boot_at:#x}: {wrong or 'whole'}")
    if wrong:
        return Verdict(False, tuple(lines))
    try:
        rows = partition_table.unpack(flash.read(_TABLE_AT, partition_table.SIZE))
    except ValueError as error:
        lines.append(f"partition table at {_TABLE_AT:#x}: {error}")
        return Verdict(False, tuple(lines))
    beyond = [label for label, _, _, at, length in rows if at + length > size]
    if beyond:
        lines.append(f"partition table at {_TABLE_AT:#x}: {beyond[0]} exceeds the flash chip")
        return Verdict(False, tuple(lines))
    lines.append(f"partition table at {_TABLE_AT:#x}: {len(rows)} partitions")
    # The factory image's subtype is 0, those of the slots follow.
    for label, kind, _, at, length in sorted(rows, key=lambda row: row[2]):
        if kind != _APP:
            continue
        wrong = flash.fault_at(at)
        lines.append(f"application {label} at {at:#x}: {wrong or 'whole'}")
        if not wrong:
            return Verdict(True, tuple(lines), (at, length))
    if len(lines) == 2:
        lines.append("no partition for an application")
    return Verdict(False, tuple(lines))


class _Looked:
    def __init__(self, read: Read, size: int, chip_id: int) -> None:
        self._read = read
        self._size = size
        self._chip_id = chip_id

    def read(self, at: int, size: int) -> bytes:
        """What lies there; less of it, if the chip ends before."""
        return self._read(at, max(min(size, self._size - at), 0)) if at < self._size else b""

    def fault_at(self, at: int) -> str:
        """What is wrong with the image there, or nothing."""
        header = self.read(at, _HEADER)
        if len(header) < _HEADER:
            return "beyond the flash chip"
        if header[0] != _MAGIC:
            return f"invalid header: {int.from_bytes(header[:4], 'little'):#010x}"
        if header[1] > _MOST_SEGMENTS:
            return f"{header[1]} segments"
        (chip_id,) = struct.unpack_from("<H", header, 12)
        if chip_id != self._chip_id:
            return f"for chip {chip_id}, this one is {self._chip_id}"
        return self._sum_fault(at + _HEADER, header[1])

    def _sum_fault(self, at: int, segments: int) -> str:
        total = START
        for number in range(segments):
            head = self.read(at, _SEGMENT.size)
            if len(head) < _SEGMENT.size:
                return f"segment {number} is cut off"
            _, size = _SEGMENT.unpack(head)
            data = self.read(at + _SEGMENT.size, size)
            if len(data) < size:
                return f"segment {number} is cut off"
            total = checksum(data, total)
            at += _SEGMENT.size + size
        # Images start at a multiple of 16, so that offsets in flash can stand for those in them.
        told = self.read(at | 15, 1)
        return "" if told == bytes((total,)) else f"check sum {total:#04x}, not {told.hex()}"
