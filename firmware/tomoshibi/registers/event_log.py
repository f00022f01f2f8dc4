"""The log of events in flash: a ring of records, each chained to the one before by its hash.

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

_RECORD = const(64)
_SLOTS = const(64)  # of a sector; the first one is the head


class EventLog:
    """`sequence` is the number of the last event; 0 before the first ever."""

    def __init__(self, flash: Flash) -> None:
        self.ring = SectorRing(flash, flash_sector.EVENTS)
        self.sequence = 0
        self.hash = event_log.FIRST_HASH
        self.faults = 0
        self._flash = flash
        self._record = bytearray(_RECORD)
        self._check = bytearray(_RECORD)
        self._info = bytearray(flash_sector.INFO_SIZE)
        self._slot = _SLOTS
        self._found = None
        if self.ring.newest >= 0:
            self._recover()

    def append(self, values) -> bool:
        """Log one event: fields as in wire.event_log.FIELDS, the sequence number overwritten.

        False if the flash did not take it.
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

    def confirm(self) -> None:
        """Make firm what a cut of the supply may have left unsteady: see SectorRing.confirm.

        The end of the chain is programmed once more. What follows it is given up, the place after
        it included: read well one day, it would be a second event of its number.
        """
        found, self._found = self._found, None
        if found is None:
            return
        sector, end, record, clear = found
        self.ring.confirm()
        if end:
            self._flash.writeblocks(sector, record, end * _RECORD)
        nothing = bytes(_RECORD)
        for slot in range(end + 1, min(clear, _SLOTS)):
            self._flash.writeblocks(sector, nothing, slot * _RECORD)

    def _open(self) -> bool:
        put(self._info, 0, 4, self.sequence + 1)
        for i in range(event_log.HASH_SIZE):
            self._info[4 + i] = self.hash[i]
        if not self.ring.open_next(self._info):
            return False
        self._slot = 1
        return True

    def _recover(self) -> None:
        """Follow the chain through the newest sector to its end.

        `_found` is for `confirm`: the sector, the slot of the last record of the chain and its
        bytes as they were read, and the first slot that the supply was not cut in for certain.
        """
        from tomoshibi.wire import event_chain

        in_chain = (event_chain.LINKED, event_chain.AFTER_DAMAGE, event_chain.AFTER_BREAK)
        head, info = self.ring.newest_head, flash_sector.INFO
        first = get(head, info, 4)
        chain = event_chain.Chain(first - 1, bytes(head[info + 4 : info + flash_sector.INFO_SIZE]))
        end, record, clear = 0, b"", 2
        for slot in range(1, _SLOTS):
            self._flash.readblocks(self.ring.newest, self._record, slot * _RECORD)
            kind = chain.take(self._record)
            if kind != event_chain.BLANK:
                clear = slot + 2
            if kind in in_chain:
                end, record = slot, bytes(self._record)
        self._found = self.ring.newest, end, record, clear
        self._slot = clear
        self.sequence, self.hash = chain.sequence, chain.hash
