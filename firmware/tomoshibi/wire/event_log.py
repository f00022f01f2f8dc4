"""The record of one event, chained to the one before it.

    0   kind, cause, actor, subject: u8 each
    4   sequence number, u32, one more than that of the event before
    8   number of the boot, u16
    10  uptime, s, u32; 14 milliseconds, u16
    16  day since 2000-01-01 UTC, u16; 18 second of the day, u24; FF: unknown
    21  quality of the clock: 0 never set, 1 held, 2 synchronised
    22  from, 26 to: s32
    30  power, W, s32
    34  voltage, 0.1 V, u16; FFFF: not measured
    36  budget, W, s32; -1: none
    40  mark of the key that it is chained under, u24; FFFFFF: none
    43  FF
    45  link, u24, of a record under a key: wire.event_key; FF without one
    48  hash, 16 bytes: the first of SHA-256 over the hash before and bytes 0 to 47; under a key,
        of HMAC-SHA-256 over bytes 0 to 44, FF FF FF and the hash before

The ring's own bytes in a sector's head are: sequence number of its first record, u32, and the hash
before it. So the oldest sector may go, and the chain still verifies from the one after it.
"""

import hashlib

from tomoshibi.wire.flash_bytes import get, get_signed, put

RECORD = 64
MARK_AT = 40
NO_KEY = 0xFFFFFF
LINK_AT = 45
HASH_AT = 48
HASH_SIZE = 16
FIRST_HASH = b"TOMOSHIBI EVENTS"
FIELDS = (
    "kind", "cause", "actor", "subject", "sequence", "boot", "uptime_s", "ms", "day", "second",
    "quality", "from", "to", "power_w", "voltage_dv", "budget_w",
)  # fmt: skip
_PLACES = (
    (0, 1), (1, 1), (2, 1), (3, 1), (4, 4), (8, 2), (10, 4), (14, 2), (16, 2), (18, 3),
    (21, 1), (22, -4), (26, -4), (30, -4), (34, 2), (36, -4),
)  # fmt: skip
SEQUENCE_AT = 4


def pack(record, values) -> None:
    """Write `values`, in the order of FIELDS, and leave the hash blank."""
    for i in range(len(_PLACES)):
        at, size = _PLACES[i]
        put(record, at, abs(size), values[i])
    for i in range(40, RECORD):
        record[i] = 0xFF


def unpack(record) -> tuple:
    """Values in the order of FIELDS."""
    return tuple(
        get_signed(record, at, -size) if size < 0 else get(record, at, size) for at, size in _PLACES
    )


def hash_of(before, record) -> bytes:
    """The hash that chains `record` to the one with the hash `before`."""
    digest = hashlib.sha256(before)
    digest.update(bytes(record[:HASH_AT]))
    return digest.digest()[:HASH_SIZE]
