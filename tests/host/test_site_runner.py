"""The site runner with stand-in nodes, so that it can be tried where no desk program is built."""

import io
import json
import os
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.desk_bridge import ROOT
from tomo.errors import HostError, NodeWrong
from tomo.image.documents import node_settings as chip_settings
from tomo.jobs.node_settings import node_settings
from tomo.jobs.run_folder import OURS
from tomo.jobs.run_site import Options, run_site
from tomo.render import report
from tomo.render.timeline import JsonView, PlainView, measured, verdict_lines
from tomo.scenario.read import read
from tomo.transport.desk_node import NodeDied

FAKE = Path(__file__).with_name("fake_node.py")


@pytest.fixture(scope="module")
def scenario():
    return read(ROOT / "scenarios" / "blackout.toml")


def options(folder, **other):
    command = (sys.executable, str(FAKE))
    return Options(folder, clock="virtual", command=lambda _node: command, **other)


@pytest.fixture(scope="module")
def run(scenario, tmp_path_factory):
    """One whole run: its outcome, its timeline as printed, its folder."""
    folder, out = tmp_path_factory.mktemp("site"), io.StringIO()
    outcome = run_site(scenario, options(folder), PlainView(scenario, out))
    return outcome, out.getvalue(), folder


@pytest.fixture(scope="module")
def page(run):
    return report.page(run[0])


def test_the_fake_policy_gives_the_figures_that_its_few_lines_demand(run):
    figures = run[0].summary
    # It sheds 40 ms after it sees the loss: the air conditioner (1800 W) and the water heater
    # (3000 W) do not fit into 1350 W beside the 1000 W of the other four.
    assert figures["outage_to_command_ms"] == 40
    assert figures["loads_shed"] == figures["loads_restored"] == 2
    assert figures["relay_moves"] == 6 + 2 + 2
    assert figures["over_budget_ms_max"] == 40 + 12 - 20  # contact, less the dark transfer
    assert figures["tier0_interruptions"] == figures["tier1_interruptions"] == 0


def test_lamps_that_never_dim_fail_the_expectation_and_the_verdict(run):
    summary = run[0].summary
    failed = [one["name"] for one in summary["expectations"] if not one["held"]]
    assert failed == ["the shelter's entrance gives no more light than its energy carries"]
    assert summary["verdict"] == "failed"
    assert not run[0].held
    lines = [line for line in verdict_lines(run[0]) if line.startswith("FAILED")]
    assert lines == [f"FAILED  {failed[0]}: 100 % (expected <= 50 %)"]


def test_verdicts_say_what_they_count(run):
    told = {line.partition(": ")[0]: line.partition(": ")[2] for line in verdict_lines(run[0])}
    restored = told["held    every load that was shed is on again"]
    assert restored == "0 loads still off (expected == 0)"
    assert told["held    something had to be shed"] == "2 loads shed (expected >= 1)"
    nothing = {"what": "outage_to_command_ms", "op": "<=", "limit": 100, "value": None}
    assert measured(nothing) == "nothing was cut (expected <= 100 ms)"
    one = {"what": "inverter_trips", "op": "==", "limit": 0, "value": 1}
    assert measured(one) == "1 trip (expected == 0)"


def test_the_report_says_which_clock_it_was_and_what_an_instruction_took_on_it(run):
    assert ", virtual clock, seed" in report._when(run[0])
    costed = replace(run[0], summary=run[0].summary | {"clock": "costed", "instruction_ns": 12.5})
    assert ", costed clock (12.5 ns an instruction), seed" in report._when(costed)


def test_the_timeline_is_in_order_and_in_local_time(run):
    lines = run[1].splitlines()[1:]
    times = [line.split()[0] for line in lines]
    assert times == sorted(times)
    assert "16:12:00.000  world        grid lost" in lines
    assert any(line.startswith("16:30:1") and line.endswith("sunset") for line in lines)
    assert any("16:12:00.040" in line and "water heater" in line for line in lines)


def test_the_summary_on_disk_is_the_summary(run):
    outcome, _, folder = run
    assert json.loads((folder / "summary.json").read_text()) == outcome.summary


@pytest.fixture(scope="module")
def again(scenario, tmp_path_factory):
    """The same run at the pace of a clock: its outcome, its folder."""
    folder = tmp_path_factory.mktemp("again")
    fast = replace(scenario, site=replace(scenario.site, pace=2_000.0))
    paced = replace(options(folder), clock="paced", net="none")
    return run_site(fast, paced, JsonView(scenario, io.StringIO())), folder


def test_two_runs_give_the_same_files(run, page, again, scenario):
    name = "timeline.jsonl"
    assert (again[1] / name).read_text() == (run[2] / name).read_text()
    # As if of the clock and pace of the first.
    summary = again[0].summary | {"clock": "virtual"}
    assert json.dumps(summary) == json.dumps(run[0].summary)
    like_first = replace(again[0], scenario=scenario, summary=summary)
    assert report.page(like_first) == page


def test_pace_changes_nothing_but_the_time_it_takes(run, again):
    outcome = again[0]
    assert outcome.real_s >= 3_600 / 2_000
    assert outcome.summary | {"clock": "virtual"} == run[0].summary


