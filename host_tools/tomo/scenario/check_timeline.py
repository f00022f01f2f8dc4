"""Events that cannot be where they are: beyond the end, out of order, or in each other's way."""

from collections.abc import Iterator

from tomo.scenario.lanes import KINDS, LANES
from tomo.scenario.locate import Problem
from tomo.scenario.records import Event, Scenario
from tomo.scenario.timeline import placed

_OPENERS = {kind.ended_by: name for name, kind in KINDS.items() if kind.ended_by}


def check_timeline(scenario: Scenario) -> Iterator[Problem]:
    """Every problem, as the path of the key to blame and what is wrong with it."""
    for number, event in enumerate(scenario.event):
        if event.at >= scenario.site.duration:
            yield ("event", number, "at"), "lies at or after the scenario's end"
    for lane in LANES:
        yield from _clashes(scenario, lane)


def _clashes(scenario: Scenario, lane: str) -> Iterator[Problem]:
    latest: dict[tuple, Event] = {}  # by claim, the last event that may be where it is
    for one in placed(scenario, lane):
        claim = LANES[lane].claim(one.event)
        wrong = _misplaced(one.event, latest.get(claim))
        if wrong:
            # It changes nothing: what comes after it is held against what it lies in.
            yield (*one.path, wrong[0]), wrong[1]
        else:
            latest[claim] = one.event


def _misplaced(event: Event, before: Event | None) -> tuple[str, str] | None:
    """The key to blame and what is wrong, of an event that cannot follow the one before it."""
    if before and _covers(before, event.at):
        return "at", f"overlaps the {before.kind} before it"
    opened = KINDS[before.kind] if before and before.lasts_ms is None else None
    if opened and opened.ended_by and event.kind != opened.ended_by:
        return "kind", f"{event.kind} while {opened.meanwhile}; expected {opened.ended_by} first"
    if event.kind in _OPENERS and not (opened and opened.ended_by == event.kind):
        return "kind", f"{event.kind} without a lasting {_OPENERS[event.kind]} before it"
    return None


def _covers(event: Event, at_ms: int) -> bool:
    """Whether an event still goes on; what is over at once takes its millisecond."""
    kind = KINDS[event.kind]
    if event.lasts_ms is None and kind.over and not kind.ended_by:
        return True
    return at_ms < event.at + (event.lasts_ms or 1)
