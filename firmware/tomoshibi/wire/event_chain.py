"""Follows the chain of event records (wire.event_log): a node once, at start; the host tools."""

from tomoshibi.wire.event_key import keyed, link_of, link_of_hash
from tomoshibi.wire.event_log import HASH_AT, LINK_AT, MARK_AT, RECORD, SEQUENCE_AT, hash_of
from tomoshibi.wire.flash_bytes import blank, get, given_up

# What `Chain.take` says of a record.
BLANK = 0
LINKED = 1
AFTER_DAMAGE = 2  # linked, but the record before it has been changed
AFTER_BREAK = 3  # linked to the record before it, which hangs on nothing
LOOSE = 4  # hangs on nothing: cut off in writing, or changed; what follows tells which
GIVEN_UP = 5  # no record: wire.flash_bytes

# What `Chain.proof` says of the last one that was linked.
WITHOUT_KEY = 0
OTHER_KEY = 1  # of a key that we do not have
PROVED = 2
FORGED = 3  # it names our key and was not made with it
LEFT_KEY = 4  # without our key, behind one that was proved: whoever has no key could write it


class Chain:
    """Follows the chain from the event `sequence` with `hash`, record by record.

    With a key (wire.event_key.EventKey) `proof` says of each linked record whether it is proved.
    """

    def __init__(self, sequence, hash, key=None) -> None:
        self.proof = WITHOUT_KEY
        self._key = key
        self._proved = False
        self.start(sequence, hash)

    def start(self, sequence, hash) -> None:
        """Go on from what a sector's head says."""
        self.sequence = sequence
        self.hash = hash
        self.link = link_of_hash(hash)
        self._through = ()

    def take(self, record) -> int:
        """What the next record of the ring is; a linked one becomes the end of the chain."""
        if blank(record, 0, RECORD):
            return BLANK
        if given_up(record, 0, RECORD):
            return GIVEN_UP
        if self.takes(record):
            return LINKED
        sequence = get(record, SEQUENCE_AT, 4)
        if self._through and self._hangs(record, self._through):
            kind = AFTER_DAMAGE if sequence == self.sequence + 2 else AFTER_BREAK
            self._go_on(record)
            return kind
        self._through = self._ways_through(record)
        return LOOSE

    def takes(self, record) -> bool:
        """Make it the end of the chain if it hangs on the end as it is."""
        if get(record, SEQUENCE_AT, 4) != self.sequence + 1:
            return False
        if not self._hangs(record, ((self.hash,), (self.link,))):
            return False
        self._go_on(record)
        return True

    def may_end_with(self, hash) -> bool:
        """Whether the loose record just taken, as it was once, may have had this hash."""
        return bool(self._through) and hash in self._through[0]

    def _hangs(self, record, on) -> bool:
        """Whether it hangs on a record that has one of these (hashes, links)."""
        hashes, links = on
        own = bytes(record[HASH_AT:])
        if keyed(record):
            link = get(record, LINK_AT, 3)
            if not any(link == link_of(before, record) for before in links):
                return False
            self.proof = self._proof_of(record, own, hashes)
        else:
            if not any(own == hash_of(before, record) for before in hashes):
                return False
            self.proof = LEFT_KEY if self._proved else WITHOUT_KEY
        self._proved = self._proved or self.proof == PROVED
        return True

    def _proof_of(self, record, own, hashes) -> int:
        key = self._key
        if key is None or get(record, MARK_AT, 3) != key.mark:
            return LEFT_KEY if self._proved else OTHER_KEY
        return PROVED if any(own == key.hash_of(each, record) for each in hashes) else FORGED

    def _ways_through(self, record):
        """What a changed record may have had: hash, link and rest are not all of them changed."""
        own = bytes(record[HASH_AT:])
        hashes = (own, hash_of(self.hash, record))
        if self._key is not None:
            hashes += (self._key.hash_of(self.hash, record),)
        links = (get(record, LINK_AT, 3), link_of(self.link, record))
        return hashes, links + tuple(link_of_hash(each) for each in hashes)

    def _go_on(self, record) -> None:
        self.sequence = get(record, SEQUENCE_AT, 4)
        self.hash = bytes(record[HASH_AT:])
        self.link = get(record, LINK_AT, 3) if keyed(record) else link_of_hash(self.hash)
        self._through = ()
