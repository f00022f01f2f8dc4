"""Variants of the shipped scenario, and what becomes of runs that are stopped, fail or are left.

Expected outcomes follow from the scenario's ratings and the shedding policy: tiers in order, within
a tier the subset with the most watts that fits, tier 0 last of all.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from tests.desk_bridge import ROOT
from tests.node.runs import BLACKOUT, LOST_MS, SHORT_WAITS, changed, opened_after_loss, run
from tomo.world.measures import measure

BRIEF_LOST_MS = 2 * 60_000


def panel_alone():
    """The scenario without its lamps, events and expectations."""
    return BLACKOUT.read_text(encoding="utf-8").partition('[[node]]\nname = "lamp-')[0]


@pytest.fixture
def variant(desk32, tmp_path):  # noqa: ARG001 (skips where nothing is built)
    """variant(*changes): the panel through a blackout of a minute, with (pattern, new) changes.

    The scenario's own expectations are left out: each test says what the change demands. Waits are
    short, and the grid is lost at BRIEF_LOST_MS; `whole` keeps the scenario's, and its LOST_MS.
    """
    (tmp_path / "data").symlink_to(ROOT / "scenarios" / "data")

    def start(*changes, whole=False):
        at, duration, waits = ("07", "16:00", ()) if whole else ("02", "04:30", SHORT_WAITS)
        text = panel_alone()
        text += f'[[event]]\nat = "00:{at}:00"\nkind = "grid-lost"\nlasts_ms = 60000\n'
        text = changed(text, ('duration = ".*"', f'duration = "00:{duration}"'), *changes, *waits)
        path = tmp_path / "variant.toml"
        path.write_text(text, encoding="utf-8")
        return run(path, tmp_path / "out")

    return start


def opened_after_brief_loss(outcome):
    return opened_after_loss(outcome, BRIEF_LOST_MS)


def test_a_small_inverter_keeps_what_matters_most(variant):
    # The panel's limit follows to nine tenths, 540 W.
    outcome = variant(
        ("continuous_w = 1500", "continuous_w = 600"), ("surge_w = 3000", "surge_w = 1200")
    )
    figures = outcome.summary
    # 45 + 170 W of tiers 0 and 1 always fit; of tier 2 not both (about 300 W and up to 180 W).
    assert {"air conditioner", "water heater"} < opened_after_brief_loss(outcome)
    assert opened_after_brief_loss(outcome) & {"fridge", "outlets and lights"}
    assert figures["tier0_interruptions"] == figures["tier1_interruptions"] == 0
    assert figures["outage_to_command_ms"] <= 100
    assert figures["over_budget_ms_max"] <= 200
    assert figures["inverter_trips"] == 0
    assert figures["loads_restored"] == figures["loads_shed"]


@pytest.mark.parametrize(("volts", "hz"), [(101, 60), (202, 50), (202, 60)])
def test_other_grids_are_shed_and_restored_alike(variant, volts, hz):
    outcome = variant(
        ("nominal_v = 101.0", f"nominal_v = {volts}"), ("nominal_hz = 50", f"nominal_hz = {hz}")
    )
    assert opened_after_brief_loss(outcome) == {"air conditioner", "water heater"}
    assert outcome.summary["loads_restored"] == 2
    assert outcome.summary["outage_to_command_ms"] <= 100


def test_a_load_promoted_to_tier_0_stays_on_where_it_was_shed_before(variant):
    outcome = variant(
        ("continuous_w = 1500", "continuous_w = 600"),
        ("surge_w = 3000", "surge_w = 1200"),
        (r'"fridge"\ntier = 2', '"fridge"\ntier = 0'),
    )
    # Fridge 180 W, exit lights 45 W, radio 170 W: 395 W of 540 W; the outlets' 300 W do not fit.
    assert "fridge" not in opened_after_brief_loss(outcome)
    assert "outlets and lights" in opened_after_brief_loss(outcome)
    assert outcome.summary["tier0_interruptions"] == 0
    assert outcome.summary["over_budget_ms_max"] <= 200


def test_tier_0_opens_only_once_everything_else_is_open(variant):
    # An air conditioner of 1500 W cannot run on 1350 W, whatever else is switched off.
    outcome = variant((r'"air conditioner"\ntier = 3', '"air conditioner"\ntier = 0'))
    assert "air conditioner" in opened_after_brief_loss(outcome)
    assert "exit lights" not in opened_after_brief_loss(outcome)
    assert measure(outcome.trace, "tier0_opened_early") == 0
    assert outcome.summary["over_budget_ms_max"] <= 200


def test_a_tenth_of_a_second_on_a_slow_inverter_moves_no_relay(variant):
    outcome = variant(
        ("lasts_ms = 60000", "lasts_ms = 100"), ("transfer_ms = 20", "transfer_ms = 300")
    )
    assert [source for _, source in outcome.trace.sources] == ["tied", "gap", "tied"]
    assert [
        move for move in outcome.trace.moves if move.t_ms >= BRIEF_LOST_MS and not move.lamp
    ] == []
    assert outcome.summary["loads_shed"] == 0
    assert outcome.summary["outage_to_command_ms"] is None


def test_an_island_of_a_second_is_shed_but_its_loads_return_soon(variant):
    outcome = variant(
        ("lasts_ms = 60000", "lasts_ms = 100"), ("reconnect_s = 150", "reconnect_s = 1"), whole=True
    )
    figures = outcome.summary
    assert opened_after_loss(outcome) == {"air conditioner", "water heater"}
    assert figures["outage_to_command_ms"] <= 100
    assert figures["loads_restored"] == 2
    closes = [m.t_ms - LOST_MS for m in outcome.trace.moves if m.closed and m.t_ms > LOST_MS]
    # Not before 5 s of healthy grid nor, for the air conditioner, its 180 s off; well before 300 s.
    assert min(closes) >= 5_000
    assert max(closes) <= 180_000 + 45_000


def tomo(*arguments, **other):
    command = [sys.executable, "-c", "from tomo.cli.app import main; main()", *map(str, arguments)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **other,
    )


def calm(folder, op, limit):
    """A minute of the scenario in which nothing is shed, and one expectation of how much is."""
    (folder / "data").symlink_to(ROOT / "scenarios" / "data")
    text = BLACKOUT.read_text(encoding="utf-8").partition("[[event]]")[0]
    text = re.sub('duration = ".*"', 'duration = "00:01:00"', text)
    text += f'[[expect]]\nname = "shed"\nwhat = "loads_shed"\nop = "{op}"\nlimit = {limit}\n'
    path = folder / "calm.toml"
    path.write_text(text, encoding="utf-8")
    return path


def nodes_below(folder):
    """Processes whose working directory lies in `folder`."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            if os.readlink(f"/proc/{entry}/cwd").startswith(str(folder)):
                found.append(int(entry))
        except OSError:
            continue  # not a process, or one that has just ended
    return found


