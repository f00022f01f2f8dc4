"""What the start does with a ring of sectors: makes firm what a cut of the supply may have left."""

from typing import TYPE_CHECKING

from tomoshibi.registers.ring import RETIRED
from tomoshibi.wire import flash_sector
from tomoshibi.wire.flash_bytes import blank

if TYPE_CHECKING:
    from tomoshibi.registers.ring import SectorRing


def confirm(ring: SectorRing) -> None:
    """After a restart: program the newest head once more, as it was read at start.

    What was being programmed when the supply was cut may read well now and not the next time:
    its bits may stand between one and zero. Programming them again makes them firm. A head that
    was begun and did not read well must not do so one day: it is given up.
    """
    if ring.newest >= 0:
        ring.flash.writeblocks(ring.newest, ring.newest_head, 0)
    sector = ring.next_sector()
    sequence = ring.read_head(sector)
    begun = sequence < 0 and not blank(ring.head, 0, flash_sector.MARK_AT)
    if begun or sequence > ring.sequence:
        ring.flash.writeblocks(sector, RETIRED, 0)
