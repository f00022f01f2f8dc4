"""Half-hour readings in flash, by the rules of the firmware's `registers.history`.

Layout and the rule of which reading counts: `wire.history`. Days are since 2000-01-01, local.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from tomo.image.ring import TORN_MOST, Ring, Sector
from tomo.image.source import FlashSource
from tomoshibi.wire import flash_sector, history
from tomoshibi.wire.flash_bytes import blank, get, given_up

LABEL = "history"
WRAP_WH = 100_000_000
_BOOTS = 1 << 16  # boots are numbered up to here, and then from 0 again
# A counter that gained more than this between two readings has run backwards instead.
FORWARDS_WH = WRAP_WH // 2


@dataclass(frozen=True)
class Record:
    """readings   (import, export) by branch, Wh; None: no data
    written    sector's sequence number and offset: the order of writing
    """

    slot: int
    quality: int
    boot: int
    readings: tuple[tuple[int | None, int | None], ...]
    written: tuple[int, int]


@dataclass
class Day:
    """What counts of a day, by slot."""

    day: int
    branches: int
    records: dict[int, Record] = field(default_factory=dict)

    def reading(self, slot: int, branch: int) -> tuple[int | None, int | None]:
        """(import, export) of branch 1 …, Wh; None: no data."""
        record = self.records.get(slot)
        return record.readings[branch - 1] if record else (None, None)


@dataclass
class Condition:
    """damaged, torn   (sector, offset) of what is no record; torn ones were cut off in writing
    replaced        records that a better one, or one that came first, stands in for
    backwards       (day, slot, branch, direction) of readings below the one before
    foreign         places of sectors with another number of branches than the newest
    """

    days: int = 0
    records: int = 0
    replaced: int = 0
    damaged: list[tuple[int, int]] = field(default_factory=list)
    torn: list[tuple[int, int]] = field(default_factory=list)
    backwards: list[tuple[int, int, int, int]] = field(default_factory=list)
    foreign: list[int] = field(default_factory=list)


def open_ring(source: FlashSource) -> Ring:
    return Ring(source, LABEL, flash_sector.HISTORY)


def branches_of(ring: Ring) -> int:
    """How many the node has now; 0 if there is no history."""
    return _branches(ring.newest) if ring.newest else 0


def days_of(ring: Ring) -> list[int]:
    """Days that there are, in the order of the calendar."""
    return sorted({_day(sector) for sector in _ours(ring)})


def read_days(ring: Ring, wanted: list[int]) -> dict[int, Day]:
    """These days, as far as there are any; reads no others."""
    branches = branches_of(ring)
    sectors = [sector for sector in _ours(ring) if _day(sector) in wanted]
    days: dict[int, Day] = {}
    for sector, data in zip(sectors, ring.read(sectors), strict=True):
        day = days.setdefault(_day(sector), Day(_day(sector), branches))
        for _, record in _records(data, sector, branches):
            if record is not None:
                _take(day, record)
    return dict(sorted(days.items()))


def difference(before_wh: int | None, after_wh: int | None) -> int | None:
    """What a counter gained, Wh; it wraps as the display does."""
    if before_wh is None or after_wh is None:
        return None
    return (after_wh - before_wh) % WRAP_WH


def date_of(day: int) -> date:
    """The calendar's date of a day number."""
    return date(2000, 1, 1) + timedelta(days=day)


def clock(slot: int) -> str:
    """When a slot begins, local time."""
    hour, half = divmod(slot, 2)
    return f"{hour:02}:{half * 30:02}"


