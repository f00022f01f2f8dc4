"""The desk's `esp32`: partitions of a flash chip whose 4 MiB are the file `flash.bin`.

The file is in the node's folder and outlives the process, as flash outlives a power cut. Where
there is none, a blank chip with the partition table of boards/flash_map is made. DESK_ERASES
names a file that each erase of a sector adds a line to: the time in ms and the address.

On a costed clock an erase takes DESK_ERASE_MS, 45 unless told (at most 400 by the data sheet), a
program 30 us and then 0.4 ms a page, a read what its bits take on two wires at 40 MHz. Nothing
strikes meanwhile: handlers lie in flash, which cannot be read then.

Source: data sheet W25Q32JV, AC characteristics, typical times.
"""

import _desk
from micropython import const
from os import getenv, stat
from time import ticks_ms

import partition_table
from flash_map import FLASH_SIZE, PARTITIONS, TABLE_AT
from nor_flash import PAGE, NorFlash

_FILE = "flash.bin"
_SEEK_SET = const(0)
_ERASE_MS = const(45)
_PROGRAM_US = const(30)
_PAGE_US = const(400)
_READ_BITS_A_S = const(80_000_000)


class _FileMemory:
    """The bytes of a file by slices, written through at once."""

    def __init__(self, path: str) -> None:
        try:
            if stat(path)[6] != FLASH_SIZE:
                raise ValueError(path + " is not of 4 MiB")
        except OSError:
            _make(path)
        self._file = open(path, "r+b")  # noqa: SIM115 (as long as the node lives)

    def __len__(self) -> int:
        return FLASH_SIZE

    def __getitem__(self, span: slice) -> bytes:
        self._file.seek(span.start, _SEEK_SET)
        return self._file.read(span.stop - span.start)

    def __setitem__(self, span: slice, data) -> None:
        self._file.seek(span.start, _SEEK_SET)
        self._file.write(data)
        self._file.flush()


def _make(path: str) -> None:
    piece = b"\xff" * 4096
    with open(path, "wb") as file:
        for _ in range(FLASH_SIZE // len(piece)):
            file.write(piece)
        file.seek(TABLE_AT)
        file.write(partition_table.pack(PARTITIONS))


def _before(flash, erase, at, data) -> None:
    if erase:
        _desk.takes(Partition.erase_ms, 1_000)
    else:
        _desk.takes(_PROGRAM_US + _PAGE_US * len(data) // PAGE, 1_000_000)
    if erase and Partition._erases is not None:
        Partition._erases.write("%d %06X\n" % (ticks_ms(), flash.start + at))
        Partition._erases.flush()
    if Partition.before is not None:
        Partition.before(flash, erase, at, data)


class Partition:
    """As on the ESP32, for data: found by label, read and written as a block device."""

    TYPE_APP = const(0)
    TYPE_DATA = const(1)
    erase_ms = _ERASE_MS
    _memory = None
    # before(flash, erase, at, data), if set: called before each operation of the chip.
    before = None
    # Read once: a device's is in C and takes no Python heap, whenever it is asked.
    _rows = None
    _erases = None

    def __init__(self, row: tuple) -> None:
        self._row = row
        self._flash = NorFlash(Partition._memory, row[3], row[4], _before)

    @staticmethod
    def open_chip() -> None:
        """Have the file open, which is on the host's file system: a node loses sight of that."""
        if Partition._memory is None:
            Partition._memory = _FileMemory(getenv("DESK_FLASH") or _FILE)
            Partition.erase_ms = int(getenv("DESK_ERASE_MS") or _ERASE_MS)
            if getenv("DESK_ERASES"):
                Partition._erases = open(getenv("DESK_ERASES"), "a")  # noqa: SIM115 (likewise)

    @staticmethod
    def find(type=0, subtype=255, label=None, block_size=4096) -> list:
        if block_size != 4096:
            raise ValueError("the desk has sectors of 4096 bytes")
        Partition.open_chip()
        if Partition._rows is None:
            table = Partition._memory[TABLE_AT : TABLE_AT + partition_table.SIZE]
            Partition._rows = partition_table.unpack(table)
        return [
            Partition(row)
            for row in Partition._rows
            if row[1] == type and subtype in (255, row[2]) and label in (None, row[0])
        ]

    def info(self) -> tuple:
        label, kind, subtype, offset, size = self._row
        return kind, subtype, offset, size, label, False

    def readblocks(self, block_num, buf, offset=0) -> None:
        _desk.takes(8 * len(buf), _READ_BITS_A_S)
        self._flash.readblocks(block_num, buf, offset)

    def writeblocks(self, block_num, buf, offset=None) -> None:
        self._flash.writeblocks(block_num, buf, offset)

    def ioctl(self, cmd, arg):
        return self._flash.ioctl(cmd, arg)
