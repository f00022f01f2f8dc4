"""The registers in flash, by the rules of the firmware's `registers.journal`.

Layout: `wire.registers`, and before it `wire.register_reader`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tomo.image.ring import TORN_MOST, Ring, Sector
from tomo.image.source import FlashSource
from tomoshibi.wire import flash_sector, register_reader, registers
from tomoshibi.wire.flash_bytes import blank, given_up
from tomoshibi.wire.history import BRANCHES_MOST

LABEL = "registers"
_NUMBERS = 1 << 8  # records are numbered up to here, and then from 0 again
_LAYOUT = 2  # of a sector's own bytes: 0 if it began with records of before
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

    damaged    (sector, byte) of records that were whole once, or of a run of them
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
    read: list[tuple[Sector, bytes]] = []
    met: set[int] = set()
    for sector in reversed(ring.in_order):
        read.insert(0, (sector, ring.read([sector])[0]))
        met |= {n for n, (_, _, every) in _told(read[:1]) if every and n in known}
        if not [number for number in found.numbers if number not in met]:
            break
    for sector, data in reversed(read):
        numbers = [register_reader.number_of(record) for record in _whole(data, sector)]
        if numbers:
            found.record = numbers[-1]
            break
    _follow(found.values, ((n, told) for n, told in _told(read) if n in known))
    return found


def _follow(
    values: dict[int, Value], all_told: Iterable[tuple[int, tuple[int, int, bool]]]
) -> None:
    """What registers come to, told one after the other, some by their lowest byte."""
    for number, (whole, rest, every) in all_told:
        if every:
            values[number] = Value(whole, rest)
        elif number in values:
            values[number] = Value(registers.resolve(values[number].whole, whole), rest)


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
        for at, record in _records(data, sector):
            if not record:
                bad.append((sector.place, at))
                continue
            condition.records += 1
            number = register_reader.number_of(record)
            _account(condition, before, number, bad)
            before, bad = number, []
    (condition.torn if len(bad) <= TORN_MOST else condition.damaged).extend(bad)
    return condition


def good_records(data: bytes, sector: Sector) -> int:
    """How many records in a sector's bytes pass the check of `sector`."""
    return sum(1 for _ in _whole(data, sector))


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


def _records(data: bytes, sector: Sector) -> Iterator[tuple[int, bytes]]:
    """Place and bytes of each record behind a sector's head; no bytes if it is not whole.

    Where places are not known, what lies between two records that are whole counts as one.
    """
    at, before, bad = flash_sector.SIZE, True, False
    while at < len(data):
        record = data[at : at + registers.RECORD].ljust(registers.RECORD, b"\xff")
        size = register_reader.size_of(record, sector.crc)
        grain = record[: registers.GRAIN]
        if size:
            yield at, record
            before, bad = record[0] == register_reader.BEFORE_TAG, False
            at += size
        elif given_up(grain, 0, len(grain)) or blank(grain, 0, len(grain)):
            bad = bad and not given_up(grain, 0, len(grain))
            at += registers.GRAIN
        else:
            if not bad:
                yield at, b""
            if before and not sector.info[_LAYOUT]:
                at += register_reader.BEFORE - at % register_reader.BEFORE
            else:
                bad = True
                at += registers.GRAIN


def _whole(data: bytes, sector: Sector) -> Iterator[bytes]:
    return (record for _, record in _records(data, sector) if record)


def _told(
    sectors: Iterable[tuple[Sector, bytes]],
) -> Iterator[tuple[int, tuple[int, int, bool]]]:
    """Each register that these tell, oldest first: whole, rest, and if that is all of it."""
    found: list[tuple[int, tuple[int, int, bool]]] = []
    for sector, data in sectors:
        for record in _whole(data, sector):
            register_reader.entries(record, lambda number, *told: found.append((number, told)))
    return iter(found)


def _known() -> list[int]:
    """Every number that any node has."""
    return list(registers.numbers(registers.BRANCHES + registers.LAMP, BRANCHES_MOST))
