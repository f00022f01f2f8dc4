"""Reads records of registers (wire.registers), and those that were written before them.

The record of before has 64 bytes, at multiples of 64, up to seven registers, all of each:

    0   A5
    1   how many registers follow, 1 to 7
    2   number of the record, u24
    5   per register: its number, u8; whole, u32; rest, u24
    61  CRC-24 of bytes 0 to 60

For the start and the host. Both kinds may stand in one sector: the first byte tells them apart.
"""

from tomoshibi.wire.flash_bytes import check24, get
from tomoshibi.wire.registers import (
    ALL,
    CRC_SIZE,
    ENERGY,
    FIRST_AT,
    FIRST_GROUP,
    GRAIN,
    RECORD,
    ZERO,
)

BEFORE = 64  # size of a record of before
BEFORE_TAG = 0xA5
_BEFORE_MOST = 7
_BEFORE_FIRST = 5
_BEFORE_ENTRY = 8
_LEAST = 3  # grains
_REST = 0x3FFFFF
_CODE_AT = 22


def size_of(record, crc) -> int:
    """How many bytes the good record at the start of `record` has; 0 if there is none.

    `record` has wire.registers.RECORD bytes; `crc` is where its sector's checks start.
    """
    size = record[0] * GRAIN
    if record[0] == BEFORE_TAG:
        size = BEFORE if 0 < record[1] <= _BEFORE_MOST else 0
    if not _LEAST * GRAIN <= size <= RECORD:
        return 0
    end = size - CRC_SIZE
    return size if get(record, end, CRC_SIZE) == check24(record, 0, end, crc) else 0


def number_of(record) -> int:
    """The number of a good record; of one of before its lowest byte."""
    return record[2 if record[0] == BEFORE_TAG else 1]


def entries(record, take) -> None:
    """Call `take(number, whole, rest, every)` for each register of a good record.

    every   False if `whole` is only its lowest byte: see wire.registers.resolve
    """
    if record[0] == BEFORE_TAG:
        for i in range(record[1]):
            at = _BEFORE_FIRST + _BEFORE_ENTRY * i
            take(record[at], get(record, at + 1, 4), get(record, at + 5, 3), True)
        return
    at, end, group = FIRST_AT, record[0] * GRAIN - CRC_SIZE, FIRST_GROUP
    while at < end:
        group, mask = group + (record[at] >> 4) & 63, record[at] & 15
        at += 1
        for i in range(4):
            if mask >> i & 1 and at < end:
                at = _entry(record, at, group * 4 + i, take)


def _entry(record, at, number, take) -> int:
    size, rest, every = 4, 0, True
    if number >= ENERGY:
        rest = get(record, at, 3)
        code, rest = rest >> _CODE_AT, rest & _REST
        every = code >= ALL
        size = 4 if code == ALL else 0 if code >= ZERO else 1
        at += 3
    # A record that is whole and senseless must not lead beyond its end.
    take(number, get(record, at, min(size, RECORD - at)) if at < RECORD else 0, rest, every)
    return at + size
