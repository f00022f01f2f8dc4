"""examples/board, from outside the tree: loads, a lamp and three chips of one UART on one board."""

import pytest

from tests.desk_bridge import ROOT
from tests.node.own_boards import copied
from tests.node.runs import run
from tomo import checkout

FOLDER = ROOT / "examples" / "board"


@pytest.fixture
def board(tmp_path, monkeypatch):
    """A copy of its folder, which the host tools look for boards in."""
    folder = copied(FOLDER, tmp_path / "boards of ours" / "board")
    monkeypatch.setenv(checkout.OWN_BOARDS, str(folder))
    return folder


def changed(board, *changes):
    path = board / "board.py"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def held(board, out):
    return run(board / "blackout.toml", out).summary["verdict"] == "held"


@pytest.mark.usefixtures("desk32")
def test_loads_and_lamp_live_through_a_blackout(board, tmp_path):
    assert held(board, tmp_path / "out")


@pytest.mark.usefixtures("desk32")
def test_so_do_two_poles_a_lamp_without_photocell_senses_the_other_way_round_and_mixed_rows(
    board, tmp_path
):
    changed(
        board,
        ("    (1, 32, 0, 1),\n", ""),
        ("    (3, 27, 0, 0),\n", "    (3, 27, 0, 0),\n    (1, 32, 0, 1),\n    (1, 13, 1, 0),\n"),
        ('PHOTOCELLS = (("photocell", "bh1750", "sky-i2c", 0x23),)', "PHOTOCELLS = ()"),
        ('    ("sky-i2c", "i2c", 0, 22, 21),\n', ""),
        ('("grid", 34, 15)', '("grid", 34, 15, 0)'),
        ('("load", 35, 15)', '("load", 35, 15, 0)'),
    )
    assert held(board, tmp_path / "out")
