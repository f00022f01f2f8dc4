"""The log of events in flash: a ring of records, each chained to the one before by its hash.

A record cut off in writing is no part of the chain: the next one takes its number and hangs on
the last whole one. Hashing takes some hundred bytes of heap and gives them back.
"""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.registers.ring import SectorRing
from tomoshibi.wire import event_log, flash_sector
from tomoshibi.wire.flash_bytes import put

if TYPE_CHECKING:
    from tomoshibi.core.flash import Flash

_RECORD = const(64)
_SLOTS = const(64)  # of a sector; the first one is the head
_AHEAD = const(4)


class EventLog:
    """`sequence` is the number of the last event; 0 before the first ever.

    `found` is what the start found at the end, for log_start.confirm.
    """

    def __init__(self, flash: Flash) -> None:
        self.ring = SectorRing(flash, flash_sector.EVENTS, most=_AHEAD)
        self.sequence = 0
        self.hash = event_log.FIRST_HASH
        self.faults = 0
        self._flash = flash
        self._record = bytearray(_RECORD)
        self._check = bytearray(_RECORD)
        self._info = bytearray(flash_sector.INFO_SIZE)
        self._slot = _SLOTS
        self.found = None
        if self.ring.newest >= 0:
            # Imported here: it is let go after the start, see node.whole_node.
            from tomoshibi.registers import log_start

            chain, self.found = log_start.follow(self.ring)
            self._slot = self.found[3]
            self.sequence, self.hash = chain.sequence, chain.hash

    def append(self, values) -> bool:
        """Log one event: fields as in wire.event_log.FIELDS, the sequence number overwritten.

        False if the flash did not take it, or there is no room: `ring.waiting`.
        """
        record = self._record
        event_log.pack(record, values)
        put(record, event_log.SEQUENCE_AT, 4, self.sequence + 1)
        chained = event_log.hash_of(self.hash, record)
        for i in range(event_log.HASH_SIZE):
            record[event_log.HASH_AT + i] = chained[i]
        for _ in range(_SLOTS):
            if self._slot >= _SLOTS and not self._open():
                return False
            offset = self._slot * _RECORD
            self._slot += 1
            self._flash.writeblocks(self.ring.newest, record, offset)
            self._flash.readblocks(self.ring.newest, self._check, offset)
            if self._check == record:
                self.sequence += 1
                self.hash = chained
                return True
            self.faults += 1
        return False

    def _open(self) -> bool:
        put(self._info, 0, 4, self.sequence + 1)
        for i in range(event_log.HASH_SIZE):
            self._info[4 + i] = self.hash[i]
        if not self.ring.open_next(self._info):
            return False
        self._slot = 1
        return True
