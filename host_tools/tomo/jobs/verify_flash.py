"""Whether what a node keeps in flash is whole: every record, every chain, every copy."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from boards.flash_map import FLASH_SIZE, PARTITIONS
from tomo.image import documents, events, history, registers
from tomo.image.flash_image import BadTable, FlashImage, table_places
from tomo.image.ring import Ring, Sector
from tomo.image.source import FlashSource, KeptSecret
from tomo.jobs.targets import SerialTarget, Target
from tomoshibi.wire import register_names
from tomoshibi.wire import registers as numbering

# What a finding means. NOTE is worth knowing and harmless.
FINE = "fine"
NOTE = "note"
WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """figures: what the words say, for programs."""

    area: str
    verdict: str
    words: str
    figures: Mapping[str, object] = field(default_factory=dict)


def verify(target: Target, key: bytes = b"") -> Iterator[Finding]:
    """Check all that there is; with the node's key, who wrote the events, too."""
    yield from _table(target)
    source = target.source
    values = registers.Registers()
    if source.has(registers.LABEL):
        ring = registers.open_ring(source)
        values = registers.newest_values(ring)
        yield from _registers(ring, values)
    started: set[int] = set()
    if source.has(events.LABEL):
        ring = events.open_ring(source)
        log = events.follow(ring, key)
        yield from _events(ring, log, values)
        started = _started(log)
    if source.has(history.LABEL):
        yield from _history(history.open_ring(source), started)
    for label in documents.KINDS:
        if source.has(label):
            yield from _copies(source, label)


def _table(target: Target) -> Iterator[Finding]:
    area = "partition table"
    if isinstance(target, SerialTarget):
        yield Finding(area, NOTE, "not read: a console gives partitions, not the table")
    elif target.trouble:
        yield Finding(area, WRONG, f"{target.trouble}; read by the places that are usual")
    elif len(target.image.data) == FLASH_SIZE:
        yield from _places(area, target.image)


def _places(area: str, image: FlashImage) -> Iterator[Finding]:
    """Whether all partitions lie where every board has them."""
    usual = {label: (offset, size) for label, _kind, _subtype, offset, size in PARTITIONS}
    try:
        found = table_places(image.where, image.data)
    except BadTable as trouble:
        yield Finding(area, WRONG, str(trouble))
        return
    odd = sorted(label for label in usual if found.get(label) != usual[label])
    if odd:
        yield Finding(area, WRONG, "missing or elsewhere: " + ", ".join(odd), {"odd": odd})
    else:
        yield Finding(area, FINE, f"{len(found)} partitions where they belong")


def _registers(ring: Ring, values: registers.Registers) -> Iterator[Finding]:
    area = registers.LABEL
    yield from _order(ring, registers.good_records)
    if ring.newest is None:
        yield Finding(area, NOTE, "nothing was ever saved")
        return
    condition = registers.survey(ring)
    yield from _records(area, condition.records, condition.damaged, condition.torn)
    if condition.lost:
        yield Finding(area, WRONG, f"{condition.lost} records gone", {"lost": condition.lost})
    if condition.disorder:
        words = f"numbers of records go back {condition.disorder} times"
        yield Finding(area, WRONG, words, {"disorder": condition.disorder})
    yield from _values(area, values)


def _values(area: str, values: registers.Registers) -> Iterator[Finding]:
    told = {
        register_names.name(number): [value.whole, value.rest]
        for number, value in sorted(values.values.items())
    }
    if values.kind not in registers.KINDS:
        yield Finding(area, WRONG, f"no kind of node has the number {values.kind}")
    if values.missing:
        # The first sector ever, cut off before all registers were in it.
        verdict = WRONG if values.sectors_used > 1 else NOTE
        names = [register_names.name(number) for number in values.missing]
        yield Finding(area, verdict, "without a value: " + ", ".join(names), {"missing": names})
    words = f"{len(told)} registers, the newest in record {values.record}"
    yield Finding(area, FINE, words, {"record": values.record, "values": told})


def _started(log: events.Log) -> set[int]:
    """Branches whose counters were given a start value, so that they may go back."""
    changes = [one for one in log.of(events.WHOLE) if one.fields["kind"] in events.START_VALUES]
    return {change.fields["subject"] for change in changes}


def _history(ring: Ring, started: set[int]) -> Iterator[Finding]:
    area = history.LABEL
    yield from _order(ring, history.good_records)
    if ring.newest is None:
        yield Finding(area, NOTE, "no reading was ever kept")
        return
    condition = history.survey(ring)
    yield from _records(area, condition.records, condition.damaged, condition.torn)
    if condition.foreign:
        words = "sectors of another number of branches: " + _list(condition.foreign)
        yield Finding(area, NOTE, words, {"foreign": condition.foreign})
    if condition.replaced:
        words = f"{condition.replaced} half hours have a second reading; the better one counts"
        yield Finding(area, NOTE, words, {"replaced": condition.replaced})
    for day, slot, branch, direction in condition.backwards:
        which = ("import", "export")[direction]
        when = f"{history.date_of(day)} {history.clock(slot)}"
        figures = {"day": str(history.date_of(day)), "slot": slot, "branch": branch}
        words = f"branch {branch}: {which} runs backwards at {when}"
        if branch in started:
            words += ", and was given a start value"
        verdict = NOTE if branch in started else WRONG
        yield Finding(area, verdict, words, {**figures, "direction": which})
    yield Finding(area, FINE, f"{condition.days} days", {"days": condition.days})


