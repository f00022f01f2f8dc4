"""One sentence for a load: why it is on or off, and what will change that (console: `why`)."""

from typing import Any

from tomoshibi.wire.events import CAUSES, WORD, named
from tomoshibi.wire.why import ITSELF, SAYS, WAITS, WAY
from tomoshibi.wire.why import WORD as WAIT

_OVER_BUDGET = named(CAUSES, "OVER_BUDGET")[WORD]
_ROWS = {row[WAIT]: row for row in WAITS}
_DAY_S = 86_400

Told = dict[str, Any]


def sentence(told: Told) -> str:
    """From what the node has told. A wait that a newer firmware has is told by its word."""
    state = "on" if told["closed"] else "off"
    return f"{told['load']} is {state} {_since(told)}: {_reason(told)}; {_outlook(told)}"


def _since(told: Told) -> str:
    """Since a time of day if the node's clock is set, else for so long."""
    if not told.get("since"):
        return f"for {told['since_s']} s"
    date, _, clock = told["since"].partition(" ")
    return f"since {clock}" if told["since_s"] < _DAY_S else f"since {date} {clock}"


def _reason(told: Told) -> str:
    cause = told.get("cause", "")
    by = f" by the {told['actor']}" if told.get("actor", "node") != "node" else ""
    reason = cause + by if cause else "nothing is known of its last movement"
    if not cause and "since" not in told:
        reason = "it has not moved since the node's start"
    if "budget_w" in told:
        reason = f"{told['grid']}, budget {told['budget_w']} W ({told['source']}), " + (
            f"tier {told['tier']} did not fit" if cause == _OVER_BUDGET else reason
        )
    return f"{reason}; faulty: {told['fault']}" if "fault" in told else reason


def _outlook(told: Told) -> str:
    waits = told["waits"]
    if told["closed"]:
        if waits:
            return "goes off at once"
        if "budget_w" in told:
            return f"stays on while its {told['needs_w']} W fit"
        return "stays on while the grid is there"
    if not waits:
        return "returns at once"
    if not all(_ROWS.get(wait["for"], ("", True))[ITSELF] for wait in waits):
        return "stays off until " + _and(told, waits)
    always: list[Told] = []
    ways: dict[str, list[Told]] = {}
    for wait in waits:
        row = _ROWS.get(wait["for"])
        (ways.setdefault(row[WAY], []) if row and row[WAY] else always).append(wait)
    if not ways:
        return "returns when " + _and(told, always)
    # The grid returns, or an island has room: whichever is first.
    when = "returns when " + ", or when ".join(_and(told, each) for each in ways.values())
    return f"{when}; not before {_and(told, always)}" if always else when


def _and(told: Told, waits: list[Told]) -> str:
    return " and ".join(_wait(told, wait) for wait in waits)


def _wait(told: Told, wait: Told) -> str:
    row = _ROWS.get(wait["for"])
    words = row[SAYS].format_map(told | wait) if row else wait["for"]
    return f"{words}, {wait['left_s']} s left" if "left_s" in wait else words
