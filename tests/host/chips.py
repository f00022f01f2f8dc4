"""Flash written by hand: the layouts of the room wire put together with nothing but struct.

It shares no line with what it is to test: the check is computed bit by bit, the hash by hashlib.
"""

import hashlib
import hmac
import json
import struct
import zlib

from tests.helpers import flash_by_hand as by_hand

SECTOR = 4096
CHIP = 0x400000
TABLE = 0x8000
# label: offset, size
PLACES = {
    "identity": (0x200000, 0x2000),
    "settings": (0x202000, 0x4000),
    "registers": (0x206000, 0x40000),
    "events": (0x246000, 0x20000),
    "history": (0x266000, 0x6A000),
}
_TABLE_ROWS = (
    (b"nvs", 1, 0x02, 0x9000, 0x6000),
    (b"phy_init", 1, 0x01, 0xF000, 0x1000),
    (b"factory", 0, 0x00, 0x10000, 0x1F0000),
    (b"identity", 1, 0x40, 0x200000, 0x2000),
    (b"settings", 1, 0x41, 0x202000, 0x4000),
    (b"registers", 1, 0x42, 0x206000, 0x40000),
    (b"events", 1, 0x43, 0x246000, 0x20000),
    (b"history", 1, 0x44, 0x266000, 0x6A000),
    (b"vfs", 1, 0x81, 0x2D0000, 0x130000),
)
FIRST_HASH = b"TOMOSHIBI EVENTS"


def crc24(data: bytes, start: int = 0xB704CE) -> int:
    """RFC 4880, bit by bit."""
    crc = start
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864CFB
    return crc & 0xFFFFFF


def u24(value: int) -> bytes:
    return struct.pack("<I", value)[:3]


def head(ring: bytes, sequence: int, info: bytes = b"") -> bytes:
    """32 bytes; what holds records of 64 bytes begins with the next 64."""
    body = b"T" + ring + b"\x01\x00" + struct.pack("<I", sequence) + info.ljust(20, b"\0")
    whole = body + u24(crc24(body)) + b"\x5a"
    return whole if ring == b"H" else whole.ljust(64, b"\xff")


def start_of(sequence: int) -> int:
    return 0xB704CE ^ (sequence & 0xFFFFFF)


def sector(*parts: bytes) -> bytes:
    return b"".join(parts).ljust(SECTOR, b"\xff")


def register_record(sequence: int, number: int, entries) -> bytes:
    """entries: (register, whole, rest)"""
    body = b"\xa5" + bytes([len(entries)]) + u24(number)
    for register, whole, rest in entries:
        body += struct.pack("<BI", register, whole) + u24(rest)
    body = body.ljust(61, b"\xff")
    return body + u24(crc24(body, start_of(sequence)))


def small_registers() -> bytes:
    """A sector as the firmware writes it: all of two energies, and then twenty that run on."""
    parts = [by_hand.register_record(1, 1, [(64, 99_999_995, 3), (68, 250, 0)])]
    parts += [
        by_hand.register_record(
            1, 1 + n, [(64, (99_999_995 + n) % 10**8, n), (68, 250 + n, 0)], False
        )
        for n in range(1, 21)
    ]
    return sector(head(b"R", 1, bytes([SUBMETER, 1, 2]))[:32], *parts)


def history_record(sequence: int, slot: int, quality: int, boot: int, readings) -> bytes:
    """readings: (import, export) by branch; None for no data"""
    body = struct.pack("<BBBH", slot, quality, len(readings), boot)
    for pair in readings:
        body += b"".join(struct.pack("<I", 0xFFFFFFFF if wh is None else wh) for wh in pair)
    return body + u24(crc24(body, start_of(sequence)))


def history_head(sequence: int, day: int, branches: int) -> bytes:
    return head(b"H", sequence, struct.pack("<HB", day, branches))


def event_record(before: bytes, sequence: int, **fields) -> bytes:
    """One event after the hash `before`; its own hash is its last 16 bytes."""
    at = {
        "kind": 1, "cause": 1, "actor": 0, "subject": 0, "boot": 1, "uptime_s": 5, "ms": 250,
        "day": 9_825, "second": 3_600, "quality": 2, "old": 0, "new": 0, "power_w": 100,
        "voltage_dv": 1_010, "budget_w": -1,
    } | fields  # fmt: skip
    body = bytes((at["kind"], at["cause"], at["actor"], at["subject"]))
    body += struct.pack("<IHIH", sequence, at["boot"], at["uptime_s"], at["ms"])
    body += struct.pack("<H", at["day"]) + u24(at["second"]) + bytes([at["quality"]])
    body += struct.pack(
        "<iiiHi", at["old"], at["new"], at["power_w"], at["voltage_dv"], at["budget_w"]
    )
    body = body.ljust(48, b"\xff")
    return body + hashlib.sha256(before + body).digest()[:16]