def test_the_report_stands_alone_and_shows_every_movement(run, page):
    assert "Failed: 14 of 15 expectations held" in page
    assert page.count("<svg") == 2
    for attribute in ('src="http', 'href="http', "<script", "<link", "@import"):
        assert attribute not in page
    moves = page.split("Every relay movement")[1].split("</table>")[0]
    assert moves.count("<tr>") == 1 + run[0].summary["relay_moves"]
    assert "16:12:00.040" in moves
    assert "over the island&#x27;s limit" in moves
    assert "10 relay movements" not in page
    assert "relay movements: 6 loads on at start, 4 of loads later, 0 of lamps" in page
    assert page.count("inverter's rating 1500 W") == 2
    assert page.count("panel's island limit 1350 W") == 2
    assert "nobody feeds the loads" in page


def test_every_node_gets_its_settings(run, scenario):
    panel = chip_settings(run[2] / "nodes" / "panel")
    assert panel
    # The desk's network has a name, too.
    assert panel == {"wifi_ssid": "desk"} | node_settings(scenario, scenario.node[0])
    assert (panel["line_hz"], panel["line_v"], panel["island_limit_w"]) == (50, 100, 1_350)
    assert panel["latitude_e4"] == 356_895
    assert panel["loads"][4] == {
        "name": "air conditioner",
        "tier": 3,
        "rated_w": 1_800,
        "min_off_s": 180,
        "locked_off": 0,
    }
    lamp = chip_settings(run[2] / "nodes" / "lamp-shelter")
    assert lamp
    assert lamp["lamp_role"] == "evacuation"
    assert "loads" not in lamp
    assert "island_limit_w" not in lamp


def test_the_limit_follows_the_inverter_unless_it_is_given(scenario):
    small = replace(scenario, inverter=replace(scenario.inverter, continuous_w=605))
    panel, lamp = scenario.node[:2]
    assert node_settings(small, panel)["island_limit_w"] == 544  # nine tenths of 605, rounded down
    given = replace(panel, settings={"island_limit_w": 700})
    assert node_settings(small, given)["island_limit_w"] == 700
    second = replace(panel, name="second")
    two = replace(small, node=(panel, second, lamp))
    assert node_settings(two, panel)["island_limit_w"] == 272


def test_the_grids_nominal_values_reach_the_node(scenario):
    for volts, hz, line_v, line_hz in ((101.0, 60, 100, 60), (202.0, 50, 200, 50)):
        grid = replace(scenario.grid, nominal_v=volts, nominal_hz=hz)
        for node in scenario.node:
            settings = node_settings(replace(scenario, grid=grid), node)
            assert (settings["line_v"], settings["line_hz"]) == (line_v, line_hz)


def test_a_run_that_is_cut_short_leaves_no_old_verdict(scenario, tmp_path, monkeypatch):
    calm = replace(scenario, site=replace(scenario.site, duration=5_000), event=(), expect=())
    view = JsonView(scenario, io.StringIO())
    run_site(calm, options(tmp_path), view, lambda _: (tmp_path / "report.html").write_text("old"))
    assert {"summary.json", "report.html"} <= set(os.listdir(tmp_path))
    monkeypatch.setenv("FAKE_FAULT", "die")
    with pytest.raises(NodeDied):
        run_site(calm, options(tmp_path), view)
    assert set(os.listdir(tmp_path)) == {OURS, "nodes"}


def test_the_report_is_written_before_another_run_may_begin(scenario, tmp_path):
    calm = replace(scenario, site=replace(scenario.site, duration=1_000), event=(), expect=())
    view = JsonView(scenario, io.StringIO())

    def second(_outcome):
        with pytest.raises(HostError, match="another run is writing"):
            run_site(calm, options(tmp_path), view)

    run_site(calm, options(tmp_path), view, second)


def test_a_node_that_dies_is_told_with_its_last_words(scenario, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_FAULT", "die")
    with pytest.raises(NodeDied, match=r"ended with status 7\n(.*\n)*.*the last words of a node"):
        run_site(scenario, options(tmp_path), JsonView(scenario, io.StringIO()))
    assert no_children()


def test_a_node_that_is_killed_is_told_as_that(scenario, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_FAULT", "killed")
    with pytest.raises(NodeDied, match=r"node \S+ was killed by signal 9\n"):
        run_site(scenario, options(tmp_path), JsonView(scenario, io.StringIO()))
    assert no_children()


def test_a_node_that_talks_nonsense_is_told(scenario, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_FAULT", "garbage")
    with pytest.raises(NodeWrong, match="what"):
        run_site(scenario, options(tmp_path), JsonView(scenario, io.StringIO()))
    assert no_children()


def test_a_program_that_is_not_there_leaves_nothing_behind(scenario, tmp_path):
    missing = replace(options(tmp_path), command=lambda _node: (str(tmp_path / "nothing"),))
    with pytest.raises(FileNotFoundError):
        run_site(scenario, missing, JsonView(scenario, io.StringIO()))
    assert no_children()


def test_an_address_that_is_taken_is_told_before_anything_starts(scenario, tmp_path):
    net = f"127.66.{os.getpid() % 250}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((f"{net}.11", 3610))
        with pytest.raises(HostError, match=f"UDP port 3610 at {net}.11 is in use"):
            run_site(scenario, options(tmp_path, net=net), JsonView(scenario, io.StringIO()))


def no_children():
    """Whether every process started from here has ended and was waited for."""
    try:
        return os.waitpid(-1, os.WNOHANG) == (0, 0) and False
    except ChildProcessError:
        return True
