"""Works out, on a finished run, what scenarios expect things of (`tomo.scenario.measures`)."""

from collections.abc import Callable
from dataclasses import dataclass

from tomo.world.trace import Move, Trace
from tomoshibi.wire.events import CAUSES, WORD, named

# A node that answers the grid's loss later than this did not answer the loss.
_ANSWER_MS = 60_000
_OVER_BUDGET = named(CAUSES, "OVER_BUDGET")[WORD]
_HOUR_MS = 3_600_000
_STEP_MS = 5_000


@dataclass(frozen=True)
class Window:
    """The time looked at, ms, and the load or lamp meant."""

    after: int
    until: int
    of: str = ""

    def holds(self, t_ms: int) -> bool:
        return self.after <= t_ms <= self.until


Compute = Callable[[Trace, Window], float | None]
_COMPUTE: dict[str, Compute] = {}


def _works_out(compute: Compute) -> Compute:
    """Registers what works out the measure of the same name."""
    _COMPUTE[compute.__name__] = compute
    return compute


def works_out() -> set[str]:
    """The names of all measures that can be worked out."""
    return set(_COMPUTE)


def measure(trace: Trace, what: str, window: Window | None = None) -> float | None:
    """The measure `what` over the window, or over the whole run; None: nothing to measure."""
    return _COMPUTE[what](trace, window or Window(0, trace.end_ms))


@_works_out
def outage_to_command_ms(trace: Trace, window: Window) -> float | None:
    worst: list[int] = []
    for start, _ in trace.losses():
        first: dict[str, int] = {}
        for move in trace.moves:
            late_ms = move.t_ms - start
            if 0 <= late_ms <= _ANSWER_MS and window.holds(start) and _answers(trace, move):
                first.setdefault(move.node, late_ms)
        worst += first.values()
    return max(worst, default=None)


@_works_out
def over_budget_ms_max(trace: Trace, _window: Window) -> float | None:
    return trace.over_budget_ms_max


@_works_out
def tier0_interruptions(trace: Trace, window: Window) -> float | None:
    return _interruptions(trace, window, 0)


@_works_out
def tier1_interruptions(trace: Trace, window: Window) -> float | None:
    return _interruptions(trace, window, 1)


@_works_out
def tier0_opened_early(trace: Trace, window: Window) -> float | None:
    early = 0
    closed: dict[tuple[str, str], Move] = {}
    for _, moves in _by_instant(trace):
        for move in moves:
            closed.pop((move.node, move.name), None)
            if move.closed:
                closed[move.node, move.name] = move
        for move in moves:
            if _opened(move) and move.tier == 0 and window.holds(move.t_ms):
                early += any(o.tier > 0 and o.node == move.node for o in closed.values())
    return early


@_works_out
def loads_shed(trace: Trace, window: Window) -> float | None:
    return len(_shed(trace, window))


@_works_out
def loads_restored(trace: Trace, window: Window) -> float | None:
    return len(_shed(trace, window) & _on_at_end(trace))


@_works_out
def loads_not_restored(trace: Trace, window: Window) -> float | None:
    return len(_shed(trace, window) - _on_at_end(trace))


@_works_out
def relay_moves(trace: Trace, window: Window) -> float | None:
    return sum(window.holds(move.t_ms) and not move.fell for move in trace.moves)


@_works_out
def moves_per_load_hour_max(trace: Trace, window: Window) -> float | None:
    return _most_within(trace, window, _HOUR_MS, lambda move: (move.node, move.number))


@_works_out
def closes_in_5s_max(trace: Trace, window: Window) -> float | None:
    return _most_within(
        trace, window, _STEP_MS, lambda move: move.node if move.closed and not move.lamp else None
    )


@_works_out
def sheds_without_event(trace: Trace, window: Window) -> float | None:
    lost_ms = _first_loss(trace)
    return sum(not move.closed and move.t_ms >= lost_ms for move in _untold(trace, window))


@_works_out
def moves_without_event(trace: Trace, window: Window) -> float | None:
    return len(_untold(trace, window))


@_works_out
def soc_min_percent(trace: Trace, _window: Window) -> float | None:
    return round(trace.soc_min, 3)


