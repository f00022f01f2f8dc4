"""The head of one of two copies of a document (settings, identity) in flash.

    0   "T", then the document: "S" settings, "I" identity
    2   version of the layout, 1; 3 reserved, 0
    4   sequence number, u32: the valid copy with the higher one counts
    8   length of the document, u32
    12  CRC-32 of the document (as in IEEE 802.3)
    16  12 bytes FF
    28  CRC-24 of bytes 0 to 27

The document follows, JSON in UTF-8. The head is written last: until then the other copy counts.
"""

import json
from binascii import crc32

from tomoshibi.wire.flash_bytes import crc24, get, put

SIZE = 32
SETTINGS = 0x53
IDENTITY = 0x49
_CRC_AT = 28


def seal(document_kind, sequence, body) -> bytearray:
    """The head for `body`."""
    head = bytearray(b"\xff" * SIZE)
    head[0] = 0x54
    head[1] = document_kind
    head[2] = 1
    head[3] = 0
    put(head, 4, 4, sequence)
    put(head, 8, 4, len(body))
    put(head, 12, 4, crc32(body))
    put(head, _CRC_AT, 3, crc24(head, 0, _CRC_AT))
    return head


def read_head(head, document_kind):
    """(sequence, length, CRC-32) of a copy, or None if there is none."""
    if head[0] != 0x54 or head[1] != document_kind or head[2] != 1:
        return None
    if get(head, _CRC_AT, 3) != crc24(head, 0, _CRC_AT):
        return None
    return get(head, 4, 4), get(head, 8, 4), get(head, 12, 4)


def body_of(document) -> bytes:
    """The bytes of a document: one setting a line, so that it reads well in a dump."""
    return json.dumps(document).encode()
