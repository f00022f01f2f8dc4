"""What the start does with the event log: finds its end, and makes firm what a cut left there."""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.registers import ring_start
from tomoshibi.wire import event_chain, flash_sector
from tomoshibi.wire.flash_bytes import get

if TYPE_CHECKING:
    from tomoshibi.registers.event_log import EventLog
    from tomoshibi.registers.ring import SectorRing

_RECORD = const(64)
_SLOTS = const(64)  # of a sector; the first one is the head


def follow(ring: SectorRing) -> tuple[event_chain.Chain, tuple[int, int, bytes, int]]:
    """Follow the chain through the newest sector to its end.

    Besides the chain, for `confirm`: the sector, the slot of the last record of the chain and its
    bytes as they were read, and the first slot that the supply was not cut in for certain.
    """
    in_chain = (event_chain.LINKED, event_chain.AFTER_DAMAGE, event_chain.AFTER_BREAK)
    head, info, sector = ring.newest_head, flash_sector.INFO, ring.newest
    first = get(head, info, 4)
    chain = event_chain.Chain(first - 1, bytes(head[info + 4 : info + flash_sector.INFO_SIZE]))
    end, last, clear, record = 0, b"", 2, bytearray(_RECORD)
    for slot in range(1, _SLOTS):
        ring.flash.readblocks(sector, record, slot * _RECORD)
        kind = chain.take(record)
        if kind != event_chain.BLANK:
            clear = slot + 2
        if kind in in_chain:
            end, last = slot, bytes(record)
    return chain, (sector, end, last, clear)


def confirm(log: EventLog) -> None:
    """Make firm what a cut of the supply may have left unsteady: see ring_start.confirm.

    The end of the chain is programmed once more. What follows it is given up, the place after
    it included: read well one day, it would be a second event of its number. A full sector
    needs the next one before anything else may be erased.
    """
    found, log.found = log.found, None
    if found is None:
        if log.ring.newest < 0:
            log.ring.prepare()
        return
    sector, end, record, clear = found
    flash = log.ring.flash
    ring_start.confirm(log.ring)
    if end:
        flash.writeblocks(sector, record, end * _RECORD)
    nothing = bytes(_RECORD)
    for slot in range(end + 1, min(clear, _SLOTS)):
        flash.writeblocks(sector, nothing, slot * _RECORD)
    if clear >= _SLOTS:
        log.ring.prepare()
