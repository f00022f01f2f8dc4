"""The registers in flash: a ring of records, of which the newest for each register counts.

Every sector begins with all registers, so the newest is enough to know them; where that was cut off
or hit, the ones before it are read as well. Saving allocates nothing.
"""

from array import array
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.registers.ring import SectorRing
from tomoshibi.wire import flash_sector, registers
from tomoshibi.wire.flash_bytes import blank

if TYPE_CHECKING:
    from tomoshibi.core.flash import Flash

_RECORD = const(64)
_SLOTS = const(64)  # of a sector; the first one is the head
_MOST = const(7)
_UNKNOWN = const(255)


class Journal:
    """Registers `numbers` (ascending) of a node. Place i in the arrays is register numbers[i].

    whole, rest                 as they run: what the node counts with
    saved_whole, saved_rest     as they stand in flash: what may be shown, as it cannot be lost
    faults                      records that did not read back as written, since power-up
    """

    def __init__(self, flash: Flash, kind: int, branches: int) -> None:
        self.numbers = registers.numbers(kind, branches)
        count = len(self.numbers)
        zeros = [0] * count
        self.whole = array("i", zeros)
        self.rest = array("i", zeros)
        self.saved_whole = array("i", zeros)
        self.saved_rest = array("i", zeros)
        self.ring = SectorRing(flash, flash_sector.REGISTERS)
        self.faults = 0
        self.records = 0
        self._flash = flash
        self._info = bytes((kind, branches)) + bytes(flash_sector.INFO_SIZE - 2)
        self._record = bytearray(_RECORD)
        self._check = bytearray(_RECORD)
        self._due = bytearray(count)
        self._places = bytearray(_MOST)
        self._range = range(count)
        self._slot = _SLOTS
        self._found = None
        self._recover()

    def place(self, number: int) -> int:
        """Where register `number` stands in the arrays. Raises ValueError if the node has none."""
        place = self.numbers.find(bytes((number,)))
        if place < 0:
            raise ValueError(number)
        return place

    def save(self, due: bytearray) -> bool:
        """Save the registers i with due[i]; True if all are in flash now. Allocates nothing.

        A new sector takes them all. Each record is read back; one that does not agree is written
        again in the next place, until a whole sector has failed.
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

    def confirm(self) -> None:
        """Save every register again, as after a restart: see SectorRing.confirm.

        What follows the last good record is given up first, the place after it included.
        """
        found, self._found = self._found, None
        if found is not None:
            sector, good, clear = found
            self.ring.confirm()
            nothing = bytes(_RECORD)
            for slot in range(good + 1, min(clear, _SLOTS)):
                self._flash.writeblocks(sector, nothing, slot * _RECORD)
        for i in self._range:
            self._due[i] = 1
        self.save(self._due)

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

    def _recover(self) -> None:
        """Read sectors from the newest back, until every register has been met.

        `_found` is for `confirm`: the newest sector, the slot of its last good record, and the
        first slot that the supply was not cut in for certain.
        """
        place_of = bytearray(b"\xff" * (registers.LAST + 1))
        for i in self._range:
            place_of[self.numbers[i]] = i
        ring, numbered = self.ring, False
        for step in range(ring.count if ring.newest >= 0 else 0):
            sector = (ring.newest - step) % ring.count
            sequence = ring.read_head(sector) if step else ring.sequence
            if sequence < 0:
                continue
            good, end = self._read_sector(sector, sequence, place_of)
            if not step:
                self._slot = end + 1
                self._found = sector, good, end + 1
            if good and not numbered:
                # Past the end of the count the last is the lowest: it is not the highest we want.
                self._flash.readblocks(sector, self._record, good * _RECORD)
                self.records, numbered = registers.number_of(self._record), True
            if not self._forget_met(place_of):
                break
        for i in self._range:
            self.whole[i] = self.saved_whole[i]
            self.rest[i] = self.saved_rest[i]

    def _read_sector(self, sector: int, sequence: int, place_of: bytearray) -> tuple[int, int]:
        """Take the values of a sector's records.

        The slot of the last good one, and the first one after all that is not blank.
        """
        crc = flash_sector.crc_start(sequence)
        good, end = 0, 1
        for slot in range(1, _SLOTS):
            self._flash.readblocks(sector, self._record, slot * _RECORD)
            count = registers.count_of(self._record, crc)
            if count > 0:
                self._take_entries(count, place_of)
                good = slot
            if count > 0 or not blank(self._record, 0, _RECORD):
                end = slot + 1
        return good, end

    def _take_entries(self, count: int, place_of: bytearray) -> None:
        for i in range(count):
            number = registers.entry_number(self._record, i)
            place = place_of[number] if number <= registers.LAST else _UNKNOWN
            if place != _UNKNOWN:
                self.saved_whole[place] = registers.entry_whole(self._record, i)
                self.saved_rest[place] = registers.entry_rest(self._record, i)
                self._due[place] = 1

    def _forget_met(self, place_of: bytearray) -> bool:
        """Older sectors have nothing to say of the registers just met; whether any are left."""
        left = False
        for i in self._range:
            if self._due[i]:
                place_of[self.numbers[i]] = _UNKNOWN
            else:
                left = True
        return left
