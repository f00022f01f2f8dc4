"""A ring of flash sectors: the oldest is erased ahead of need, the newest is written.

`flash` is a block device as MicroPython has them (`esp32.Partition`): `readblocks` and
`writeblocks` with an offset, `ioctl` 4 for the number of sectors and 6 to erase one. Programming
only turns ones into zeros. Nothing here allocates, except at start.
"""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.wire import flash_sector

if TYPE_CHECKING:
    from collections.abc import Callable

    from tomoshibi.core.flash import Flash

_COUNT = const(4)
_ERASE = const(6)
_NONE = const(-1)
RETIRED = b"\x00\x00"


class SectorRing:
    """The sectors of `flash` that hold `ring` (a letter of wire.flash_sector).

    newest, sequence   the sector being written and its number; -1 and 0 while there is none
    newest_head        its head; the bytes from wire.flash_sector.INFO on are the ring's own
    head               of any sector, as last read
    erases, faults     since power-up: sectors erased; heads that did not read back as written
    """

    def __init__(
        self,
        flash: Flash,
        ring: int,
        seen: Callable[[int, bytearray], None] | None = None,
        trusting: bool = True,
    ) -> None:
        """`seen(sector, head)` is called for each sector that holds something, in any order.

        trusting   whether a sector that looks ready at start is. The supply may have been cut when
                   its head was begun: that is harmless if the next try writes the same head
        """
        self.flash = flash
        self.count = flash.ioctl(_COUNT, 0)
        if self.count < 3:
            raise ValueError("a ring has three sectors at least")
        self.head = bytearray(flash_sector.SIZE)
        self.newest_head = bytearray(flash_sector.SIZE)
        self.erases = self.faults = 0
        self._ring = ring
        self._prepared = _NONE
        self._trusting = trusting
        self._find(seen)

    def _find(self, seen: Callable[[int, bytearray], None] | None) -> None:
        self.newest, self.sequence = _NONE, 0
        for sector in range(self.count):
            sequence = self.read_head(sector)
            if sequence >= 0 and seen:
                seen(sector, self.head)
            if sequence > self.sequence:
                self._make_newest(sector, sequence)

    def _make_newest(self, sector: int, sequence: int) -> None:
        """The sector whose head was read last is the newest."""
        self.newest, self.sequence = sector, sequence
        for i in range(flash_sector.SIZE):
            self.newest_head[i] = self.head[i]

    def read_head(self, sector: int) -> int:
        """Read the head of a sector into `head`; its sequence number, -1 if it holds nothing."""
        self.flash.readblocks(sector, self.head, 0)
        return flash_sector.sequence_of(self.head, self._ring)

    def next_sector(self) -> int:
        """The sector that will be opened next: after the newest, around the ring."""
        return (self.newest + 1) % self.count

    def prepared(self) -> bool:
        """Whether the next sector is known to be ready, so that opening it needs no erase."""
        return self._prepared == self.next_sector()

    def prepare(self) -> bool:
        """See that the next sector is ready; True if it had to be erased, which takes long.

        What it holds is given up first, in one write that cannot be half done: a sector that is
        half erased must not pass for the oldest one.
        """
        sector = self.next_sector()
        if self._prepared == sector:
            return False
        self.flash.readblocks(sector, self.head, 0)
        erase = not (self._trusting and flash_sector.ready(self.head))
        if erase:
            self.flash.writeblocks(sector, RETIRED, 0)
            self.flash.ioctl(_ERASE, sector)
            self.flash.writeblocks(sector, flash_sector.MARK, flash_sector.MARK_AT)
            self.erases += 1
        self._prepared = sector
        self._trusting = True
        return erase

    def open_next(self, info: bytes | bytearray) -> bool:
        """Make the next sector the newest, with these 20 bytes in its head.

        One whose head does not read back is passed over; False if that is all of them.
        """
        for _ in range(self.count):
            self.prepare()
            sector = self.newest = self.next_sector()
            self._prepared = _NONE
            for i in range(flash_sector.INFO_SIZE):
                self.head[flash_sector.INFO + i] = info[i]
            flash_sector.seal(self.head, self._ring, self.sequence + 1)
            self.flash.writeblocks(sector, self.head, 0)
            if self.read_head(sector) == self.sequence + 1:
                self._make_newest(sector, self.sequence + 1)
                return True
            self.faults += 1
        return False

    def crc_start(self) -> int:
        """Where the check of a record in the newest sector starts."""
        return flash_sector.crc_start(self.sequence)
