"""The shipped scenario: world, three nodes with the real firmware, an hour with a blackout.

Expected outcomes follow from the scenario's ratings and the shedding policy: tiers in order, within
a tier the subset with the most watts that fits, tier 0 last of all.
"""

import os
import subprocess

import pytest

from tests.desk_bridge import ROOT
from tests.node.runs import BLACKOUT, LOST_MS, opened_after_loss, run, short_blackout
from tomo.world.measures import Window, measure


@pytest.fixture(scope="module")
def blackout(desk32, tmp_path_factory):  # noqa: ARG001 (skips where nothing is built)
    """The shipped scenario, once."""
    return run(BLACKOUT, tmp_path_factory.mktemp("blackout"))


def test_the_blackout_holds_what_its_scenario_expects(blackout):
    failed = [one for one in blackout.summary["expectations"] if not one["held"]]
    assert failed == []
    assert blackout.summary["verdict"] == "held"


def test_the_blackout_sheds_what_does_not_fit_and_nothing_else(blackout):
    # 50 + 200 + 300 + 450 W rated fit into 1350 W; 1800 W and 3000 W do not.
    assert opened_after_loss(blackout) == {"air conditioner", "water heater"}
    assert measure(blackout.trace, "dark_ms_max") == 20


def test_lamps_fall_back_to_what_their_energy_carries(blackout):
    # From sunset 16:30 to civil dawn about 05:53 are 13.4 h. 700 Wh less a tenth carry about 47 W
    # on average: 500 permille of 60 W, not 1000. 300 Wh carry about 20 W: 300 permille (18.4 W).
    night = Window(35 * 60_000, 42 * 60_000, "shelter entrance")
    assert measure(blackout.trace, "light_max_permille", night) == 500
    assert measure(blackout.trace, "light_min_permille", night) == 500
    street = Window(35 * 60_000, 42 * 60_000, "main street")
    assert measure(blackout.trace, "light_max_permille", street) == 300


def test_the_relay_of_a_dark_lamp_opens_and_says_why(blackout):
    opened = [m for m in blackout.trace.moves if m.lamp and not m.closed and m.t_ms > LOST_MS]
    assert {move.node for move in opened} == {"lamp-shelter", "lamp-street"}
    cause = "ten minutes without light: its driver's standby is saved"
    assert [blackout.trace.cause_of(move) for move in opened] == [cause, cause]
    words = [entry.text for entry in blackout.entries if entry.where == "lamp-street"]
    assert f"opens the lamp's relay ({cause})" in words


def test_no_load_returns_before_the_grid_was_healthy_for_300_s(blackout):
    back_ms = 43 * 60_000
    closes = [m.t_ms for m in blackout.trace.moves if m.closed and m.t_ms > LOST_MS and not m.lamp]
    assert min(closes) >= back_ms + 300_000
    # 300 s, at most 30 s of stagger, 5 s a step, and some seconds for rounding.
    assert max(closes) <= back_ms + 300_000 + 30_000 + 2 * 5_000 + 5_000


@pytest.mark.usefixtures("desk32")
def test_make_run_gives_the_same_files_to_the_byte(tmp_path):
    """What the README shows first; and two runs of a scenario are the same."""
    brief = short_blackout(tmp_path)
    done = make("run", "CLOCK=virtual", f"SCENARIO={brief}")
    assert done.returncode == 0, done.stdout + done.stderr
    made = written(ROOT / "build" / "run")
    assert len(made.pop("report.html")) > 10_000
    outcome = run(brief, tmp_path / "out")
    assert made == written(tmp_path / "out")
    # It has been through what the hour goes through.
    assert outcome.summary["loads_shed"] == outcome.summary["loads_restored"] == 2
    assert "light to 50 % (energy to dawn)" in [entry.text for entry in outcome.entries]


def test_make_run_takes_the_shipped_scenario():
    done = make("run", "TOMO=echo")
    assert done.returncode == 0, done.stdout + done.stderr
    command = f"site run {BLACKOUT.relative_to(ROOT)} --clock paced --out build/run"
    assert done.stdout.splitlines()[-1] == command


def make(*words):
    return subprocess.run(
        ["make", *words],
        cwd=ROOT,
        # Not the make that runs this test, nor its flags.
        env={key: value for key, value in os.environ.items() if not key.startswith("MAKE")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def written(folder):
    """{name: bytes} of the files of a run."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