@pytest.mark.usefixtures("desk32")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_run_leaves_no_node_behind(tmp_path, number):
    out = tmp_path / "out"
    process = tomo("site", "run", BLACKOUT, "--net", "none", "--out", out)
    wait_until(lambda: len(nodes_below(out)) == 3)
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert "Traceback" not in errors
    assert process.returncode == (-9 if number == signal.SIGKILL else 130)
    wait_until(lambda: not nodes_below(out))


@pytest.mark.usefixtures("desk32")
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_run_whose_reader_goes_away_goes_on_quietly_to_its_verdict(tmp_path, form):
    out = tmp_path / "out"
    path = calm(tmp_path, op="==", limit=0)
    process = tomo("site", "run", path, "--clock", "virtual", "--out", out, *form)
    assert process.stdout
    assert process.stderr
    assert process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert process.stderr.read() == ""
    wait_until(lambda: not nodes_below(out))
    assert json.loads((out / "summary.json").read_text())["verdict"] == "held"


@pytest.mark.usefixtures("desk32")
def test_a_scenario_that_fails_ends_with_status_1(tmp_path):
    path = calm(tmp_path, op=">=", limit=1)
    process = tomo("site", "run", path, "--clock", "virtual", "--json", "--out", tmp_path / "out")
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (1, "")
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines[-1]["verdict"] == "failed"
    assert (tmp_path / "out" / "report.html").exists()


@pytest.mark.usefixtures("desk32")
def test_a_broken_scenario_ends_with_status_2_and_its_line(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text('[site]\nnam = "x"\n', encoding="utf-8")
    process = tomo("site", "run", path)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert f"{path}:2: site.nam: unknown key; did you mean name?" in errors


def wait_until(holds, limit_s=15.0):
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end, "it did not come to that in time"
        time.sleep(0.05)
