"""A ring of flash sectors: the oldest are erased ahead of need, the newest is written.

`flash` is a block device as MicroPython has them (`esp32.Partition`): `readblocks` and
`writeblocks` with an offset, `ioctl` 4 for the number of sectors and 6 to erase one. Programming
only turns ones into zeros. Nothing here allocates, except at start.
"""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.wire import flash_sector

if TYPE_CHECKING:
    from collections.abc import Callable

    from tomoshibi.core.flash import Flash, Window

_COUNT = const(4)
_ERASE = const(6)
_NONE = const(-1)
# So many written sectors stay, however many could be erased ahead: what the newest lacks through
# damage is found in the ones before it.
_KEPT = const(4)
RETIRED = b"\x00\x00"


class SectorRing:
    """The sectors of `flash` that hold `ring` (a letter of wire.flash_sector).

    newest, sequence   the sector being written and its number; -1 and 0 while there is none
    newest_head        its head; the bytes from wire.flash_sector.INFO on are the ring's own
    head               of any sector, as last read
    ahead, most        erased sectors in hand, as far as they are known; how many there are to be
    window             is asked before each erase, told after; None, as at start: nobody needs to be
    waiting            a sector was to be opened, none was in hand, and the window was not open
    erases, faults     since power-up: sectors erased; heads that did not read back as written
    """

    def __init__(
        self,
        flash: Flash,
        ring: int,
        seen: Callable[[int, bytearray], None] | None = None,
        trusting: bool = True,
        most: int = 1,
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
        self.ahead = 0
        self.most = max(1, min(most, self.count - _KEPT))
        self.window: Window | None = None
        self.waiting = False
        self._ring = ring
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

    def prepare(self) -> bool:
        """See that one sector more is ready, up to `most`; True if it had to be erased.

        What it holds is given up first, in one write that cannot be half done: a sector that is
        half erased must not pass for the oldest one.
        """
        if self.ahead >= self.most:
            return False
        sector = (self.newest + 1 + self.ahead) % self.count
        self.flash.readblocks(sector, self.head, 0)
        erase = not (self._trusting and flash_sector.ready(self.head))
        if erase:
            if self.window and not self.window.grant():
                return False
            self.flash.writeblocks(sector, RETIRED, 0)
            self.flash.ioctl(_ERASE, sector)
            self.flash.writeblocks(sector, flash_sector.MARK, flash_sector.MARK_AT)
            self.erases += 1
            if self.window:
                self.window.settle()
        self.ahead += 1
        self.waiting = False
        self._trusting = True
        return erase

    def open_next(self, info: bytes | bytearray) -> bool:
        """Make the next sector the newest, with these 20 bytes in its head.

        One whose head does not read back is passed over; False if that is all of them, or if
        none is in hand and none can be erased now: `waiting`.
        """
        for _ in range(self.count):
            if not self.ahead:
                self.prepare()
            if not self.ahead:
                self.waiting = True
                return False
            sector = self.newest = self.next_sector()
            self.ahead -= 1
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
