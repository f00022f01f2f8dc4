"""The event log in flash, followed along its chain of hashes from the oldest sector to the end.

Layout and chain: `wire.event_log`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tomo.image.ring import SECTOR, Ring, Sector
from tomo.image.source import FlashSource
from tomoshibi.wire import event_key, event_log, event_walk, flash_sector
from tomoshibi.wire.events import KINDS, NUMBER, named
from tomoshibi.wire.flash_bytes import blank, get, given_up

LABEL = "events"
_DAY_S = 86_400
_SLOT_S = 1_800
_FIELDS: tuple[str, ...] = event_log.FIELDS
# What a record is.
WHOLE = "whole"
DAMAGED = "damaged"  # it was altered
MOVED = "out of order"
REPEATED = "repeated"
LEFT_KEY = "without the key"
UNCHAINED = "unchained"  # what follows hangs on it, but it hangs on nothing
TORN = "torn"  # cut off in writing: no part of the chain
_STATES = {
    event_walk.ALTERED: DAMAGED,
    event_walk.MISPLACED: MOVED,
    event_walk.REPEATED: REPEATED,
    event_walk.LEFT_KEY: LEFT_KEY,
}
# What the node's key says of a record.
PROVED = "proved"
VOUCHED = "vouched for"  # without a key, before the first that is proved: unchanged since then
LINKED = "linked"  # no more than that it hangs on the one before


@dataclass
class Event:
    """Fields as in `wire.event_log.FIELDS`; where it lies; what the chain and the key say of it."""

    fields: dict[str, int]
    place: tuple[int, int]  # sector and slot
    state: str = WHOLE
    keyed: bool = False  # it says that it was written under a key
    proof: str = LINKED


@dataclass(frozen=True)
class Fault:
    """What is wrong with events `first` to `last`, found at this sector and slot (0: its head)."""

    what: str
    first: int
    last: int
    place: tuple[int, int]

    @property
    def words(self) -> str:
        which = f"event {self.first}"
        if self.last != self.first:
            which = f"events {self.first} to {self.last}"
        sector, slot = self.place
        before = "before " if self.what == event_walk.REMOVED else ""
        return f"{which} {self.what}: {before}sector {sector}, slot {slot}"


@dataclass
class Log:
    """faults     at most 100; `wrong` counts all
    end, hash  sequence number and hash of the last event that the chain reaches
    proved     how many events the key proves; None if none was given
    """

    events: list[Event] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    wrong: int = 0
    end: int = 0
    hash: bytes = event_log.FIRST_HASH
    proved: int | None = None

    def of(self, state: str) -> list[Event]:
        return [event for event in self.events if event.state == state]


# Numbers of kinds of events (core.events) that other rooms ask for.
START_VALUES = (
    named(KINDS, "START_VALUE")[NUMBER],
    named(KINDS, "START_EXPORT")[NUMBER],
)


def open_ring(source: FlashSource) -> Ring:
    return Ring(source, LABEL, flash_sector.EVENTS)


def end_of(ring: Ring) -> Log:
    """As `follow`, of the newest sector alone, which is enough to find the end."""
    return _follow(ring, ring.in_order[-1:], b"")


def follow(ring: Ring, key: bytes = b"") -> Log:
    """Every record of the log, oldest first; with the node's key, what it proves."""
    return _follow(ring, ring.in_order, key)


def _follow(ring: Ring, sectors: list[Sector], key: bytes) -> Log:
    walk = event_walk.Walk(event_key.EventKey(key) if key else None)
    log = Log()
    for sector, data in zip(sectors, ring.read(sectors), strict=True):
        walk.enter(sector.place, bytes(flash_sector.INFO) + sector.info)
        for slot, record in _records(data):
            proved = walk.proved
            walk.take(sector.place, slot, record)
            if blank(record, 0, len(record)) or given_up(record, 0, len(record)):
                continue
            fields: dict[str, int] = dict(zip(_FIELDS, event_log.unpack(record), strict=True))
            event = Event(fields, (sector.place, slot), keyed=event_key.keyed(record))
            if walk.proved > proved:
                event.proof = PROVED
            log.events.append(event)
    walk.finish()
    _mark(log, walk)
    log.end, log.hash = walk.chain.sequence, bytes(walk.chain.hash)
    log.proved = walk.proved if key else None
    return log


def started_half_hours(log: Log, utc_offset_min: int) -> Iterator[tuple[int, int, int, int]]:
    """(day, slot, branch, 0 import or 1 export) of the reading after each start value, local."""
    for event in log.events:
        fields = event.fields
        if fields["kind"] in START_VALUES and fields["quality"]:
            local_s = _DAY_S * fields["day"] + fields["second"] + 60 * utc_offset_min
            day, slot = divmod(local_s // _SLOT_S + 1, 48)
            yield day, slot, fields["subject"], START_VALUES.index(fields["kind"])


def _mark(log: Log, walk: event_walk.Walk) -> None:
    """Say of each event what the walk found, which may have been later."""
    states = dict.fromkeys(walk.torn, TORN) | dict.fromkeys(walk.unchained, UNCHAINED)
    for what, first, last, sector, slot in walk.faults:
        log.faults.append(Fault(what, first, last, (sector, slot)))
        if what in _STATES:
            states[sector, slot] = _STATES[what]
    log.wrong = walk.wrong
    proved = [i for i, event in enumerate(log.events) if event.proof == PROVED]
    for i, event in enumerate(log.events):
        event.state = states.get(event.place, WHOLE)
        if event.state != WHOLE:
            event.proof = ""
        elif proved and i < proved[0] and not event.keyed:
            event.proof = VOUCHED


def good_records(data: bytes, end: int) -> int:
    """How many records in a sector's bytes carry numbers that go on from `end`."""
    return sum(
        get(record, event_log.SEQUENCE_AT, 4) == end + slot for slot, record in _records(data)
    )


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    for slot in range(1, SECTOR // event_log.RECORD):
        record = data[slot * event_log.RECORD : (slot + 1) * event_log.RECORD]
        if len(record) == event_log.RECORD:
            yield slot, record