@_works_out
def inverter_trips(trace: Trace, _window: Window) -> float | None:
    return trace.trips


@_works_out
def dark_ms_max(trace: Trace, _window: Window) -> float | None:
    return max((stop - start for start, stop in trace.dark), default=0)


@_works_out
def node_faults(trace: Trace, _window: Window) -> float | None:
    return sum(event.get("event") == "fault" for event in trace.told)


@_works_out
def load_faults(trace: Trace, window: Window) -> float | None:
    return sum(
        event.get("event") == "load fault"
        and event.get("to") == "faulty"
        and window.holds(round(event["t"] * 1000))
        for event in trace.told
    )


@_works_out
def energy_lost_wh_max(trace: Trace, window: Window) -> float | None:
    lost = [lost_wh for t_ms, lost_wh in trace.lost_wh if window.holds(t_ms)]
    return round(max(lost), 3) if lost else None


@_works_out
def light_min_permille(trace: Trace, window: Window) -> float | None:
    return min(_light(trace, window), default=None)


@_works_out
def light_max_permille(trace: Trace, window: Window) -> float | None:
    return max(_light(trace, window), default=None)


@_works_out
def on_at_end(trace: Trace, window: Window) -> float | None:
    return int(window.of in _on_at_end(trace))


def _answers(trace: Trace, move: Move) -> bool:
    """Whether a movement may be a node's answer to a loss: not the relay of a lamp, which opens
    for standby, nor what the node says it did for another reason."""
    return _opened(move) and trace.cause_of(move) in ("", _OVER_BUDGET)


def _opened(move: Move) -> bool:
    """Whether a node switched a load off."""
    return not (move.closed or move.lamp or move.fell)


def _untold(trace: Trace, window: Window) -> list[Move]:
    """The movements in the window of which the node told no cause."""
    return [m for m in trace.moves if window.holds(m.t_ms) and not trace.cause_of(m)]


def _by_instant(trace: Trace) -> list[tuple[int, list[Move]]]:
    groups: dict[int, list[Move]] = {}
    for move in trace.moves:
        groups.setdefault(move.t_ms, []).append(move)
    return sorted(groups.items())


def _first_loss(trace: Trace) -> int:
    return min((start for start, _ in trace.losses()), default=trace.end_ms + 1)


def _shed(trace: Trace, window: Window) -> set[str]:
    lost_ms = _first_loss(trace)
    return {
        move.name
        for move in trace.moves
        if _opened(move) and move.t_ms >= lost_ms and window.holds(move.t_ms)
    }


def _on_at_end(trace: Trace) -> set[str]:
    last = {move.name: move.closed for move in trace.moves}
    return {name for name, closed in last.items() if closed}


def _interruptions(trace: Trace, window: Window, tier: int) -> int:
    """Relay openings, and dark times longer than the inverter's own switching while closed."""
    count = 0
    for load in trace.switched:
        if load.tier != tier or load.lamp:
            continue
        moves = [move for move in trace.moves if move.name == load.name]
        count += sum(not move.closed and window.holds(move.t_ms) for move in moves)
        for start, stop in trace.dark:
            before = [move.closed for move in moves if move.t_ms <= start]
            long = stop - start > trace.transfer_ms
            count += long and window.holds(start) and bool(before) and before[-1]
    return count


def _most_within(
    trace: Trace, window: Window, span_ms: int, group: Callable[[Move], object]
) -> int:
    """The most moves of one group that fall into any half-open span of that length."""
    times: dict[object, list[int]] = {}
    for move in trace.moves:
        key = group(move)
        if key is not None and window.holds(move.t_ms):
            times.setdefault(key, []).append(move.t_ms)
    most = 0
    for moments in times.values():
        for start in moments:
            most = max(most, sum(start <= t < start + span_ms for t in moments))
    return most


def _light(trace: Trace, window: Window) -> list[int]:
    """Every level of the lamp's light in the window, the one it entered with included."""
    changes = [(t, level) for t, lamp, level in trace.light if lamp == window.of]
    before = [level for t, level in changes if t <= window.after]
    inside = [level for t, level in changes if window.after < t <= window.until]
    return before[-1:] + inside
