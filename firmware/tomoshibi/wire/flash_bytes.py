"""What all records in flash share: the check of their bytes, and numbers that allocate nothing.

Numbers are little-endian and, but for the four bytes of no data, below 2**30, so that the device
holds them without the heap.

Source of the check: CRC-24 of RFC 4880 (OpenPGP), polynomial 864CFB, start B704CE. 24 bits are the
most that a shift by four leaves below 2**30; it finds every error of up to 24 neighbouring bits.
"""

from array import array

CRC_START = 0xB704CE
CRC_POLYNOMIAL = 0x1864CFB
# What four bits shifted out of the top do to the rest. An array: freezing turns numbers of a tuple
# that are beyond 14 bits into big integers, and these take heap in every sum.
_NIBBLES = array("i", (
    0x000000, 0x864CFB, 0x8AD50D, 0x0C99F6, 0x93E6E1, 0x15AA1A, 0x1933EC, 0x9F7F17,
    0xA18139, 0x27CDC2, 0x2B5434, 0xAD18CF, 0x3267D8, 0xB42B23, 0xB8B2D5, 0x3EFE2E,
))  # fmt: skip


def crc24(buf, start, end, crc=CRC_START) -> int:
    """The check of buf[start:end]. Allocates nothing."""
    nibbles = _NIBBLES
    for i in range(start, end):
        byte = buf[i]
        crc = (crc << 4 & 0xFFFFFF) ^ nibbles[crc >> 20 ^ byte >> 4]
        crc = (crc << 4 & 0xFFFFFF) ^ nibbles[crc >> 20 ^ byte & 15]
    return crc


def check24(buf, start, end, crc=CRC_START) -> int:
    """`crc24` as it stands in flash behind what it checks: never all ones, as nothing written has.

    Else a record cut off in writing may pass by chance: its check is blank, whatever came before.
    """
    crc = crc24(buf, start, end, crc)
    return 0 if crc == 0xFFFFFF else crc


def put(buf, at, size, value) -> None:
    """Write `value` into `size` bytes, little-endian; a negative one as two's complement."""
    for i in range(at, at + size):
        buf[i] = value & 0xFF
        value >>= 8


def get(buf, at, size) -> int:
    """Read `size` bytes, little-endian, without sign."""
    value = 0
    for i in range(at + size - 1, at - 1, -1):
        value = value << 8 | buf[i]
    return value


def get_signed(buf, at, size) -> int:
    """As `get`, of two's complement."""
    value = get(buf, at, size)
    return value - (1 << 8 * size) if buf[at + size - 1] & 0x80 else value


def given_up(buf, start, end) -> bool:
    """Whether buf[start:end] is all zeros: a place that holds nothing and never will.

    So a node leaves, when it starts, what it found half written, and the place that the cut may
    have come into without a trace.
    """
    for i in range(start, end):
        if buf[i]:
            return False
    return True


def blank(buf, start, end) -> bool:
    """Whether buf[start:end] is as after an erase: all FF."""
    for i in range(start, end):
        if buf[i] != 0xFF:
            return False
    return True