def _events(ring: Ring, log: events.Log, values: registers.Registers) -> Iterator[Finding]:
    area = events.LABEL
    yield from _order(ring, lambda data, _: events.good_records(data, log.end))
    logged = values.values.get(numbering.EVENTS_LOGGED)
    if logged and logged.whole > log.end:
        gone = logged.whole - log.end
        words = f"{gone} events removed from the end: {logged.whole} were logged, {log.end} found"
        yield Finding(area, WRONG, words, {"removed": gone})
    if ring.newest is None:
        yield Finding(area, NOTE, "no event was ever logged")
        return
    whole = len(log.of(events.WHOLE))
    damaged = [event.place for event in log.of(events.DAMAGED)]
    torn = [event.place for event in log.of(events.TORN)]
    yield from _records(area, whole, damaged, torn)
    for fault in log.faults:
        first, last = fault.first, fault.last
        figures = {"fault": fault.what, "first": first, "last": last, "place": list(fault.place)}
        yield Finding(area, WRONG, fault.words, figures)
    if log.wrong > len(log.faults):
        yield Finding(area, WRONG, f"{log.wrong} faults, of which these are the first")
    yield _proof(log)
    yield Finding(area, FINE, f"the chain ends with event {log.end}", {"end": log.end})


def _proof(log: events.Log) -> Finding:
    """What is known of who wrote the events."""
    area = events.LABEL
    keyed = any(event.keyed for event in log.of(events.WHOLE))
    if log.proved is None and keyed:
        words = "links checked, nothing proved: that takes the node's key (--key)"
        return Finding(area, NOTE, words, {"proved": None})
    if log.proved is None:
        words = "links checked, nothing proved: the chain has no key, an editor can recompute it"
        return Finding(area, NOTE, words, {"proved": None})
    if not log.proved:
        return Finding(area, WRONG, "nothing proved: no event is under this key", {"proved": 0})
    words = f"{log.proved} events proved to be the node's"
    by_proof = {
        proof: sum(event.proof == proof for event in log.events)
        for proof in (events.VOUCHED, events.LINKED)
    }
    vouched, linked = by_proof[events.VOUCHED], by_proof[events.LINKED]
    if vouched:
        words += f"; {vouched} from before it had the key, unchanged since it has"
    if linked:
        words += f"; {linked} under another key, of which links are checked"
    figures = {"proved": log.proved, "vouched": vouched, "linked": linked}
    return Finding(area, NOTE if linked else FINE, words, figures)


def _copies(source: FlashSource, label: str) -> Iterator[Finding]:
    try:
        data = source.read(label, [(0, source.size(label))])[0]
    except KeptSecret:
        yield Finding(label, NOTE, "not read: the node keeps it to itself")
        return
    found = documents.read(data, documents.KINDS[label])
    states = [copy.state for copy in found.copies]
    figures = {"copies": states, "sequence": found.newest.sequence if found.newest else 0}
    if found.blank:
        yield Finding(label, NOTE, "blank: never written", figures)
    elif found.newest is None:
        yield Finding(label, WRONG, "lost: neither copy is whole", figures)
    elif found.document() is None:
        yield Finding(label, WRONG, "the copy that counts is no JSON object", figures)
    else:
        words = f"copies: {states[0]}, {states[1]}; sequence {found.newest.sequence}"
        verdict = FINE
        if documents.BLANK in states:
            verdict, words = NOTE, words + "; the node mends that at its next start"
        if documents.DAMAGED in states:
            verdict, words = WRONG, words + "; the node mends that at its next start"
        yield Finding(label, verdict, words, figures)


def _order(ring: Ring, good_records: Callable[[bytes, Sector], int]) -> Iterator[Finding]:
    """Heads and order of a ring's sectors; `good_records` counts those of a sector."""
    area = ring.label
    damaged = ring.damaged()
    cut_off = ring.next_as_if_opened()
    if cut_off:
        if good_records(ring.read([cut_off])[0], cut_off):
            damaged = sorted([*damaged, cut_off.place])
        else:
            words = f"sector {cut_off.place} was cut off while it was made ready"
            yield Finding(area, NOTE, words, {"cut_off": cut_off.place})
    if damaged:
        words = "heads of sectors damaged: " + _list(damaged)
        yield Finding(area, WRONG, words, {"heads": damaged})
    wrong = ring.out_of_order()
    if wrong:
        yield Finding(area, WRONG, "sectors out of order: " + _list(wrong), {"disorder": wrong})
    if ring.newest:
        words = f"{len(ring.in_order)} of {ring.count} sectors in use"
        yield Finding(area, FINE, words, {"used": len(ring.in_order), "sectors": ring.count})


def _records(
    area: str, whole: int, damaged: list[tuple[int, int]], torn: list[tuple[int, int]]
) -> Iterator[Finding]:
    yield Finding(area, FINE, f"{whole} records whole", {"whole": whole})
    if damaged:
        by_sector = _by_sector(damaged)
        where = ", ".join(f"{count} in sector {place}" for place, count in by_sector.items())
        yield Finding(area, WRONG, f"records damaged: {where}", {"damaged": by_sector})
    if torn:
        by_sector = _by_sector(torn)
        where = ", ".join(f"{count} in sector {place}" for place, count in by_sector.items())
        words = f"records cut off in writing, no loss: {where}"
        yield Finding(area, NOTE, words, {"torn": by_sector})


def _by_sector(places: list[tuple[int, int]]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for sector, _ in places:
        counts[sector] = counts.get(sector, 0) + 1
    return dict(sorted(counts.items()))


def _list(numbers: list[int]) -> str:
    return ", ".join(str(number) for number in numbers)
