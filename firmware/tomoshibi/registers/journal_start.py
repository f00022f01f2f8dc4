"""What the start does with the registers in flash: reads them, and makes firm what a cut left.

Needed at start only; see core.modules.
"""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.registers import ring_start
from tomoshibi.wire import flash_sector, register_reader, registers
from tomoshibi.wire.flash_bytes import blank

if TYPE_CHECKING:
    from array import array

    from tomoshibi.registers.journal import Journal
    from tomoshibi.registers.ring import SectorRing

_UNKNOWN = const(255)
# Until the grid has held for 300 s after a start nothing may be erased: these last for so long.
_IN_HAND = const(6)


class Recovery:
    """Reads sectors from the newest back, until all of each of `numbers` has been met.

    whole, rest   arrays for what is found
    at            the first byte to write to in the newest sector
    records       the number of the last record
    found         for `confirm`: the newest sector, where its last good record ends, and `at`; None
                  if there is no sector
    """

    def __init__(self, ring: SectorRing, numbers: bytes, whole: array, rest: array) -> None:
        self.at = flash_sector.SECTOR
        self.records = 0
        self.found: tuple[int, int, int] | None = None
        self._ring = ring
        self._whole = whole
        self._rest = rest
        self._record = bytearray(registers.RECORD)
        self._met = bytearray(len(numbers))
        self._place_of = bytearray(b"\xff" * (registers.LAST + 1))
        for i, number in enumerate(numbers):
            self._place_of[number] = i
        self._numbered = False
        if ring.newest >= 0:
            self._read()

    def _read(self) -> None:
        """Back to where all have been met; if that is not the newest, forward again from there.

        What is told by its lowest byte counts on from what an older sector has.
        """
        good, end = self._read_sector(0)
        # The cut may have come into one place more without a trace.
        self.at = min(end + registers.RECORD, flash_sector.SECTOR)
        self.found = self._ring.newest, good, self.at
        back = 0
        while not min(self._met) and back < self._ring.count - 1:
            back += 1
            self._read_sector(back)
        for step in range(back - 1, -1, -1):
            self._read_sector(step)

    def _read_sector(self, back: int) -> tuple[int, int]:
        """Take the values of the sector that is so many before the newest.

        Where its last good record ends, and where all does that is not blank.
        """
        ring = self._ring
        sector = (ring.newest - back) % ring.count
        sequence = ring.read_head(sector) if back else ring.sequence
        good = end = at = flash_sector.SIZE
        if sequence < 0:
            return good, end
        crc = flash_sector.crc_start(sequence)
        record, number = self._record, -1
        while at < flash_sector.SECTOR:
            self._look(sector, at)
            size = register_reader.size_of(record, crc)
            if size:
                register_reader.entries(record, self._take)
                number = register_reader.number_of(record)
                at += size
                good = end = at
            elif blank(record, 0, registers.RECORD):
                at += registers.RECORD
            else:
                at += registers.GRAIN
                if not blank(record, 0, registers.GRAIN):
                    end = at
        if number >= 0 and not self._numbered:
            self.records, self._numbered = number, True
        return good, end

    def _look(self, sector: int, at: int) -> None:
        """Read what stands at `at`; behind the end of the sector, ones."""
        record, start = self._record, min(at, flash_sector.SECTOR - registers.RECORD)
        self._ring.flash.readblocks(sector, record, start)
        short = at - start
        if short:
            for i in range(registers.RECORD):
                record[i] = record[i + short] if i + short < registers.RECORD else 0xFF

    def _take(self, number: int, whole: int, rest: int, every: bool) -> None:
        place = self._place_of[number] if number <= registers.LAST else _UNKNOWN
        if place == _UNKNOWN:
            return
        if every:
            self._met[place] = 1
        elif self._met[place]:
            whole = registers.resolve(self._whole[place], whole)
        else:
            return  # there is nothing yet to count on from
        self._whole[place], self._rest[place] = whole, rest


def confirm(journal: Journal) -> None:
    """Save all of every register again, as after a restart: see ring_start.confirm.

    What follows the last good record is given up first, the place after it included. Sectors are
    erased if those in hand may not last until the next erase.
    """
    found, journal.found = journal.found, None
    if found is not None:
        sector, good, clear = found
        ring = journal.ring
        ring_start.confirm(ring)
        for at in range(good, clear, registers.RECORD):
            ring.flash.writeblocks(sector, bytes(min(registers.RECORD, clear - at)), at)
    journal.save(b"\x03" * len(journal.numbers))
    while journal.ring.ahead < min(_IN_HAND, journal.ring.most):
        journal.ring.prepare()
