"""tomo.render.why: one sentence from what a node has told, for every cause and every wait."""

import pytest

from tomo.render.why import sentence
from tomoshibi.wire.events import CAUSES, WORD
from tomoshibi.wire.why import WAITS

OFF = {
    "load": "heater", "number": 4, "tier": 3, "closed": False, "since_s": 212,
    "since": "2026-11-25 18:03:12", "grid": "return-wait", "grid_s": 88, "needs_w": 800,
    "cause": "over the island's limit", "actor": "node", "budget_w": 1_350,
    "source": "the inverter's limit", "room_w": 150,
    "waits": [{"for": "grid", "hold_s": 300, "left_s": 212}],
}  # fmt: skip


def without(*names, **more):
    return {name: value for name, value in OFF.items() if name not in names} | more


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (
            OFF,
            ("heater is off since 18:03:12: return-wait, budget 1350 W (the inverter's limit), "
            "tier 3 did not fit; returns when the grid has been healthy for 300 s, 212 s left"),
        ),
        (
            without("since", grid="islanded", waits=[
                {"for": "grid", "hold_s": 300}, {"for": "room", "short_w": 650}
            ]),
            ("heater is off for 212 s: islanded, budget 1350 W (the inverter's limit), tier 3 did "
            "not fit; returns when the grid has been healthy for 300 s, or when 650 W more are "
            "left in the island"),
        ),
        (
            without("budget_w", cause="commanded", actor="console", since_s=90_000,
                    waits=[{"for": "unlock"}]),
            ("heater is off since 2026-11-25 18:03:12: commanded by the console; stays off until "
            "its lock is taken away (`load 4 unlock`)"),
        ),
        (
            without("budget_w", waits=[{"for": "turn", "before": 2, "left_s": 4}]),
            ("heater is off since 18:03:12: over the island's limit; returns when it is its turn, "
            "with 2 before it, 4 s left"),
        ),
        (
            without("budget_w", closed=True, cause="grid healthy for the hold time", waits=[]),
            ("heater is on since 18:03:12: grid healthy for the hold time; stays on while the grid "
            "is there"),
        ),
        (
            without(closed=True, cause="within the island's limit", waits=[], grid="islanded"),
            ("heater is on since 18:03:12: islanded, budget 1350 W (the inverter's limit), within "
            "the island's limit; stays on while its 800 W fit"),
        ),
        (
            without(waits=[
                {"for": "rest", "left_s": 40}, {"for": "grid", "hold_s": 300},
                {"for": "turn", "before": 0, "left_s": 0},
            ]),
            ("heater is off since 18:03:12: return-wait, budget 1350 W (the inverter's limit), "
            "tier 3 did not fit; returns when the grid has been healthy for 300 s, or when it is "
            "its turn, with 0 before it, 0 s left; not before it has been off for its shortest "
            "time, 40 s left"),
        ),
        (
            without("budget_w", waits=[
                {"for": "room", "short_w": 100}, {"for": "retry", "drew_w": 900},
            ]),
            ("heater is off since 18:03:12: over the island's limit; returns when 100 W more are "
            "left in the island, or when its rating is believed again: it drew 900 W"),
        ),
        (
            without("budget_w", "since", "cause", waits=[{"for": "newer"}], fault="a weld"),
            ("heater is off for 212 s: it has not moved since the node's start; faulty: a weld; "
            "returns when newer"),
        ),
    ],
)  # fmt: skip
def test_the_sentence_says_state_reason_and_what_will_change_it(told, says):
    assert sentence(told) == says


@pytest.mark.parametrize("cause", [row[WORD] for row in CAUSES])
def test_every_cause_is_told(cause):
    assert cause in sentence(without("budget_w", cause=cause))


@pytest.mark.parametrize("row", WAITS, ids=lambda row: row[0])
def test_every_wait_is_told_with_what_is_left_of_it(row):
    wait = {"for": row[0], "left_s": 7, "by": "console", "hold_s": 5, "cause": "x", "short_w": 1,
            "drew_w": 2, "before": 3}  # fmt: skip
    told = sentence(without(waits=[wait]))
    assert "{" not in told
    assert told.endswith(", 7 s left")
    assert ("; returns when " in told) == row[1]
