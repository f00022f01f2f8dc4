"""The partition table in flash: what ESP-IDF's boot loader reads.

Entries of 32 bytes: AA 50, type, subtype, offset u32, size u32, label of 16 bytes filled with 00,
flags u32. Then EB EB, fourteen FF, and the MD5 of the entries. The rest of its 3072 bytes is FF.

Source: ESP-IDF programming guide, "Partition tables"; the layout of its generator's output.
"""

import hashlib
import struct

SIZE = 0xC00
_ENTRY = "<2sBBII16sI"
_ENTRY_SIZE = 32


def pack(rows) -> bytes:
    """The table of `rows`: (label, type, subtype, offset, size)."""
    entries = b"".join(
        struct.pack(_ENTRY, b"\xaa\x50", kind, subtype, offset, size, label.encode(), 0)
        for label, kind, subtype, offset, size in rows
    )
    table = entries + b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(entries).digest()
    return table + b"\xff" * (SIZE - len(table))


def unpack(table) -> list:
    """Rows of a table, as `pack` takes them. Raises ValueError if it is none or damaged."""
    rows = []
    for at in range(0, len(table) - _ENTRY_SIZE + 1, _ENTRY_SIZE):
        magic, kind, subtype, offset, size, label, _ = struct.unpack_from(_ENTRY, table, at)
        if magic == b"\xeb\xeb":
            if bytes(table[at + 16 : at + 32]) != hashlib.md5(bytes(table[:at])).digest():
                raise ValueError("the partition table's check sum is wrong")
            return [(row[0].decode(),) + row[1:] for row in rows]
        if magic != b"\xaa\x50":
            break
        rows.append((label.rstrip(b"\0"), kind, subtype, offset, size))
    raise ValueError("no partition table")
