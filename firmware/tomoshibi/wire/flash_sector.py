"""The head of a flash sector in a ring: whose it is, its place in the order, and a mark.

    0   "T", then the ring: "R" registers, "H" history, "E" events
    2   version of the layout, 1
    3   reserved, 0
    4   sequence number, u32: one more than that of the sector opened before
    8   20 bytes that the ring uses (wire.registers, wire.history, wire.event_log)
    28  CRC-24 of bytes 0 to 27
    31  5A: written when an erase of this sector has come to its end

A sector with the mark and nothing else is ready for use. One without the mark may have been cut off
half erased, whatever it looks like, and is erased again before it is used. What stands behind the
head is checked with a start that depends on the sequence number: what an incomplete erase left
behind of an earlier life does not pass. One flipped bit in a head is put right when it is read: it
would cost all the records behind it.
"""

from tomoshibi.wire.flash_bytes import CRC_POLYNOMIAL, CRC_START, blank, check24, get, put

SECTOR = 4096
SIZE = 32  # of the head
INFO = 8
INFO_SIZE = 20
MARK_AT = 31
MARK = b"\x5a"
REGISTERS = 0x52
HISTORY = 0x48
EVENTS = 0x45

_VERSION = 1
_CRC_AT = 28


def seal(head, ring, sequence) -> None:
    """Fill in all but the 20 bytes of the ring, which are there already, and the mark."""
    head[0] = 0x54
    head[1] = ring
    head[2] = _VERSION
    head[3] = 0
    put(head, 4, 4, sequence)
    put(head, _CRC_AT, 3, check24(head, 0, _CRC_AT))
    head[MARK_AT] = 0xFF


def sequence_of(head, ring) -> int:
    """The sequence number of a sector of `ring`; -1 if this is not the head of one.

    A single wrong bit is put right in `head`. Two are never taken for one: any two good heads
    differ in four bits at least, as the check's polynomial is a multiple of x + 1.
    """
    wrong = _ones(head[0] ^ 0x54) + _ones(head[1] ^ ring) + _ones(head[2] ^ _VERSION)
    if wrong > 1:
        return -1
    if blank(head, _CRC_AT, MARK_AT):
        return -1  # cut off in writing: no wrong bit
    difference = get(head, _CRC_AT, 3) ^ check24(head, 0, _CRC_AT)
    if difference and not _put_right(head, difference):
        return -1
    if head[0] != 0x54 or head[1] != ring or head[2] != _VERSION or head[7] > 0x3F:
        return -1
    return get(head, 4, 4)


def _ones(byte) -> int:
    count = 0
    while byte:
        byte &= byte - 1
        count += 1
    return count


def _put_right(head, difference) -> bool:
    """Turn the one bit that makes this difference between a head's check and its bytes."""
    # What one wrong bit does, from the last bit of the check to the first of the head.
    effect = 1
    for bit in range(8 * (_CRC_AT + 3)):
        if effect == difference:
            # The check itself is stored with its lowest byte first.
            at = _CRC_AT + bit // 8 if bit < 24 else _CRC_AT + 2 - bit // 8
            head[at] ^= 1 << bit % 8
            return True
        effect = effect << 1 ^ (CRC_POLYNOMIAL if effect & 0x800000 else 0)
    return False


def ready(head) -> bool:
    """Whether the sector was erased to the end and not used since."""
    return head[MARK_AT] == MARK[0] and blank(head, 0, MARK_AT)


def crc_start(sequence) -> int:
    """Where the check of a record in the sector with this sequence number starts."""
    return CRC_START ^ sequence & 0xFFFFFF
