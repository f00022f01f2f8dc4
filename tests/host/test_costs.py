"""The costed clock as the tools know it: which option, and the same estimate as the desk's."""

import re

import pytest
from typer.testing import CliRunner

from tests.desk_bridge import ROOT
from tomo.cli.app import app
from tomo.errors import UsageError
from tomo.jobs.costs import COSTED, INSTRUCTION_PS, node_ps, typed_ps
from tomo.transport.desk_node import Desk


def test_the_estimate_is_the_desks():
    text = (ROOT / "stubs" / "unix" / "costs.py").read_text(encoding="utf-8")
    assert re.findall(r"^INSTRUCTION_PS = ([\d_]+)$", text, re.MULTILINE) == [f"{INSTRUCTION_PS:_}"]


@pytest.mark.parametrize(
    ("ns", "ps"), [(None, 10_000), (0.1, 100), (12.3456, 12_346), (200, 200_000)]
)
def test_what_is_typed_in_nanoseconds_is_picoseconds_to_a_node(ns, ps):
    assert typed_ps(COSTED, ns) == ps


@pytest.mark.parametrize("ns", [0, -1, 0.09, 200.1, float("nan"), float("inf")])
def test_what_no_processor_takes_is_refused(ns):
    with pytest.raises(UsageError):
        typed_ps(COSTED, ns)


def test_clocks_that_stand_still_while_python_runs_know_no_cost():
    assert node_ps("virtual", INSTRUCTION_PS) == 0
    for arguments in (["desk", "submeter6"], ["site", "run", "scenarios/blackout.toml"]):
        refused = CliRunner().invoke(app, [*arguments, "--instruction-ns", "5"])
        assert isinstance(refused.exception, UsageError)


def test_a_node_is_told_its_cost_whatever_the_environment_says(monkeypatch):
    monkeypatch.setenv("DESK_COST_PS", "5")
    assert Desk("a", "submeter6").environment()["DESK_COST_PS"] == "0"
    assert Desk("a", "submeter6", cost_ps=7).environment()["DESK_COST_PS"] == "7"