def event_chain(count: int, first: int = 1, before: bytes = FIRST_HASH, **fields) -> list[bytes]:
    records = []
    for sequence in range(first, first + count):
        records.append(event_record(before, sequence, **fields))
        before = records[-1][48:]
    return records


def keyed_chain(key: bytes, count: int, start: list[bytes] | None = None) -> list[bytes]:
    """`count` events under a key, behind those of `start`."""
    records = list(start or [])
    code = hmac.digest(key, FIRST_HASH, "sha256")
    mark = code[:2] + bytes([code[2] & 0x7F])
    before = records[-1][48:] if records else FIRST_HASH
    link = crc24(before)
    for sequence in range(len(records) + 1, len(records) + count + 1):
        body = event_record(before, sequence)[:40] + mark + b"\xff" * 2
        own = hmac.digest(key, body + b"\xff" * 3 + before, "sha256")[:16]
        link, before = crc24(body + own, link), own
        records.append(body + u24(link) + own)
    return records


def logged(records: list[bytes]) -> bytearray:
    """A whole chip with these events in the first sector."""
    return whole_chip(events=sector(event_head(1, 1, FIRST_HASH), *records))


def event_head(sequence: int, first: int, before: bytes) -> bytes:
    return head(b"E", sequence, struct.pack("<I", first) + before)


def copy(letter: bytes, sequence: int, document, size: int) -> bytes:
    """Half a partition with a document in it."""
    body = json.dumps(document).encode()
    front = b"T" + letter + b"\x01\x00"
    front += struct.pack("<III", sequence, len(body), zlib.crc32(body)) + b"\xff" * 12
    return (front + u24(crc24(front)) + b"\xff" + body).ljust(size, b"\xff")


def table() -> bytes:
    entries = b"".join(
        struct.pack("<2sBBII16sI", b"\xaa\x50", kind, subtype, offset, size, label, 0)
        for label, kind, subtype, offset, size in _TABLE_ROWS
    )
    end = b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(entries).digest()
    return (entries + end).ljust(0xC00, b"\xff")


def chip(**parts: bytes) -> bytearray:
    """A whole chip with these partitions in it; the rest is blank."""
    data = bytearray(b"\xff" * CHIP)
    data[TABLE : TABLE + 0xC00] = table()
    for label, part in parts.items():
        offset, size = PLACES[label]
        assert len(part) <= size
        data[offset : offset + len(part)] = part
    return data


# A small sub-meter of two branches, as a node would have left it.

SUBMETER = 1
NUMBERS = [*range(8), 16, 17, 32, 33, *range(64, 76)]
VALUES = {number: (number * 1_000, 0) for number in NUMBERS} | {
    0: (3, 0),
    6: (5, 0),  # events logged
    7: (0, 0),
    16: (1, 0),
    17: (2, 0),
    64: (1_234_567, 1_800_000),  # the whole board: half a Wh beyond
    68: (99_999_999, 3_599_999),
}


def all_registers(sequence: int, number: int, values=None) -> list[bytes]:
    """Records with every register, as each sector begins."""
    entries = [(register, *(values or VALUES)[register]) for register in NUMBERS]
    groups = [entries[at : at + 7] for at in range(0, len(entries), 7)]
    return [register_record(sequence, number + i, group) for i, group in enumerate(groups)]


def registers(values=None) -> bytes:
    old = dict.fromkeys(NUMBERS, (1, 0))
    first = all_registers(1, 1, old)
    more = [
        register_record(1, number, [(64, number, 0)])
        for number in range(len(first) + 1, 64)
    ]  # fmt: skip
    info = bytes([SUBMETER, 2])
    second = all_registers(2, 64, values)
    return sector(head(b"R", 1, info), *first, *more) + sector(head(b"R", 2, info), *second)


def events(count: int = 5) -> bytes:
    return sector(event_head(1, 1, FIRST_HASH), *event_chain(count))


def history(days: int = 2) -> bytes:
    """Branch 1 gains 10 Wh each half hour, branch 2 exports 3; 9825 is 2026-11-25."""
    sectors = []
    for index in range(days):
        sequence = index + 1
        records = []
        for slot in range(48):
            total = index * 48 + slot
            readings = [(100 + 10 * total, None), (7, 3 * total)]
            records.append(history_record(sequence, slot, 2, 1, readings))
        sectors.append(sector(history_head(sequence, 9_825 + index, 2), *records))
    return b"".join(sectors)


def settings(document=None, sequence: int = 4) -> bytes:
    document = {"name": "panel", "line_hz": 60} if document is None else document
    half = PLACES["settings"][1] // 2
    return copy(b"S", sequence, document, half) + copy(b"S", sequence + 1, document, half)


def whole_chip(**parts: bytes) -> bytearray:
    """As a node leaves it; identity blank, as before the jig."""
    usual = {
        "registers": registers(),
        "events": events(),
        "history": history(),
        "settings": settings(),
    }
    return chip(**(usual | parts))
