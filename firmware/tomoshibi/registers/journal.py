"""The registers in flash: a ring of records, of which the newest for each register counts.

Every sector begins with all registers, so the newest is enough to know them; where that was cut off
or hit, the ones before it are read as well. A record takes the place it needs; what is behind it in
the buffer is ones, which a program leaves as they are. Saving allocates nothing.
"""

from array import array
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.registers.ring import SectorRing
from tomoshibi.wire import flash_sector, registers

if TYPE_CHECKING:
    from tomoshibi.core.flash import Flash

_TRIES = const(64)
_AHEAD = const(60)
# Of _due: the register is due; all of its whole part is wanted, once; likewise until a new sector
# begins, because it made a jump; it is in the record.
_DUE = const(1)
_EVERY = const(2)
_JUMPED = const(4)
_PUT = const(8)


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
        self._info = bytes((kind, branches, registers.LAYOUT)) + bytes(flash_sector.INFO_SIZE - 3)
        self._record = bytearray(registers.RECORD)
        self._check = bytearray(registers.RECORD)
        self._due = bytearray(count)
        self._range = range(count)
        # Imported here: it is let go after the start, see node.whole_node.
        from tomoshibi.registers.journal_start import Recovery

        start = Recovery(self.ring, self.numbers, self.saved_whole, self.saved_rest)
        self.whole[:] = self.saved_whole
        self.rest[:] = self.saved_rest
        self.records = start.records
        self.found = start.found
        self._at = start.at

    def place(self, number: int) -> int:
        """Where register `number` stands in the arrays. Raises ValueError if the node has none."""
        place = self.numbers.find(bytes((number,)))
        if place < 0:
            raise ValueError(number)
        return place

    def save(self, due: bytes | bytearray) -> bool:
        """Save the registers i with due[i]; True if all are in flash now. Allocates nothing.

        due[i]   1; 3 if all of the register is to be told, not how far it is from the last time

        A new sector takes them all. Each record is read back; one that does not agree is written
        again in the next place, until 64 have failed. False with `ring.waiting`: there
        is no room until a sector can be erased, and what is not saved runs on.
        """
        for i in self._range:
            self._due[i] = self._due[i] & _JUMPED | due[i]
        tries = _TRIES
        while True:
            end = self._fill()
            if end == registers.FIRST_AT:
                return True
            if self._at > flash_sector.SECTOR - registers.RECORD:
                if not self._open():
                    return False
                end = self._fill()
            if self._write(end):
                self._take()
            else:
                self.faults += 1
                tries -= 1
                if not tries:
                    return False

    def save_all(self) -> bool:
        """Save every register that has changed. Allocates nothing."""
        due = self._due
        for i in self._range:
            due[i] = due[i] & _JUMPED | (_DUE if self.changed(i) else 0)
        return self.save(due)

    def changed(self, i: int) -> bool:
        """Whether register i runs ahead of what is in flash."""
        return self.whole[i] != self.saved_whole[i] or self.rest[i] != self.saved_rest[i]

    def _open(self) -> bool:
        if not self.ring.open_next(self._info):
            return False
        self._at = flash_sector.SIZE
        for i in self._range:
            self._due[i] = _DUE | _EVERY
        return True

    def _fill(self) -> int:
        """Put due registers into the record, as many as it takes; where they end."""
        due, record = self._due, self._record
        at, group, head = registers.FIRST_AT, registers.FIRST_GROUP, 0
        room = True
        for i in self._range:
            due[i] &= ~_PUT
            if not due[i] & _DUE or not room:
                continue
            number, whole = self.numbers[i], self.whole[i]
            if registers.far(self.saved_whole[i], whole):
                due[i] |= _JUMPED
            every = due[i] & (_EVERY | _JUMPED)
            size = registers.size_with(number, group, whole, every)
            if at + size > registers.RECORD - registers.CRC_SIZE:
                room = False
                continue
            if number >> 2 != group:
                at = registers.put_group(record, at, group, number)
                group, head = number >> 2, at - 1
            record[head] |= 1 << (number & 3)
            at = registers.put_entry(record, at, number, whole, self.rest[i], every)
            due[i] |= _PUT
        return at

    def _write(self, end: int) -> bool:
        """Write the record behind the last one; whether it reads back as it should."""
        self.records = (self.records + 1) & 0xFF
        registers.seal(self._record, end, self.records, self.ring.crc_start())
        at = self._at
        self._at = at + self._record[0] * registers.GRAIN
        self._flash.writeblocks(self.ring.newest, self._record, at)
        self._flash.readblocks(self.ring.newest, self._check, at)
        return self._check == self._record

    def _take(self) -> None:
        """The record is in flash: what it holds is saved. The running values may be ahead."""
        at, group = registers.FIRST_AT, registers.FIRST_GROUP
        for i in self._range:
            if self._due[i] & _PUT:
                number = self.numbers[i]
                while group != number >> 2:
                    group = group + (self._record[at] >> 4) & 63
                    at += 1
                at = registers.take(self._record, at, number, self.saved_whole, self.saved_rest, i)
                self._due[i] &= _JUMPED
