"""What the start does with the registers in flash: reads them, and makes firm what a cut left.

Needed at start only; see core.modules.
"""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.registers import ring_start
from tomoshibi.wire import flash_sector, registers
from tomoshibi.wire.flash_bytes import blank

if TYPE_CHECKING:
    from array import array

    from tomoshibi.registers.journal import Journal
    from tomoshibi.registers.ring import SectorRing

_RECORD = const(64)
_SLOTS = const(64)  # of a sector; the first one is the head
_UNKNOWN = const(255)
# Until the grid has held for 300 s after a start nothing may be erased: these last for so long.
_IN_HAND = const(6)


class Recovery:
    """Reads sectors from the newest back, until each of `numbers` has been met.

    whole, rest   arrays for what is found
    slot          the first one to write to in the newest sector
    records       the number of the last record
    found         for `confirm`: the newest sector, the slot of its last good record, and the first
                  slot that the supply was not cut in for certain; None if there is no sector
    """

    def __init__(self, ring: SectorRing, numbers: bytes, whole: array, rest: array) -> None:
        self.slot = _SLOTS
        self.records = 0
        self.found: tuple[int, int, int] | None = None
        self._ring = ring
        self._whole = whole
        self._rest = rest
        self._record = bytearray(_RECORD)
        self._met = bytearray(len(numbers))
        self._place_of = bytearray(b"\xff" * (registers.LAST + 1))
        for i, number in enumerate(numbers):
            self._place_of[number] = i
        self._numbers = numbers
        self._read()

    def _read(self) -> None:
        ring, numbered = self._ring, False
        for step in range(ring.count if ring.newest >= 0 else 0):
            sector = (ring.newest - step) % ring.count
            sequence = ring.read_head(sector) if step else ring.sequence
            if sequence < 0:
                continue
            good, end = self._read_sector(sector, sequence)
            if not step:
                self.slot = end + 1
                self.found = sector, good, end + 1
            if good and not numbered:
                # Past the end of the count the last is the lowest: it is not the highest we want.
                ring.flash.readblocks(sector, self._record, good * _RECORD)
                self.records, numbered = registers.number_of(self._record), True
            if not self._forget_met():
                break

    def _read_sector(self, sector: int, sequence: int) -> tuple[int, int]:
        """Take the values of a sector's records.

        The slot of the last good one, and the first one after all that is not blank.
        """
        crc = flash_sector.crc_start(sequence)
        good, end = 0, 1
        for slot in range(1, _SLOTS):
            self._ring.flash.readblocks(sector, self._record, slot * _RECORD)
            count = registers.count_of(self._record, crc)
            if count > 0:
                self._take_entries(count)
                good = slot
            if count > 0 or not blank(self._record, 0, _RECORD):
                end = slot + 1
        return good, end

    def _take_entries(self, count: int) -> None:
        for i in range(count):
            number = registers.entry_number(self._record, i)
            place = self._place_of[number] if number <= registers.LAST else _UNKNOWN
            if place != _UNKNOWN:
                self._whole[place] = registers.entry_whole(self._record, i)
                self._rest[place] = registers.entry_rest(self._record, i)
                self._met[place] = 1

    def _forget_met(self) -> bool:
        """Older sectors have nothing to say of the registers just met; whether any are left."""
        left = False
        for i, number in enumerate(self._numbers):
            if self._met[i]:
                self._place_of[number] = _UNKNOWN
            else:
                left = True
        return left


def confirm(journal: Journal) -> None:
    """Save every register again, as after a restart: see ring_start.confirm.

    What follows the last good record is given up first, the place after it included. Sectors are
    erased if those in hand may not last until the next erase.
    """
    found, journal.found = journal.found, None
    if found is not None:
        sector, good, clear = found
        ring = journal.ring
        ring_start.confirm(ring)
        nothing = bytes(_RECORD)
        for slot in range(good + 1, min(clear, _SLOTS)):
            ring.flash.writeblocks(sector, nothing, slot * _RECORD)
    journal.save(b"\x01" * len(journal.numbers))
    while journal.ring.ahead < min(_IN_HAND, journal.ring.most):
        journal.ring.prepare()
