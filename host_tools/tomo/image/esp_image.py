"""A chip's flash with MicroPython in it: chip, version and module, bootloader and program.

A stock image begins where its chip's bootloader lies, 0x1000 for an ESP32 and 0 for an ESP32-S3;
a whole chip, read or put together, begins at 0.

Source: ESP-IDF programming guide, "App image format"; MicroPython 1.25, ports/esp32/makeimg.py and
the banner of py/mpconfig.h and shared/runtime/pyexec.c.
"""

import io
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from boards import partition_table
from boards.flash_map import TABLE_AT
from tomo.errors import HostError, UsageError
from tomo.files import reading

_MAGIC = 0xE9
_CHIP_AT = 12
_HEADER = 24
# By the chip's number in the header: its name, where its bootloader lies.
CHIPS = {0: ("ESP32", 0x1000), 9: ("ESP32-S3", 0)}
_OTHER_CHIPS = {2: "ESP32-S2", 5: "ESP32-C3", 12: "ESP32-C2", 13: "ESP32-C6", 16: "ESP32-H2"}
_MOST = 16 * 1024 * 1024
_VERSION = re.compile(rb"MicroPython v(\d+\.\d+\.\d+[^ \0]{0,40}) on \d{4}-\d\d-\d\d")
_MACHINE_END = re.compile(rb" with ESP32[-0-9A-Z]*\0")
_LONGEST_MACHINE = 100
_GENERIC = "Generic ESP32 module"  # it uses none without the word, unlike that of the S3
WHERE_FROM = (
    "Download one from micropython.org, the page of ESP32_GENERIC, variant SPIRAM: "
    "a file ending in .bin, version {}.x."
)
_AGAIN = "It may be cut off: download it again."
Row = tuple[str, int, int, int, int]


class NoImage(UsageError):
    """A file that holds no image of an ESP chip."""


@dataclass(frozen=True)
class Flash:
    """A chip's flash from address 0, as much of it as a file has.

    chip         its name; version, machine: of MicroPython, empty if not found
    rows         of the partition table, as boards.partition_table has them; empty without one
    program_at   where the program begins; program: from there to its partition's end, if it has one
    """

    chip: str
    bootloader_at: int
    data: bytes
    rows: tuple[Row, ...]
    program_at: int
    program: bytes
    version: str
    machine: str

    @property
    def bootloader(self) -> bytes:
        return self.data[self.bootloader_at : TABLE_AT]

    @property
    def made_for_bytes(self) -> int:
        """The size of flash that the bootloader's header names."""
        return 0x100000 << (self.data[self.bootloader_at + 3] >> 4)

    @property
    def uses_psram(self) -> bool | None:
        """Whether it was built for PSRAM, as far as its name tells: None if it does not."""
        if "SPIRAM" in self.machine:
            return True
        return False if self.machine.startswith(_GENERIC) else None


def read(path: Path) -> Flash:
    """The flash in a file. Raises NoImage, HostError for a chip that is not ours."""
    with reading(path), path.open("rb") as file:
        data = file.read(_MOST + 1)
    if len(data) > _MOST:
        raise NoImage(f"{path} has more than {_MOST} bytes: no chip's flash")
    number, at = _header(path, data)
    if number not in CHIPS:
        name = _OTHER_CHIPS.get(number, f"a chip of number {number}")
        known = " and ".join(name for name, _ in CHIPS.values())
        raise HostError(f"{path} is for {name}", f"Tomoshibi runs on {known}.")
    chip, bootloader_at = CHIPS[number]
    if at not in (0, bootloader_at):
        raise NoImage(f"{path}: an {chip} finds no bootloader at {at:#x}")
    data = b"\xff" * (bootloader_at - at) + data
    rows = _rows(data)
    places = [(offset, size) for _, kind, _, offset, size in rows if kind == 0]
    offset, size = next(((o, s) for o, s in places if data[o : o + 1] == b"\xe9"), (0, 0))
    program = data[offset : offset + size]
    return Flash(chip, bootloader_at, data, rows, offset, program, *banner(program))


def whole_program(where: str, flash: Flash) -> bytes:
    """The program without what lies behind it, even if it is larger than its partition.

    Raises HostError if it is cut off or damaged.
    """
    if not flash.program:
        raise HostError(f"{where} has a bootloader and no program", _AGAIN)
    return whole_image(f"{where}: its program", flash.data[flash.program_at :])


def whole_image(what: str, data: bytes) -> bytes:
    """A program or a bootloader without what lies behind it.

    Raises HostError, which begins with `what`, if it is cut off or damaged.
    """
    # Imported here: it takes half a second, which every other command would wait for. What follows
    # the header is laid out alike on all chips.
    from esptool import FatalError
    from esptool.bin_image import ESP32FirmwareImage

    try:
        image = ESP32FirmwareImage(io.BytesIO(data))
    except (FatalError, RuntimeError, struct.error, TypeError) as error:
        raise HostError(f"{what} is cut off or damaged: {error}", _AGAIN) from None
    hash_wrong = image.append_digest and image.stored_digest != image.calc_digest
    if image.calculate_checksum() != image.checksum or hash_wrong:
        raise HostError(f"{what} has a wrong check sum", _AGAIN)
    end = max(segment.file_offs + 8 + len(segment.data) for segment in image.segments)
    # Filled up to 16 bytes, the last of which is the check sum; then perhaps a hash of 32.
    end = (end // 16 + 1) * 16 + (32 if image.append_digest else 0)
    return data[:end]


def _header(path: Path, data: bytes) -> tuple[int, int]:
    """The chip's number, and where in the file the bootloader begins."""
    for at in sorted({at for _, at in CHIPS.values()}):
        if data[at : at + 1] == bytes((_MAGIC,)) and len(data) >= at + _HEADER:
            if at == 0 or not data[:at].strip(b"\xff"):
                return struct.unpack_from("<H", data, at + _CHIP_AT)[0], at
    raise NoImage(f"{path} is no image of an ESP chip: it does not begin with a bootloader")


def _rows(data: bytes) -> tuple[Row, ...]:
    try:
        return tuple(partition_table.unpack(data[TABLE_AT : TABLE_AT + partition_table.SIZE]))
    except ValueError:
        return ()


def banner(program: bytes) -> tuple[str, str]:
    """Version and machine of a MicroPython: what its REPL says first; empty if there is none."""
    found = _VERSION.search(program)
    version = found[1].decode("ascii", "replace") if found else ""
    end = _MACHINE_END.search(program)
    if end is None:
        return version, ""
    text = program[max(0, end.end() - 1 - _LONGEST_MACHINE) : end.end() - 1]
    machine = text.rpartition(b"\0")[2].decode("ascii", "replace")
    return version, machine.removeprefix("; ")
