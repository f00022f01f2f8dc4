"""One outage, event for event: the whole sub-meter on RV32 against the same on desk32.

Both run `proofs/budget/desk/outage.py` in virtual time, from the same settings, with the same chip
models; what differs is the compiler, the processor, the C library and MicroPython's port.
"""

import json
import os
import subprocess

import pytest

from bootstrap.lean import beside
from proofs.budget import on_rv32
from tests.desk_bridge import ROOT
from tomo.image.documents import put_node_settings

# Time is held while Python runs, on both.
APART_MS = 0
LIMIT_S = 60
LOADS = [
    {"name": f"load {n}", "tier": min(n, 4), "rated_w": 100 * n, "min_off_s": 0}
    for n in range(1, 7)
]
SETTINGS = on_rv32.SETTINGS | {"loads": LOADS}
PROGRAMS = "proofs/budget/desk"


def on_desk(folder) -> str:
    programs = beside(ROOT / PROGRAMS, ROOT / "build" / "beside" / PROGRAMS)
    put_node_settings(folder, SETTINGS)
    path = f"{programs}:{ROOT / 'boards' / 'submeter6'}:.frozen"
    done = subprocess.run(
        [ROOT / "build" / "desk32", "-c", "import outage"],
        cwd=folder,
        env=os.environ | on_rv32.ENVIRONMENT | {"MICROPYPATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=True,
    )
    return done.stdout


def events(output: str) -> list[dict]:
    """The console's lines, in order."""
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def without_time(told: list[dict]) -> list[dict]:
    return [{key: value for key, value in one.items() if key != "t"} for one in told]


@pytest.fixture(scope="module")
def both(desk32, tmp_path_factory):  # noqa: ARG001 (skips where nothing is built)
    """What the node tells on RV32, and on the desk."""
    desk = events(on_desk(tmp_path_factory.mktemp("desk")))
    return events(on_rv32.output("outage", SETTINGS)), desk


def test_kinds_causes_loads_and_powers_are_the_desks(both):
    rv32, desk = both
    assert without_time(rv32) == without_time(desk)


def test_times_are_the_desks(both):
    rv32, desk = both
    late = [abs(round(1000 * (one["t"] - other["t"]))) for one, other in zip(*both, strict=True)]
    assert max(late) <= APART_MS, list(zip(late, rv32, desk, strict=True))


def test_some_loads_are_shed_and_all_come_back(both):
    """Two machines that do nothing would be alike."""
    rv32, _ = both
    moved = [(one["number"], one["to"]) for one in rv32 if one["event"] == "load"]
    lost = moved.index((moved[6][0], "off"))
    shed = {number for number, to in moved[lost:] if to == "off"}
    assert 0 < len(shed) < len(LOADS)
    assert {number for number, to in moved[lost:] if to == "on"} == shed
