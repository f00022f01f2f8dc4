"""Why a load is as it is, and what it waits for: the facts. Imported for a moment alone.

It reads what the load control and its policies keep to themselves: accessors that only this needs
would take heap all the time.
"""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core import events
from tomoshibi.core.calendar import NEVER_SET, Calendar, civil
from tomoshibi.policy.grid import ISLANDED, RETURN_WAIT
from tomoshibi.wire.events import ACTORS, CAUSES, GRID_STATES, LIMITS, word

if TYPE_CHECKING:
    from tomoshibi.node.load_control import LoadControl

_DAY_S = const(86_400)
_HOUR_S = const(3_600)
_MOVES_AN_HOUR = const(6)
_SETTLE_S = const(2)


def facts(control: LoadControl, i: int, utc_offset_min: int) -> dict:
    """What the console answers of load `i`. Times in s, power in W.

    since    local time of its last movement, if the clock is set
    needs_w  what a plan counts for it
    room_w   what an island leaves it beside what matters as much or more, in an island
    """
    branch = control._branches[i]
    load, grid, now_s = branch.load, control.grid, control.uptime.seconds
    moved_s = control._staging._moves_s[(i + 1) * _MOVES_AN_HOUR - 1]
    since_s = now_s - max(moved_s, 0)
    told = {
        "event": "why",
        "load": load.name,
        "number": branch.number,
        "tier": load.tier,
        "closed": load.closed,
        "since_s": since_s,
        "grid": word(GRID_STATES, grid.state),
        "grid_s": grid.held_ms // 1_000,
        "needs_w": load.may_draw_w(),
    }
    if moved_s >= 0:
        told["since"] = _clock(since_s, utc_offset_min)
        told.update(_last_move(control, branch.number - 1))
    if load.fault:
        told["fault"] = word(CAUSES, load.fault)
    if grid.limited:
        told["budget_w"] = control.budget.limit_w
        told["source"] = word(LIMITS, control.budget.source)
        told["room_w"] = _room_w(control, i)
    told["waits"] = _waits(control, i)
    return told


def _clock(since_s: int, utc_offset_min: int) -> str:
    """Local date and time `since_s` ago; empty if nobody has set the clock."""
    calendar = Calendar(utc_offset_min)
    calendar.update()
    if calendar.quality == NEVER_SET:
        return ""
    day, second = calendar.local()
    back, second = divmod(second - since_s, _DAY_S)
    year, month, day = civil(day + back)
    clock = (year, month, day, second // _HOUR_S, second % _HOUR_S // 60, second % 60)
    return "%04d-%02d-%02d %02d:%02d:%02d" % clock


def _last_move(control: LoadControl, subject: int) -> dict:
    """Cause and actor of its last movement, if that is among the events still held."""
    ring = control.control.events
    for number in range(ring.total - 1, max(-1, ring.total - ring.size - 1), -1):
        record = ring.read(number)
        if record and record[2] == events.LOAD and record[3] == subject:
            return {"cause": word(CAUSES, record[6]), "actor": word(ACTORS, record[10])}
    return {}


def _room_w(control: LoadControl, i: int) -> int:
    room_w = control._left_w()
    tier = control._branches[i].load.tier
    for k in control._range:
        load = control._branches[k].load
        if k != i and load.closed and load.tier <= tier:
            room_w -= load.may_draw_w()
    return max(0, room_w)


def _waits(control: LoadControl, i: int) -> list[dict]:
    """All that keeps it from being on; what ends at a known time with what is left of it."""
    load, grid = control._branches[i].load, control.grid
    waits = []
    if load.locked_off:
        waits.append({"for": "unlock"})
    for actor, _name, name, _sentence in ACTORS:
        if load.off_by & 1 << actor:
            waits.append({"for": "command", "by": name})
    if load.closed or waits:
        return waits
    _wait_for_itself(waits, control, i)
    if grid.limited:
        _wait_for_grid(waits, control)
    if grid.state == ISLANDED or (grid.state == RETURN_WAIT and grid.contact):
        _wait_for_room(waits, control, i)
    elif not grid.limited:
        _wait_for_turn(waits, control, i)
    return waits


def _wait_for_itself(waits: list[dict], control: LoadControl, i: int) -> None:
    for what, left_s in (("rest", _rest_s(control, i)), ("moves", _moves_s(control, i))):
        if left_s > 0:
            waits.append({"for": what, "left_s": left_s})


def _rest_s(control: LoadControl, i: int) -> int:
    load, now_s = control._branches[i].load, control.uptime.seconds
    return load.min_off_s - control._staging.off_s(i, now_s)


def _moves_s(control: LoadControl, i: int) -> int:
    oldest_s = control._staging._moves_s[i * _MOVES_AN_HOUR]
    return _HOUR_S - control.uptime.seconds + oldest_s


def _wait_for_grid(waits: list[dict], control: LoadControl) -> None:
    grid = control.grid
    hold_ms = grid.hold_ms()
    wait = {"for": "grid", "hold_s": hold_ms // 1_000}
    if grid.state == RETURN_WAIT:
        if grid.contact:
            waits.append({"for": "inverter"})
        elif grid.doubt:
            left_ms = max(0, max(grid.trust_ms, hold_ms) - grid._doubt_ms)
            cause = word(CAUSES, control.control.wait_cause())
            waits.append({"for": "sense", "cause": cause, "left_s": left_ms // 1_000})
        wait["left_s"] = max(0, hold_ms - grid.healthy_ms) // 1_000
    waits.append(wait)


def _wait_for_room(waits: list[dict], control: LoadControl, i: int) -> None:
    load = control._branches[i].load
    welded = load.fault == events.WELDED
    if welded:
        waits.append({"for": "repair"})
    room_w = _room_w(control, i)
    short_w = load.may_draw_w() - room_w
    if short_w > 0:
        waits.append({"for": "room", "short_w": short_w})
        if load.peak_w > load.rated_w and load.rated_w <= room_w and not welded:
            waits.append({"for": "retry", "drew_w": load.peak_w})
    else:
        _wait_for_turn(waits, control, i)


def _wait_for_turn(waits: list[dict], control: LoadControl, i: int) -> None:
    """The gaps between closings, and those that close before it."""
    staging, now_s = control._staging, control.uptime.seconds
    left_s = max(staging._next_s - now_s, _SETTLE_S - now_s + staging._last_open_s, 0)
    ready_s = max(left_s, _rest_s(control, i), _moves_s(control, i))
    tier, before = control._branches[i].load.tier, 0
    for k in control._range:
        load = control._branches[k].load
        first = load.tier < tier or (load.tier == tier and k < i)
        # Of those that have their place in the plan, the ones that may close by then.
        if first and control._plan.keep[k] and not load.closed:
            if max(_rest_s(control, k), _moves_s(control, k)) <= ready_s:
                before += 1
    left_s += before * (staging.gap_s + 1)
    waits.append({"for": "turn", "before": before, "left_s": left_s})
