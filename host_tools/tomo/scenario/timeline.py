"""The timeline of a scenario, lane by lane: what begins and ends when."""

from dataclasses import dataclass

from tomo.scenario.lanes import KINDS, LANES
from tomo.scenario.locate import Path
from tomo.scenario.records import Event, Scenario


@dataclass(frozen=True)
class Placed:
    """An event and where in the file it is said."""

    event: Event
    path: Path


@dataclass(frozen=True)
class Span:
    """An event from `start` to before `stop`, ms; both are one moment if it is over at once."""

    start: int
    stop: int
    event: Event

    def holds(self, now_ms: int) -> bool:
        return self.start <= now_ms < self.stop


@dataclass(frozen=True)
class Edge:
    """The begin or the end of an event. `kind` is the event's, or what ends it, or KIND-over."""

    t_ms: int
    lane: str
    kind: str
    says: str


def placed(scenario: Scenario, lane: str) -> list[Placed]:
    """The events of a lane in the order of their times."""
    found = [Placed(event, ("event", number)) for number, event in enumerate(scenario.event)]
    found = [one for one in found if one.event.kind in LANES[lane].kinds]
    return sorted(found, key=lambda one: one.event.at)


def spans(scenario: Scenario, lane: str) -> list[Span]:
    """What goes on in a lane. What nothing ends goes on beyond the scenario's end."""
    events = [one.event for one in placed(scenario, lane)]
    return [
        Span(event.at, _stop(event, events[number + 1 :], scenario.site.duration + 1), event)
        for number, event in enumerate(events)
    ]


def _stop(event: Event, later: list[Event], end_ms: int) -> int:
    kind = KINDS[event.kind]
    if event.lasts_ms:
        return event.at + event.lasts_ms
    if not kind.over:
        return event.at
    return next((other.at for other in later if other.kind == kind.ended_by), end_ms)


def edges(scenario: Scenario) -> list[Edge]:
    """Every begin and end in all lanes, in order."""
    enders = {kind.ended_by for kind in KINDS.values()}
    found: list[Edge] = []
    for lane in LANES:
        for span in spans(scenario, lane):
            name, kind = span.event.kind, KINDS[span.event.kind]
            if name in enders:
                continue  # the end of what it ends
            found.append(Edge(span.start, lane, name, kind.says))
            if kind.over:
                found.append(Edge(span.stop, lane, kind.ended_by or f"{name}-over", kind.over))
    return sorted(found, key=lambda edge: (edge.t_ms, edge.kind))
