"""What chains an event record under the node's key, and lets those check it who have no key.

A record under a key says by bytes 40 to 42 under which one. Its hash, HMAC-SHA-256 over bytes 0
to 44, three of FF and the hash before, tells the holder of the key who wrote it. Its link, a CRC-24
over bytes 0 to 44 and the hash, which starts from the link before, tells anybody that it is the
next one.
"""

from tomoshibi.wire.event_log import HASH_AT, HASH_SIZE, LINK_AT, MARK_AT, NO_KEY, RECORD
from tomoshibi.wire.flash_bytes import check24, crc24, get, put

_MARKED = b"TOMOSHIBI EVENTS"
_MARK_MOST = 0x7FFFFF  # so no key's is NO_KEY


class EventKey:
    """The key of 32 bytes that a node chains its events under; `mark` tells it from others."""

    def __init__(self, key: bytes) -> None:
        # Imported here: who has no key needs no HMAC.
        from tomoshibi.wire.hmac import hmac_sha256

        self._key = key
        self._hmac = hmac_sha256
        self.mark = get(hmac_sha256(key, _MARKED), 0, 3) & _MARK_MOST

    def hash_of(self, before, record) -> bytes:
        """The hash that chains `record` to the one with the hash `before`."""
        return self.code_in(bytearray(record), before)[:HASH_SIZE]

    def code_in(self, record, before) -> bytes:
        """32 bytes that begin with the hash; link and hash of `record` are overwritten."""
        for i in range(LINK_AT, HASH_AT):
            record[i] = 0xFF
        for i in range(HASH_SIZE):
            record[HASH_AT + i] = before[i]
        return self._hmac(self._key, record)

    def put_link(self, record, before: int, hash) -> None:
        """Give a record, complete otherwise, its link after one with the link `before`.

        -1: after one without, or at the begin of a sector, with this hash.
        """
        put(record, LINK_AT, 3, link_of(link_of_hash(hash) if before < 0 else before, record))


def keyed(record) -> bool:
    """Whether it says that it was chained under a key."""
    return get(record, MARK_AT, 3) != NO_KEY


def link_of(before: int, record) -> int:
    """The link of a record that is complete, after one with the link `before`."""
    return check24(record, HASH_AT, RECORD, crc24(record, 0, LINK_AT, before))


def link_of_hash(hash) -> int:
    """What stands for the link of a record without a key, and of a sector's head."""
    return crc24(hash, 0, HASH_SIZE)
