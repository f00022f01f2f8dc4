"""A blackout in which the nodes' own supplies fail: real processes, killed and booted again."""

import json

import pytest

from tests.desk_bridge import ROOT
from tests.node.held_nodes import tomo
from tests.node.runs import run

LOST_MS, BACK_MS = 50_000, 190_000
CUTS_MS = (70_000, 120_000)  # of the panel's supply
BOOTS_MS = (80_000, 128_000)


@pytest.fixture(scope="module")
def blackout(desk32, tmp_path_factory):  # noqa: ARG001 (skips where nothing is built)
    folder = tmp_path_factory.mktemp("supply")
    return run(ROOT / "scenarios" / "blackout-supply.toml", folder), folder / "nodes" / "panel"


def test_it_holds_what_its_scenario_expects(blackout):
    failed = [one for one in blackout[0].summary["expectations"] if not one["held"]]
    assert failed == []


def test_a_node_that_boots_in_an_island_closes_what_was_on_and_nothing_that_was_shed(blackout):
    moves = [move for move in blackout[0].trace.moves if move.node == "panel"]
    island = [move for move in moves if LOST_MS < move.t_ms < BACK_MS]
    assert {m.name for m in island if not m.closed and m.t_ms < CUTS_MS[0]} == {
        "air conditioner",
        "water heater",
    }
    kept_on = ["exit lights", "radio and medical", "fridge"]
    for boot_ms, end_ms in zip(BOOTS_MS, (CUTS_MS[1], BACK_MS), strict=True):
        closed = [m.name for m in island if m.closed and boot_ms <= m.t_ms < end_ms]
        assert closed == kept_on
    assert len([m for m in island if m.closed]) == 2 * len(kept_on)


def test_its_chip_is_sound_and_has_counted_every_start(blackout):
    status, out, _ = tomo("registers", "verify", blackout[1], "--json")
    assert (status, json.loads(out.splitlines()[-1])) == (0, {"verdict": "fine"})
    status, out, _ = tomo("registers", "dump", blackout[1], "--json")
    counts = {row["register"]: row["value"] for row in map(json.loads, out.splitlines()[1:])}
    assert {name: n for name, n in counts.items() if "boots" in name and n} == {
        "boots after power-on": 3
    }


def test_the_second_failure_comes_while_the_counters_are_saved(blackout):
    marks = [t_ms for t_ms, words in blackout[0].trace.marks if words == "panel is without power"]
    # The sense falls 15 ms after the mains; the next look is at most 40 ms later.
    assert marks[0] == CUTS_MS[0]
    assert CUTS_MS[1] + 15 <= marks[1] <= CUTS_MS[1] + 15 + 40 + 20


def test_what_a_node_says_after_its_boot_is_told_in_the_sites_time(blackout):
    starts = [
        entry.t_ms
        for entry in blackout[0].entries
        if entry.where == "panel" and (entry.data or {}).get("event") == "boot"
    ]
    assert starts == [0, *BOOTS_MS]
