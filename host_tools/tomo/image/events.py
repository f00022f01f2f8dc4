"""The event log in flash, followed along its chain of hashes from the oldest sector to the end.

Layout and chain: `wire.event_log`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tomo.image.ring import SECTOR, TORN_MOST, Ring, Sector
from tomo.image.source import FlashSource
from tomoshibi.wire import event_chain, event_log, flash_sector
from tomoshibi.wire.events import KINDS, NUMBER, named
from tomoshibi.wire.flash_bytes import get

LABEL = "events"
_DAY_S = 86_400
_SLOT_S = 1_800
_FIELDS: tuple[str, ...] = event_log.FIELDS
# What a record is.
WHOLE = "whole"
DAMAGED = "damaged"  # it was changed
UNCHAINED = "unchained"  # what follows hangs on it, but it hangs on nothing
TORN = "torn"  # cut off in writing: no part of the chain


@dataclass
class Event:
    """Fields as in `wire.event_log.FIELDS`; where it lies; what the chain says of it."""

    fields: dict[str, int]
    place: tuple[int, int]  # sector and slot
    state: str = WHOLE


@dataclass
class Log:
    """breaks     where the chain does not go on, in words
    end        sequence number of the last event that the chain reaches
    """

    events: list[Event] = field(default_factory=list)
    breaks: list[str] = field(default_factory=list)
    end: int = 0

    def of(self, state: str) -> list[Event]:
        return [event for event in self.events if event.state == state]


# Numbers of kinds of events (core.events) that other rooms ask for.
START_VALUES = (
    named(KINDS, "START_VALUE")[NUMBER],
    named(KINDS, "START_EXPORT")[NUMBER],
)


def open_ring(source: FlashSource) -> Ring:
    return Ring(source, LABEL, flash_sector.EVENTS)


def follow(ring: Ring) -> Log:
    """Every record of the log, oldest first."""
    log = Log()
    loose: list[Event] = []
    chain: event_chain.Chain | None = None
    for sector, data in zip(ring.in_order, ring.read(ring.in_order), strict=True):
        first, before = _head(sector)
        if chain is None or (chain.sequence, chain.hash) != (first - 1, before):
            if chain is not None:
                _mark(loose, DAMAGED)
                log.breaks.append(_head_break(sector, first, chain.sequence))
            chain = event_chain.Chain(first - 1, before)
        loose = _follow_sector(log, chain, sector, data, loose)
    if len(loose) > TORN_MOST:
        _mark(loose, DAMAGED)
    if chain is not None:
        log.end = chain.sequence
    return log


def started_half_hours(log: Log, utc_offset_min: int) -> Iterator[tuple[int, int, int, int]]:
    """(day, slot, branch, 0 import or 1 export) of the reading after each start value, local."""
    for event in log.events:
        fields = event.fields
        if fields["kind"] in START_VALUES and fields["quality"]:
            local_s = _DAY_S * fields["day"] + fields["second"] + 60 * utc_offset_min
            day, slot = divmod(local_s // _SLOT_S + 1, 48)
            yield day, slot, fields["subject"], START_VALUES.index(fields["kind"])


def good_records(data: bytes, end: int) -> int:
    """How many records in a sector's bytes carry numbers that go on from `end`."""
    return sum(
        get(record, event_log.SEQUENCE_AT, 4) == end + slot for slot, record in _records(data)
    )


def _follow_sector(
    log: Log, chain: event_chain.Chain, sector: Sector, data: bytes, loose: list[Event]
) -> list[Event]:
    """Take a sector's records; those at its end that hang on nothing yet are returned."""
    for slot, record in _records(data):
        kind = chain.take(record)
        if kind in (event_chain.BLANK, event_chain.GIVEN_UP):
            continue
        fields: dict[str, int] = dict(zip(_FIELDS, event_log.unpack(record), strict=True))
        event = Event(fields, (sector.place, slot))
        log.events.append(event)
        if kind == event_chain.LOOSE:
            event.state = TORN  # until what follows says otherwise
            loose.append(event)
            continue
        if kind == event_chain.AFTER_DAMAGE:
            _mark(loose[-1:], DAMAGED)
        elif kind == event_chain.AFTER_BREAK:
            _mark(loose, UNCHAINED)
            number = fields["sequence"]
            log.breaks.append(f"sector {sector.place}: nothing leads to event {number - 1}")
        loose = []
    return loose


def _mark(events: list[Event], state: str) -> None:
    for event in events:
        event.state = state


def _head(sector: Sector) -> tuple[int, bytes]:
    """Number of a sector's first event, and the hash before it."""
    return get(sector.info, 0, 4), bytes(sector.info[4 : 4 + event_log.HASH_SIZE])


def _head_break(sector: Sector, first: int, end: int) -> str:
    return f"sector {sector.place} goes on from event {first - 1}, the chain ends with {end}"


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    for slot in range(1, SECTOR // event_log.RECORD):
        record = data[slot * event_log.RECORD : (slot + 1) * event_log.RECORD]
        if len(record) == event_log.RECORD:
            yield slot, record