def survey(ring: Ring) -> Condition:
    """Look at every record of every day."""
    branches = branches_of(ring)
    ours = _ours(ring)
    condition = Condition(foreign=[s.place for s in ring.in_order if s not in ours])
    days: dict[int, Day] = {}
    boot: int | None = None
    bad: list[tuple[int, int]] = []
    for sector, data in zip(ours, ring.read(ours), strict=True):
        day = days.setdefault(_day(sector), Day(_day(sector), branches))
        for offset, record in _records(data, sector, branches):
            if record is None:
                bad.append((sector.place, offset))
                continue
            condition.records += 1
            condition.replaced += record.slot in day.records
            _take(day, record)
            # A cut of the supply ends a boot; what is no record in the middle of one was whole.
            cuts = TORN_MOST if boot is None else min(TORN_MOST, (record.boot - boot) % _BOOTS)
            (condition.torn if len(bad) <= cuts else condition.damaged).extend(bad)
            boot, bad = record.boot, []
    (condition.torn if len(bad) <= TORN_MOST else condition.damaged).extend(bad)
    condition.days = len(days)
    condition.backwards = list(_backwards(days))
    return condition


def good_records(data: bytes, sector: Sector) -> int:
    """How many records in a sector's bytes pass the check of `sector`, whatever its branches."""
    return max(
        sum(record is not None for _, record in _records(data, sector, branches))
        for branches in range(1, history.BRANCHES_MOST + 1)
    )


def _backwards(days: dict[int, Day]) -> Iterator[tuple[int, int, int, int]]:
    """Where a reading is lower than the one before, where clock and writing agree on "before"."""
    last: dict[tuple[int, int], tuple[int, tuple[int, int]]] = {}
    for _, day in sorted(days.items()):
        for slot, record in sorted(day.records.items()):
            for branch, pair in enumerate(record.readings, 1):
                for direction, wh in enumerate(pair):
                    if wh is None:
                        continue
                    before = last.get((branch, direction))
                    if before and before[1] < record.written:
                        if (wh - before[0]) % WRAP_WH > FORWARDS_WH:
                            yield day.day, slot, branch, direction
                    last[branch, direction] = wh, record.written


def _take(day: Day, record: Record) -> None:
    before = day.records.get(record.slot)
    if before is None:
        day.records[record.slot] = record
        return
    better = history.better(record.quality, before.quality)
    readings = tuple(
        (_counting(was[0], now[0], better), _counting(was[1], now[1], better))
        for was, now in zip(before.readings, record.readings, strict=True)
    )
    day.records[record.slot] = replace(record if better else before, readings=readings)


def _counting(was: int | None, now: int | None, better: bool) -> int | None:
    """Of two readings of a branch the one that counts; no data takes the place of nothing."""
    return now if was is None or (better and now is not None) else was


def _ours(ring: Ring) -> list[Sector]:
    """Sectors with as many branches as the newest; the firmware reads no others, either."""
    branches = branches_of(ring)
    if not 0 < branches <= history.BRANCHES_MOST:
        return []
    return [sector for sector in ring.in_order if _branches(sector) == branches]


def _day(sector: Sector) -> int:
    return get(sector.info, 0, 2)


def _branches(sector: Sector) -> int:
    return sector.info[2]


def _records(data: bytes, sector: Sector, branches: int) -> Iterator[tuple[int, Record | None]]:
    """Offset and record of what is not blank in a sector; None for what is no record."""
    size = history.size(branches)
    for offset in range(flash_sector.SIZE, len(data) - size + 1, size):
        record = data[offset : offset + size]
        if blank(record, 0, size) or given_up(record, 0, size):
            continue
        good = history.slot_of(record, branches, sector.crc) >= 0
        yield offset, _decoded(record, branches, (sector.sequence, offset)) if good else None


def _decoded(record: bytes, branches: int, written: tuple[int, int]) -> Record:
    readings = tuple(
        (_reading(record, branch, 0), _reading(record, branch, 1)) for branch in range(branches)
    )
    return Record(record[0], record[1], get(record, 3, 2), readings, written)


def _reading(record: bytes, branch: int, direction: int) -> int | None:
    wh = history.reading(record, branch, direction)
    return None if wh == history.NONE else wh
