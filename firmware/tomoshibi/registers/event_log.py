"""The log of events in flash: a ring of records, each chained to the one before by its hash.

Under the node's key, once it is told; without one the chain proves nothing against an editor.

A record cut off in writing is no part of the chain: the next one takes its number and hangs on
the last whole one. Hashing takes some hundred bytes of heap and gives them back.
"""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.registers.ring import SectorRing
from tomoshibi.wire import event_log, flash_sector
from tomoshibi.wire.flash_bytes import get, put

if TYPE_CHECKING:
    from tomoshibi.core.flash import Flash
    from tomoshibi.wire.event_key import EventKey

_RECORD = const(64)
_SLOTS = const(64)  # of a sector; the first one is the head
_AHEAD = const(4)


class EventLog:
    """`sequence` is the number of the last event; 0 before the first ever.

    `key` chains what is logged; None: no key, and the chain proves nothing.
    `found` is what the start found at the end, for log_start.confirm.
    """

    def __init__(self, flash: Flash) -> None:
        self.ring = SectorRing(flash, flash_sector.EVENTS, most=_AHEAD)
        self.sequence = 0
        self.hash = bytearray(event_log.FIRST_HASH)
        self.faults = 0
        self._record = bytearray(_RECORD)
        self._check = bytearray(_RECORD)
        self._slot = _SLOTS
        self.key: EventKey | None = None
        self._link = -1  # of the last record; -1: that of its hash
        self.found = None
        if self.ring.newest >= 0:
            # Imported here: it is let go after the start, see node.whole_node.
            from tomoshibi.registers import log_start

            chain, self.found = log_start.follow(self.ring)
            self._slot = self.found[3]
            self.sequence, self._link = chain.sequence, chain.link
            self.hash = bytearray(chain.hash)

    def use_key(self, key: bytes) -> None:
        """Chain what comes from now on under this key of 32 bytes; empty: under none."""
        self.key = None
        if key:
            # Imported here: most nodes of a desk have none.
            from tomoshibi.wire.event_key import EventKey

            self.key = EventKey(key)

    def append(self, values) -> bool:
        """Log one event: fields as in wire.event_log.FIELDS, the sequence number overwritten.

        False if the flash did not take it, or there is no room: `ring.waiting`.
        """
        record = self._record
        event_log.pack(record, values)
        put(record, event_log.SEQUENCE_AT, 4, self.sequence + 1)
        key, flash = self.key, self.ring.flash
        if key:
            put(record, event_log.MARK_AT, 3, key.mark)
            chained = key.code_in(record, self.hash)
        else:
            chained = event_log.hash_of(self.hash, record)
        for i in range(event_log.HASH_SIZE):
            record[event_log.HASH_AT + i] = chained[i]
        for _ in range(_SLOTS):
            if self._slot >= _SLOTS and not self._open():
                return False
            if key:
                key.put_link(record, self._link, self.hash)
            offset = self._slot * _RECORD
            self._slot += 1
            flash.writeblocks(self.ring.newest, record, offset)
            flash.readblocks(self.ring.newest, self._check, offset)
            if self._check == record:
                self.sequence += 1
                # Kept in place: a new one would take heap in each append.
                for i in range(event_log.HASH_SIZE):
                    self.hash[i] = chained[i]
                self._link = get(record, event_log.LINK_AT, 3) if key else -1
                return True
            self.faults += 1
        return False

    def _open(self) -> bool:
        info = self._check
        put(info, 0, 4, self.sequence + 1)
        for i in range(event_log.HASH_SIZE):
            info[4 + i] = self.hash[i]
        if not self.ring.open_next(info):
            return False
        self._slot = 1
        self._link = -1
        return True
