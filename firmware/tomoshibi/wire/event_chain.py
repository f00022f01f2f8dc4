"""Follows the chain of event records (wire.event_log): a node once, at start; the host tools."""

from tomoshibi.wire.event_log import HASH_AT, RECORD, SEQUENCE_AT, hash_of
from tomoshibi.wire.flash_bytes import blank, get, given_up

# What `Chain.take` says of a record.
BLANK = 0
LINKED = 1
AFTER_DAMAGE = 2  # linked, but the record before it has been changed
AFTER_BREAK = 3  # linked to the record before it, which hangs on nothing
LOOSE = 4  # hangs on nothing: cut off in writing, or changed; what follows tells which
GIVEN_UP = 5  # no record: wire.flash_bytes


class Chain:
    """Follows the chain from the event `sequence` with `hash`, record by record."""

    def __init__(self, sequence, hash) -> None:
        self.sequence = sequence
        self.hash = hash
        self._through = ()

    def take(self, record) -> int:
        """What the next record of the ring is; a linked one becomes the end of the chain."""
        if blank(record, 0, RECORD):
            return BLANK
        if given_up(record, 0, RECORD):
            return GIVEN_UP
        own = bytes(record[HASH_AT:])
        sequence = get(record, SEQUENCE_AT, 4)
        if sequence == self.sequence + 1 and own == hash_of(self.hash, record):
            return self._link(LINKED, sequence, own)
        # Of a changed record either the hash or the rest is still what it was.
        for before in self._through:
            if own == hash_of(before, record):
                kind = AFTER_DAMAGE if sequence == self.sequence + 2 else AFTER_BREAK
                return self._link(kind, sequence, own)
        self._through = (own, hash_of(self.hash, record))
        return LOOSE

    def _link(self, kind, sequence, own) -> int:
        self.sequence = sequence
        self.hash = own
        self._through = ()
        return kind
