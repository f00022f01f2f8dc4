"""The registers in flash, by the rules of the firmware's `registers.journal`.

Layout: `wire.registers`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tomo.image.ring import SECTOR, TORN_MOST, Ring, Sector
from tomo.image.source import FlashSource
from tomoshibi.wire import flash_sector, registers
from tomoshibi.wire.flash_bytes import blank, given_up
from tomoshibi.wire.history import BRANCHES_MOST

LABEL = "registers"
_NUMBERS = 1 << 24  # records are numbered up to here, and then from 0 again
KINDS = (registers.BRANCHES, registers.LAMP, registers.BRANCHES + registers.LAMP)


@dataclass(frozen=True)
class Value:
    """whole in the register's unit; rest in mJ (mvar s) below one of it."""

    whole: int
    rest: int


@dataclass
class Registers:
    """kind and branches are 0 while nothing was ever saved; record is the last one's number."""

    kind: int = 0
    branches: int = 0
    record: int = 0
    sectors_used: int = 0
    sectors: int = 0
    values: dict[int, Value] = field(default_factory=dict)

    @property
    def numbers(self) -> list[int]:
        """Registers that the node has; only those found, if its head makes no sense."""
        if self.kind in KINDS:
            if 0 < self.branches <= BRANCHES_MOST:
                return list(registers.numbers(self.kind, self.branches))
        return sorted(self.values)

    @property
    def missing(self) -> list[int]:
        return [number for number in self.numbers if number not in self.values]


@dataclass
class Condition:
    """What is amiss in the ring of records.

    damaged    (sector, slot) of records that were whole once
    torn       the same of records cut off in writing, of which nothing was lost
    lost       records that are gone without a trace
    disorder   records whose number is lower than that of the one before
    """

    records: int = 0
    damaged: list[tuple[int, int]] = field(default_factory=list)
    torn: list[tuple[int, int]] = field(default_factory=list)
    lost: int = 0
    disorder: int = 0


def open_ring(source: FlashSource) -> Ring:
    return Ring(source, LABEL, flash_sector.REGISTERS)


def newest_values(ring: Ring) -> Registers:
    """The newest value of every register."""
    found = Registers(sectors_used=len(ring.in_order), sectors=ring.count)
    newest = ring.newest
    if newest is None:
        return found
    found.kind, found.branches = newest.info[0], newest.info[1]
    known = set(_known())
    for sector in reversed(ring.in_order):
        values: dict[int, Value] = {}
        last = found.record
        for _, record in _records(ring.read([sector])[0]):
            count = registers.count_of(record, sector.crc)
            if count > 0:
                values.update(_entries(record, count))
                last = registers.number_of(record)
        found.record = found.record or last
        found.values |= {n: v for n, v in values.items() if n in known and n not in found.values}
        if not found.missing:
            break
    return found


def survey(ring: Ring) -> Condition:
    """Look at every record, oldest first.

    What is no record was cut off in writing if the next one has its number, and damaged if not.
    """
    condition = Condition()
    before: int | None = None
    sequence = 0
    bad: list[tuple[int, int]] = []
    for sector, data in zip(ring.in_order, ring.read(ring.in_order), strict=True):
        if sector.sequence != sequence + 1:
            condition.damaged += bad
            before, bad = None, []
        if sector.sequence == 1:
            before = 0
        sequence = sector.sequence
        for slot, record in _records(data):
            if registers.count_of(record, sector.crc) < 0:
                bad.append((sector.place, slot))
                continue
            condition.records += 1
            number = registers.number_of(record)
            _account(condition, before, number, bad)
            before, bad = number, []
    (condition.torn if len(bad) <= TORN_MOST else condition.damaged).extend(bad)
    return condition


def good_records(data: bytes, sector: Sector) -> int:
    """How many records in a sector's bytes pass the check of `sector`."""
    return sum(registers.count_of(record, sector.crc) > 0 for _, record in _records(data))


def _account(
    condition: Condition, before: int | None, number: int, bad: list[tuple[int, int]]
) -> None:
    """Tell what the records between number `before` and the next good one were."""
    if before is None:
        condition.damaged += bad
        return
    gone = (number - before - 1) % _NUMBERS
    if gone == _NUMBERS - 1:
        gone = 0  # the number again: the one before did not read well at the restart
    elif gone >= _NUMBERS // 2:
        condition.disorder += 1
        gone = 0
    condition.damaged += bad[:gone]
    condition.torn += bad[gone:]
    condition.lost += max(0, gone - len(bad))


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Slot and bytes of what is not blank behind the head of a sector."""
    for slot in range(1, SECTOR // registers.RECORD):
        record = data[slot * registers.RECORD : (slot + 1) * registers.RECORD]
        if len(record) < registers.RECORD or given_up(record, 0, len(record)):
            continue
        if not blank(record, 0, len(record)):
            yield slot, record


def _entries(record: bytes, count: int) -> dict[int, Value]:
    return {
        registers.entry_number(record, i): Value(
            registers.entry_whole(record, i), registers.entry_rest(record, i)
        )
        for i in range(count)
    }


def _known() -> list[int]:
    """Every number that any node has."""
    return list(registers.numbers(registers.BRANCHES + registers.LAMP, BRANCHES_MOST))
