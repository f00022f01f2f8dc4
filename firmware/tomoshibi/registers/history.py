"""Counter readings at :00 and :30 local time, a sector a day, for more than a hundred days.

Nodes of ten branches and more need two sectors a day, and keep half as many days.

Days are found by their number in the sectors' heads, not by place: a clock that is wrong by years
takes a sector for its day and hides nothing. The oldest sector in the order of opening goes when
room is needed, whatever day it claims to be. Appending allocates nothing.
"""

from array import array
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.errors import FlashFailed
from tomoshibi.registers.ring import SectorRing
from tomoshibi.wire import flash_sector, history
from tomoshibi.wire.flash_bytes import blank, get, put

if TYPE_CHECKING:
    from tomoshibi.core.flash import Flash

_SLOTS = const(48)
_NONE = const(-1)
FIRST = const(32)  # behind the head
_COUNT = const(4)
NO_DAY = const(0xFFFF)
_TRIES = const(64)
# Two midnights; with ten branches and more, one.
_AHEAD = const(2)
# How many of the newest sectors are written. A clock that goes back further opens a new one, so
# that there are no others in which a cut may have left something.
WRITTEN = const(2)


class History:
    """Readings of `branches` branches. `faults` counts records that did not read back.

    days        day of each sector, or NO_DAY, so that looking for one reads no other
    size, end   of a record; the last place of one in a sector
    record      the last one read or written
    """

    def __init__(self, flash: Flash, branches: int) -> None:
        if branches > history.BRANCHES_MOST:
            raise ValueError("too many branches")
        self.branches = branches
        self.days = array("H", (NO_DAY for _ in range(flash.ioctl(_COUNT, 0))))
        # The next try to begin a sector may come on another day, with another head.
        self.ring = SectorRing(flash, flash_sector.HISTORY, self._note_day, False, _AHEAD)
        self.faults = 0
        self._flash = flash
        self.size = history.size(branches)
        self.end = flash_sector.SECTOR - self.size
        self.record = bytearray(self.size)
        self._check = bytearray(self.size)
        self._info = bytearray(flash_sector.INFO_SIZE)
        self._best = bytearray(_SLOTS)
        # Where the next record goes, and the start of its check.
        self._sector, self._crc, self._offset = _NONE, 0, 0

    def append(
        self, day: int, slot: int, quality: int, boot: int, import_wh: array, export_wh: array
    ) -> bool:
        """Record readings (Wh, -1 no data) of all branches; True if they are in flash.

        False if the slot keeps what it has, or there is no room: `ring.waiting`.

        day, slot   local; the rule for a slot that has a reading is wire.history.better

        Raises FlashFailed if the flash did not take them.
        """
        for branch in range(self.branches):
            history.put_reading(self.record, branch, 0, import_wh[branch])
            history.put_reading(self.record, branch, 1, export_wh[branch])
        # The readings wait in the other buffer while the sectors are looked through.
        for i in range(self.size):
            self._check[i] = self.record[i]
        if not self._find_place(day, slot, quality):
            return False
        record = self.record
        for i in range(self.size):
            record[i] = self._check[i]
        for _ in range(_TRIES):
            if self._offset > self.end and not self._open(day):
                return False
            history.seal(record, self.branches, slot, quality, boot & 0xFFFF, self._crc)
            if self._write(record):
                return True
        raise FlashFailed("history")

    def read_day(self, day: int, branch: int, direction: int, readings: array) -> int:
        """Fill 48 `readings` (Wh, -1 no data) of a local day; how many there are.

        branch 0 …; direction 0 import, 1 export.
        """
        best = self._best
        for slot in range(_SLOTS):
            readings[slot] = _NONE
            best[slot] = 0
        count = 0
        for step in range(1, self.ring.count + 1):
            # From the oldest to the newest, so that between equals the first stays.
            sector = (self.ring.newest + step) % self.ring.count
            sequence = self._sequence_of_day(sector, day)
            if sequence < 0:
                continue
            crc, offset = flash_sector.crc_start(sequence), FIRST
            while offset <= self.end:
                slot = self.read(sector, offset, crc)
                offset += self.size
                if slot < 0 or not history.better(self.record[1] + 1, best[slot]):
                    continue
                wh = history.reading(self.record, branch, direction)
                if wh >= 0:  # no data takes the place of nothing
                    count += readings[slot] < 0
                    best[slot] = self.record[1] + 1
                    readings[slot] = wh
        return count

    def _write(self, record: bytearray) -> bool:
        """Write the record at the place found, and go on to the next; whether it reads back."""
        offset = self._offset
        self._offset += self.size
        self._flash.writeblocks(self._sector, record, offset)
        self._flash.readblocks(self._sector, self._check, offset)
        if self._check == record:
            return True
        self.faults += 1
        return False

    def _find_place(self, day: int, slot: int, quality: int) -> bool:
        """Find where a new record goes, opening a sector if need be; False if it is not wanted."""
        ring = self.ring
        self._sector = _NONE
        for step in range(1, ring.count + 1):
            sector = (ring.newest + step) % ring.count
            sequence = self._sequence_of_day(sector, day)
            if sequence < 0:
                continue
            crc = flash_sector.crc_start(sequence)
            offset = self._free(sector, crc, slot, quality)
            if offset < 0:
                return False
            if offset <= self.end and step > ring.count - WRITTEN:
                self._sector, self._crc, self._offset = sector, crc, offset
        return self._sector >= 0 or self._open(day)

    def _open(self, day: int) -> bool:
        """Open a sector for a day; False if there is none until one can be erased."""
        ring = self.ring
        put(self._info, 0, 2, day)
        self._info[2] = self.branches
        if not ring.open_next(self._info):
            if ring.waiting:
                return False
            raise FlashFailed("history")
        self.days[ring.newest] = day
        self._sector, self._crc, self._offset = ring.newest, ring.crc_start(), FIRST
        return True

    def _free(self, sector: int, crc: int, slot: int, quality: int) -> int:
        """Where the next record of a sector goes; -1 if it has one for `slot` that stays."""
        free = offset = FIRST
        while offset <= self.end:
            taken = self.read(sector, offset, crc)
            if taken == slot and not history.better(quality, self.record[1]):
                return _NONE
            offset += self.size
            if taken >= 0 or not blank(self.record, 0, self.size):
                free = offset
        return free

    def _note_day(self, sector: int, head: bytearray) -> None:
        """Take it down if the records are of as many branches as ours."""
        if head[flash_sector.INFO + 2] == self.branches:
            self.days[sector] = get(head, flash_sector.INFO, 2)

    def _sequence_of_day(self, sector: int, day: int) -> int:
        """The sequence number of a sector that holds our records of `day`, or -1."""
        return self.ring.read_head(sector) if self.days[sector] == day else _NONE

    def read(self, sector: int, offset: int, crc: int) -> int:
        """Read a record; its slot, or -1."""
        self._flash.readblocks(sector, self.record, offset)
        return history.slot_of(self.record, self.branches, crc)
