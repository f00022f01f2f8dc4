"""What the start does with the history: finds the last readings, makes firm what a cut left."""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.registers import ring_start
from tomoshibi.registers.history import FIRST, NO_DAY, WRITTEN
from tomoshibi.wire import flash_sector
from tomoshibi.wire import history as records
from tomoshibi.wire.flash_bytes import blank, get

if TYPE_CHECKING:
    from array import array

    from tomoshibi.registers.history import History

_NONE = const(-1)


def latest(history: History, import_wh: array, export_wh: array) -> tuple[int, int] | None:
    """Fill the readings of the last record (-1 no data); its (day, slot), or None.

    That is the last one of the newest sector that has any.
    """
    place = _last_place(history)
    if place is None:
        return None
    sector, slot = place
    for branch in range(history.branches):
        import_wh[branch] = records.reading(history.record, branch, 0)
        export_wh[branch] = records.reading(history.record, branch, 1)
    return history.days[sector], slot


def _last_place(history: History) -> tuple[int, int] | None:
    """(sector, slot) of the last record, which is read; None if there is none."""
    ring = history.ring
    for step in range(ring.count if ring.newest >= 0 else 0):
        sector = (ring.newest - step) % ring.count
        if history.days[sector] == NO_DAY or ring.read_head(sector) < 0:
            continue
        crc, found = flash_sector.crc_start(get(ring.head, 4, 4)), _NONE
        for offset in range(FIRST, history.end + 1, history.size):
            if history.read(sector, offset, crc) >= 0:
                found = offset
        if found >= 0:
            return sector, history.read(sector, found, crc)
    return None


def confirm(history: History) -> None:
    """Make firm what a cut of the supply may have left unsteady: see ring_start.confirm."""
    ring = history.ring
    ring_start.confirm(ring)
    for step in range(WRITTEN if ring.newest >= 0 else 0):
        sector = (ring.newest - step) % ring.count
        if history.days[sector] != NO_DAY:
            sequence = ring.read_head(sector) if step else ring.sequence
            _settle(history, sector, flash_sector.crc_start(sequence))


def _settle(history: History, sector: int, crc: int) -> None:
    """Program the last good record once more, and give up what follows and a place more."""
    size, flash, last = history.size, history.ring.flash, b""
    good, after = FIRST - size, FIRST
    for offset in range(FIRST, history.end + 1, size):
        if history.read(sector, offset, crc) >= 0:
            good, after, last = offset, offset + size, bytes(history.record)
        elif not blank(history.record, 0, size):
            after = offset + size
    if last:
        flash.writeblocks(sector, last, good)
    nothing = bytes(size)
    for offset in range(good + size, min(after, history.end) + 1, size):
        flash.writeblocks(sector, nothing, offset)
