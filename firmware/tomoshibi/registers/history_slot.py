"""The readings of a half hour that came twice. Imported for that and let go."""

from typing import TYPE_CHECKING

from tomoshibi.core.calendar import HELD, NEVER_SET, SYNCHRONISED
from tomoshibi.registers.history import FIRST
from tomoshibi.wire import flash_sector
from tomoshibi.wire import history as records

if TYPE_CHECKING:
    from array import array

    from tomoshibi.registers.history import History


def fill(history: History, day: int, slot: int, import_wh: array, export_wh: array) -> None:
    """Fill the readings (Wh, -1 no data) that count of a local half hour, as `read_day` has them.

    A reading with the best clock counts, and of those the first.
    """
    for branch in range(history.branches):
        import_wh[branch] = export_wh[branch] = records.NONE
    for quality in (SYNCHRONISED, HELD, NEVER_SET):
        _fill(history, day, slot, quality, import_wh, export_wh)


def _fill(
    history: History, day: int, slot: int, quality: int, import_wh: array, export_wh: array
) -> None:
    """Fill what is missing from the records with a clock of this quality, the oldest first."""
    ring = history.ring
    for step in range(1, ring.count + 1):
        sector = (ring.newest + step) % ring.count
        sequence = ring.read_head(sector) if history.days[sector] == day else records.NONE
        if sequence < 0:
            continue
        crc = flash_sector.crc_start(sequence)
        for offset in range(FIRST, history.end + 1, history.size):
            if history.read(sector, offset, crc) != slot or history.record[1] != quality:
                continue
            for branch in range(history.branches):
                if import_wh[branch] < 0:
                    import_wh[branch] = records.reading(history.record, branch, 0)
                if export_wh[branch] < 0:
                    export_wh[branch] = records.reading(history.record, branch, 1)
