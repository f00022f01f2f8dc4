"""The registers in flash: a ring of records, of which the newest for each register counts.

Every sector begins with all registers, so the newest is enough to know them; where that was cut off
or hit, the ones before it are read as well. Saving allocates nothing.
"""

from array import array
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.registers.ring import SectorRing
from tomoshibi.wire import flash_sector, registers

if TYPE_CHECKING:
    from tomoshibi.core.flash import Flash

_RECORD = const(64)
_SLOTS = const(64)  # of a sector; the first one is the head
_MOST = const(7)
_AHEAD = const(60)


class Journal:
    """Registers `numbers` (ascending) of a node. Place i in the arrays is register numbers[i].

    whole, rest                 as they run: what the node counts with
    saved_whole, saved_rest     as they stand in flash: what may be shown, as it cannot be lost
    faults                      records that did not read back as written, since power-up
    found                       what the start found at the end, for journal_start.confirm
    """

    def __init__(self, flash: Flash, kind: int, branches: int) -> None:
        self.numbers = registers.numbers(kind, branches)
        count = len(self.numbers)
        zeros = [0] * count
        self.whole = array("i", zeros)
        self.rest = array("i", zeros)
        self.saved_whole = array("i", zeros)
        self.saved_rest = array("i", zeros)
        self.ring = SectorRing(flash, flash_sector.REGISTERS, most=_AHEAD)
        self.faults = 0
        self._flash = flash
        self._info = bytes((kind, branches)) + bytes(flash_sector.INFO_SIZE - 2)
        self._record = bytearray(_RECORD)
        self._check = bytearray(_RECORD)
        self._due = bytearray(count)
        self._places = bytearray(_MOST)
        self._range = range(count)
        # Imported here: it is let go after the start, see node.whole_node.
        from tomoshibi.registers.journal_start import Recovery

        start = Recovery(self.ring, self.numbers, self.saved_whole, self.saved_rest)
        self.whole[:] = self.saved_whole
        self.rest[:] = self.saved_rest
        self.records = start.records
        self.found = start.found
        self._slot = start.slot

    def place(self, number: int) -> int:
        """Where register `number` stands in the arrays. Raises ValueError if the node has none."""
        place = self.numbers.find(bytes((number,)))
        if place < 0:
            raise ValueError(number)
        return place

    def save(self, due: bytes | bytearray) -> bool:
        """Save the registers i with due[i]; True if all are in flash now. Allocates nothing.

        A new sector takes them all. Each record is read back; one that does not agree is written
        again in the next place, until a whole sector has failed. False with `ring.waiting`: there
        is no room until a sector can be erased, and what is not saved runs on.
        """
        for i in self._range:
            self._due[i] = due[i]
        tries = _SLOTS
        while True:
            count = self._fill()
            if not count:
                return True
            if self._slot >= _SLOTS:
                if not self._open():
                    return False
                count = self._fill()
            if self._write(count):
                self._take(count)
            else:
                self.faults += 1
                tries -= 1
                if not tries:
                    return False

    def save_all(self) -> bool:
        """Save every register that has changed. Allocates nothing."""
        due = self._due
        for i in self._range:
            due[i] = 1 if self.changed(i) else 0
        return self.save(due)

    def changed(self, i: int) -> bool:
        """Whether register i runs ahead of what is in flash."""
        return self.whole[i] != self.saved_whole[i] or self.rest[i] != self.saved_rest[i]

    def _open(self) -> bool:
        if not self.ring.open_next(self._info):
            return False
        self._slot = 1
        for i in self._range:
            self._due[i] = 1
        return True

    def _fill(self) -> int:
        """Put up to seven due registers into the record; how many."""
        count = 0
        for i in self._range:
            if self._due[i]:
                entry = self.numbers[i]
                registers.put_entry(self._record, count, entry, self.whole[i], self.rest[i])
                self._places[count] = i
                count += 1
                if count == _MOST:
                    break
        return count

    def _write(self, count: int) -> bool:
        """Write the record in the next place; whether it reads back as it should."""
        self.records = (self.records + 1) & 0xFFFFFF
        registers.seal(self._record, count, self.records, self.ring.crc_start())
        offset = self._slot * _RECORD
        self._slot += 1
        self._flash.writeblocks(self.ring.newest, self._record, offset)
        self._flash.readblocks(self.ring.newest, self._check, offset)
        return self._check == self._record

    def _take(self, count: int) -> None:
        """The record is in flash: what it holds is saved. The running values may be ahead."""
        for i in range(count):
            place = self._places[i]
            self.saved_whole[place] = registers.entry_whole(self._record, i)
            self.saved_rest[place] = registers.entry_rest(self._record, i)
            self._due[place] = 0
