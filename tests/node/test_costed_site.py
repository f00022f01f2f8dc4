"""A site on the costed clock: running takes time, and all times are still the site's."""

import io
from dataclasses import replace

import pytest

from tests.host.sites import load, lost, site
from tomo.jobs.costs import COSTED
from tomo.jobs.run_site import Options, run_site
from tomo.render.timeline import PlainView, verdict_lines

pytestmark = pytest.mark.usefixtures("desk32")

LOST_MS = 60_000
SENSE_MS = 15
PS = 30_000


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """A sub-meter of which 3 kW are on loses the grid; an instruction takes three times as long."""
    loads = [load(f"load {n}", tier=n % 5, watts=500) for n in range(6)]
    scenario = site(loads, events=[lost(LOST_MS)], duration=LOST_MS + 5_000)
    node = replace(scenario.node[0], settings={"return_hold_s": 5, "stagger_s": 1})
    scenario = replace(scenario, node=(node,))
    options = Options(tmp_path_factory.mktemp("run"), clock=COSTED, instruction_ps=PS)
    return run_site(scenario, options, PlainView(scenario, io.StringIO()))


def told(outcome, event):
    return [one for one in outcome.trace.told if one["event"] == event]


def test_loads_are_cut_one_after_the_other_as_the_node_gets_to_it(outcome):
    cut = [move.t_ms for move in outcome.trace.moves if not move.closed and move.t_ms > LOST_MS]
    assert LOST_MS + SENSE_MS < cut[0] < cut[-1] < LOST_MS + 100


def test_what_a_node_tells_has_the_times_at_which_the_world_saw_it(outcome):
    moved = {(move.number, move.closed): move.t_ms for move in outcome.trace.moves}
    switched = [(1000 * one["t"], one) for one in told(outcome, "load")]
    assert switched
    for told_ms, one in switched:
        assert moved[one["number"], one["to"] == "on"] == pytest.approx(told_ms, abs=10)


def test_the_first_line_says_how_long_the_start_took(outcome):
    [boot] = told(outcome, "boot")
    assert 0.05 < boot["t"] < 5


def test_the_summary_says_which_clock_it_was_and_what_an_instruction_took(outcome):
    assert (outcome.summary["clock"], outcome.summary["instruction_ns"]) == (COSTED, PS / 1000)
    assert verdict_lines(outcome)[-1].endswith(", 30 ns an instruction)")
