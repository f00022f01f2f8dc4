"""The timeline of a scenario, lane by lane: what begins and ends when."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tomo.board.read import parts_of
from tomo.scenario.lanes import ENDERS, KINDS, LANES, LOAD_FAULTS
from tomo.scenario.records import Event, Node, Scenario
from tomo.site.circuits import placed_loads
from tomo.tables.locate import Path


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
    """The events of a lane in the order of their times, faults that loads have among them."""
    found = [Placed(event, ("event", number)) for number, event in enumerate(scenario.event)]
    found += _of_loads(scenario)
    found = [one for one in found if one.event.kind in LANES[lane].kinds]
    return sorted(found, key=lambda one: one.event.at)


def spans(scenario: Scenario, lane: str) -> list[Span]:
    """What goes on in a lane. What nothing ends goes on beyond the scenario's end."""
    events = [one.event for one in placed(scenario, lane)]
    return [
        Span(event.at, _stop(lane, event, events[number + 1 :], scenario.site.duration + 1), event)
        for number, event in enumerate(events)
    ]


def members(node: Node) -> dict[int, str]:
    """The loads and lamps of a node by circuit."""
    board = parts_of(node.board)
    loads = placed_loads(board, node.load)
    lamps = zip(board.lamp_circuits, node.lamp, strict=False)
    return {circuit: one.name for circuit, one in (*loads, *lamps)}


def _of_loads(scenario: Scenario) -> Iterator[Placed]:
    """What loads say with their keys `fault` and `fault_at`. It lasts to the end."""
    for number, node in enumerate(scenario.node):
        board = parts_of(node.board)
        for place, (circuit, load) in enumerate(placed_loads(board, node.load)):
            if load.fault == "none":
                continue
            event = Event(load.fault_at, LOAD_FAULTS[load.fault], None, node.name)
            if KINDS[event.kind].rows:
                event = replace(event, part=board.meter_of(circuit))
            else:
                event = replace(event, circuit=circuit)
            yield Placed(event, ("node", number, "load", place))


def _stop(lane: str, event: Event, later: list[Event], end_ms: int) -> int:
    kind = KINDS[event.kind]
    if event.lasts_ms:
        return event.at + event.lasts_ms
    if not kind.over:
        return event.at
    claim = LANES[lane].claim
    return next(
        (one.at for one in later if one.kind == kind.ended_by and claim(one) == claim(event)),
        end_ms,
    )


def edges(scenario: Scenario) -> list[Edge]:
    """Every begin and end in all lanes, in order; at one moment the ends come first."""
    begins: list[Edge] = []
    ends: list[Edge] = []
    for lane in LANES:
        for span in spans(scenario, lane):
            name, kind = span.event.kind, KINDS[span.event.kind]
            if name in ENDERS:
                continue  # the end of what it ends
            words = _words(scenario, span.event)
            begins.append(Edge(span.start, lane, name, kind.says.format_map(words)))
            if kind.over:
                over = kind.over.format_map(words)
                ends.append(Edge(span.stop, lane, kind.ended_by or f"{name}-over", over))
    by_kind = sorted(ends, key=lambda edge: edge.kind) + sorted(begins, key=lambda edge: edge.kind)
    return sorted(by_kind, key=lambda edge: edge.t_ms)


def _words(scenario: Scenario, event: Event) -> dict[str, object]:
    """What an event's text may name."""
    at = (members(node) for node in scenario.node if node.name == event.node)
    load = next(at, {}).get(event.circuit, "")
    return {**event.figures, "node": event.node, "part": event.part, "load": load}
