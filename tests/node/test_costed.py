"""A whole node on which running Python takes time; equal runs are equal to the microsecond."""

import json
import os
import subprocess

import pytest

from tests.desk_bridge import ROOT
from tomo.image.documents import put_node_settings

PROGRAM = ROOT / "tests" / "helpers" / "costed_outage.py"
FIRST_LOOK = "import _desk, time; _desk.hold(0); print(time.ticks_us(), time.time_ns())"


@pytest.fixture
def costed(desk32, tmp_path):
    """costed(**environment): what the helper tells of a sub-meter whose loads return soon."""

    def run(**more: str) -> dict:
        put_node_settings(tmp_path, {"name": "a", "wifi_ssid": "desk", "return_hold_s": 5})
        environment = {
            "DESK_BOARD": "submeter6",
            "DESK_CLOCK": "costed",
            "DESK_SEED": "1",
            "MICROPYPATH": f"{ROOT / 'boards' / 'submeter6'}:.frozen",
        }
        done = subprocess.run(
            [desk32, "-X", "heapsize=128k", PROGRAM],
            cwd=tmp_path,
            env=os.environ | environment | more,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        (tmp_path / "flash.bin").unlink()
        (tmp_path / "kept.bin").unlink(missing_ok=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


def test_a_node_lives_through_an_outage_and_is_later_where_running_takes_longer(costed):
    openings_us = costed(LOST_MS="60000", END_MS="61000")["openings_us"]
    # The sense takes 15 ms; what comes after it takes time here.
    assert 15_000 < openings_us[0] < openings_us[-1] < 100_000
    slow = costed(LOST_MS="60000", END_MS="61000", DESK_COST_PS="40000")
    assert slow["openings_us"][-1] > openings_us[-1] + 3_000


def test_eight_runs_are_equal_to_the_microsecond(costed):
    told = [costed(END_MS="2000") for _ in range(8)]
    assert told[0]["cycles"]
    assert told == [told[0]] * 8


@pytest.mark.parametrize("size", ["desk32", "desk64"])
def test_a_clock_that_is_held_at_the_first_look_begins_at_0(size):
    program = ROOT / "build" / size
    if not program.exists():
        pytest.skip(f"no {program}; run `make setup`")
    # It began at 1 us in one run of six.
    seen = {
        subprocess.run([program, "-c", FIRST_LOOK], env=os.environ, capture_output=True).stdout
        for _ in range(25)
    }
    assert seen == {b"0 0\n"}
