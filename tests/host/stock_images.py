"""Images of MicroPython as they are downloaded or built, written by hand: headers and no code.

Source: ESP-IDF programming guide, "App image format": E9, segments, flash mode, size and speed,
entry; WP pin, three bytes of drive, chip u16, revisions, reserved, whether a hash follows; then
segments of address, length and data, filled up to one byte short of 16, the XOR of all data from
EF on, and the SHA-256 of all that.
"""

import hashlib
import struct
from functools import reduce
from operator import xor

from boards import partition_table
from tests.host.chips import _TABLE_ROWS

ESP32, ESP32_S3, ESP32_C3 = 0, 9, 5
SPIRAM = "Generic ESP32 module with SPIRAM with ESP32"
PLAIN = "Generic ESP32 module with ESP32"
FLASH_4_MB = 2
_ROWS = (
    ("nvs", 1, 0x02, 0x9000, 0x6000),
    ("phy_init", 1, 0x01, 0xF000, 0x1000),
    ("factory", 0, 0x00, 0x10000, 0x1F0000),
    ("vfs", 1, 0x81, 0x200000, 0x200000),
)


def esp_image(data: bytes, chip: int = ESP32, flash: int = FLASH_4_MB) -> bytes:
    """An image of one segment."""
    data += bytes(-len(data) % 4)
    head = struct.pack("<BBBBI", 0xE9, 1, 2, flash << 4 | 0xF, 0x40080000)
    head += struct.pack("<B3xHBHH4xB", 0xEE, chip, 0, 0, 0xFFFF, 1)
    body = head + struct.pack("<II", 0x3F400020, len(data)) + data
    body += bytes(-(len(body) + 1) % 16) + bytes((reduce(xor, data, 0xEF),))
    return body + hashlib.sha256(body).digest()


def program(machine: str = SPIRAM, version: str = "1.25.0", chip: int = ESP32, more: bytes = b""):
    banner = f"\0MicroPython v{version} on 2025-04-15\0; {machine}\0".encode()
    return esp_image(bytes(range(256)) + banner + more, chip)


def stock(
    machine: str = SPIRAM,
    version: str = "1.25.0",
    chip: int = ESP32,
    flash: int = FLASH_4_MB,
    more: bytes = b"",
    rows=_ROWS,
) -> bytes:
    """The file: from the bootloader to the program's end, all at their places in flash."""
    at = 0x1000 if chip == ESP32 else 0
    whole = bytearray(b"\xff" * 0x10000)
    bootloader = esp_image(b"stand-in of a bootloader", chip, flash)
    whole[at : at + len(bootloader)] = bootloader
    whole[0x8000:0x8C00] = partition_table.pack(rows)
    return bytes(whole[at:]) + program(machine, version, chip, more)


# As MicroPython's mpy-tool lists what is frozen, but for most of it.
FROZEN = b"asyncio/core.py\0_boot.py\0tomoshibi/node/start_up.py\0board.py\0\0"
OUR_ROWS = tuple((label.decode(), *rest) for label, *rest in _TABLE_ROWS)


def product(board: str = "submeter6", *, rows=OUR_ROWS, more: bytes = FROZEN, **others) -> bytes:
    """The firmware.bin that ports/esp32 makes with a board's folder."""
    return stock(f"Tomoshibi {board} with ESP32", more=more, rows=rows, **others)
