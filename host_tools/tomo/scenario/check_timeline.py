"""Events that cannot be: of what is not there, after the end, out of order, in each other's way."""

from collections.abc import Iterable, Iterator

from tomo.board.read import Board, parts_of
from tomo.scenario.lanes import ENDERS, KINDS, LANES
from tomo.scenario.records import Event, Scenario
from tomo.scenario.timeline import Placed, members, placed
from tomo.tables.locate import Problem

_NODE = "node"


def check_timeline(scenario: Scenario) -> Iterator[Problem]:
    """Every problem, as the path of the key to blame and what is wrong with it."""
    for number, event in enumerate(scenario.event):
        if event.at >= scenario.site.duration:
            yield ("event", number, "at"), "lies at or after the scenario's end"
    for lane in LANES:
        for one in placed(scenario, lane):
            yield from _nowhere(scenario, one)
        yield from _clashes(scenario, lane)


def _nowhere(scenario: Scenario, one: Placed) -> Iterator[Problem]:
    """What the event names and this site has not."""
    event, kind = one.event, KINDS[one.event.kind]
    if _NODE not in {key.name for key in kind.keys}:
        return
    nodes = {node.name: node for node in scenario.node}
    if event.node not in nodes:
        yield _blamed(one, _NODE, _one_of(nodes, event.node))
        return
    node = nodes[event.node]
    board = parts_of(node.board)
    parts = [row[0] for rows in kind.rows for row in getattr(board, rows)]
    if kind.rows and event.part not in parts:
        yield _blamed(one, "part", _one_of(parts, event.part))
    circuits = _circuits(board, kind.circuits) & set(members(node))
    if kind.circuits and event.circuit not in circuits:
        yield _blamed(one, "circuit", _one_of(sorted(circuits), event.circuit))
    other = event.figures.get("with_circuit", 0)
    if other and other not in circuits - {event.circuit}:
        yield _blamed(one, "with_circuit", _one_of(sorted(circuits - {event.circuit}), other))
    if event.figures.get("torn") and not event.figures["hold_up_ms"]:
        yield _blamed(one, "torn", "needs hold_up_ms: the time in which the chip is written")
    if kind.sense and not board.has_sense(kind.sense):
        yield _blamed(one, _NODE, f"its board {node.board} has no sense {kind.sense!r}")


def _circuits(board: Board, which: str) -> set[int]:
    metered = {circuit for row in board.meters for circuit in row[4]}
    return {"metered": metered, "loads": set(board.load_circuits)}.get(which, set())


def _one_of(known: Iterable[object], got: object) -> str:
    names = ", ".join(str(one) for one in known)
    return f"expected one of {names}, got {got!r}" if names else f"there is none here, got {got!r}"


def _blamed(one: Placed, key: str, what: str) -> Problem:
    """The key of the event, or that by which a load says that it has the fault."""
    return (*one.path, key if one.path[0] == "event" else "fault"), what


def _clashes(scenario: Scenario, lane: str) -> Iterator[Problem]:
    latest: dict[tuple, Placed] = {}  # by claim, the last event that may be where it is
    for one in placed(scenario, lane):
        claim = LANES[lane].claim(one.event)
        before = latest.get(claim)
        if before and before.path[0] == one.path[0] == "node":
            continue  # two loads say the same of their chip
        wrong = _misplaced(one.event, before.event if before else None)
        if wrong:
            # It changes nothing: what comes after it is held against what it lies in.
            yield _blamed(one, *wrong)
        else:
            latest[claim] = one


def _misplaced(event: Event, before: Event | None) -> tuple[str, str] | None:
    """The key to blame and what is wrong, of an event that cannot follow the one before it."""
    if before and _covers(before, event.at):
        lasting = ", which lasts to the end" if _lasts_to_the_end(before) else ""
        return "at", f"overlaps the {before.kind} before it{lasting}"
    opened = KINDS[before.kind] if before and before.lasts_ms is None else None
    if opened and opened.ended_by and event.kind != opened.ended_by:
        return "kind", f"{event.kind} while {opened.meanwhile}; expected {opened.ended_by} first"
    if event.kind in ENDERS and not (opened and opened.ended_by == event.kind):
        return "kind", f"{event.kind} without a lasting {ENDERS[event.kind]} before it"
    return None


def _covers(event: Event, at_ms: int) -> bool:
    """Whether an event still goes on; what is over at once takes its millisecond."""
    return _lasts_to_the_end(event) or at_ms < event.at + (event.lasts_ms or 1)


def _lasts_to_the_end(event: Event) -> bool:
    kind = KINDS[event.kind]
    return event.lasts_ms is None and bool(kind.over) and not kind.ended_by
