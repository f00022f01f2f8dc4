"""A board kept outside this repository is a board like any other."""

import shutil

import pytest

from tests.desk_bridge import ROOT
from tests.node.runs import run
from tomo import checkout
from tomo.errors import UsageError

CASE = ROOT / "scenarios" / "cases" / "three_circuits.toml"


@pytest.fixture
def own(tmp_path):
    """The folder of a board `shop`: submeter3 under another name."""
    folder = tmp_path / "own boards" / "shop"
    shutil.copytree(ROOT / "boards" / "submeter3", folder)
    text = (folder / "board.py").read_text(encoding="utf-8")
    (folder / "board.py").write_text(text.replace('"submeter3"', '"shop"'), encoding="utf-8")
    return folder


@pytest.mark.usefixtures("desk32")
@pytest.mark.parametrize("whole", [True, False])
def test_it_runs_a_scenario_to_its_verdict(own, tmp_path, monkeypatch, whole):
    monkeypatch.setenv(checkout.OWN_BOARDS, str(own.parent if whole else own))
    path = tmp_path / "shop.toml"
    text = CASE.read_text(encoding="utf-8")
    path.write_text(text.replace('board = "submeter3"', 'board = "shop"'), encoding="utf-8")
    assert run(path, tmp_path / "out").summary["verdict"] == "held"


def test_where_there_is_none_that_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv(checkout.OWN_BOARDS, str(tmp_path))
    with pytest.raises(UsageError, match="or in a folder of it"):
        checkout.boards()


def test_a_name_that_is_taken_is_refused(own, monkeypatch):
    own.rename(own.with_name("submeter6"))
    monkeypatch.setenv(checkout.OWN_BOARDS, str(own.parent))
    with pytest.raises(UsageError, match="two boards 'submeter6'"):
        checkout.board_folder("streetlight")
