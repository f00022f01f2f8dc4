"""A board kept outside this repository is a board like any other."""

import shutil

import pytest

from tests.desk_bridge import ROOT
from tests.node.held_nodes import life
from tests.node.runs import run
from tomo import checkout
from tomo.board.check import check
from tomo.board.read import parts_of, read_board
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


@pytest.mark.usefixtures("desk32")
def test_as_many_circuits_as_there_can_be_are_built_and_one_more_is_refused(tmp_path, monkeypatch):
    """Three chips of submeter3's kind, eight relays; the ninth circuit is fixed."""
    folder = tmp_path / "boards" / "nine"
    folder.mkdir(parents=True)
    text = (ROOT / "boards" / "submeter3" / "board.py").read_text(encoding="utf-8")
    text = text.replace('"submeter3"', '"nine"')
    one = text[text.index("METERS = (") : text.index("SENSES = (")]
    row = '    ("chip%d", "atm90e32", "meter-spi", %d, (%d, %d, %d), (7_305, 11_143, 3_200)),\n'
    chips = "".join(row % (n, (21, 22, 4)[n], 3 * n + 1, 3 * n + 2, 3 * n + 3) for n in range(3))
    pins = (25, 26, 27, 32, 33, 13, 14, 16)
    relays = "".join(f"    ({n}, {pin}, 0, 1),\n" for n, pin in enumerate(pins, 1))
    text = text.replace(one, f"METERS = (\n{chips})\n\nRELAYS = (\n{relays})\n\n")
    (folder / "board.py").write_text(text, encoding="utf-8")
    monkeypatch.setenv(checkout.OWN_BOARDS, str(folder))
    assert [one.what for one in check(parts_of("nine")) if one.fails] == []
    with life(tmp_path / "node", "nine", settings={"return_hold_s": 5, "stagger_s": 0}) as node:
        node.run(120_000)
        assert [node.outputs[f"relay{n}"] for n in range(1, 9)] == [1] * 8
    more = text.replace("    (8, 16, 0, 1),\n", "    (8, 16, 0, 1),\n    (10, 17, 0, 1),\n")
    (folder / "board.py").write_text(more, encoding="utf-8")
    read_board.cache_clear()
    assert "10 circuits" in [one.what for one in check(read_board(folder / "board.py"))]


def test_where_there_is_none_that_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv(checkout.OWN_BOARDS, str(tmp_path))
    with pytest.raises(UsageError, match="or in a folder of it"):
        checkout.boards()


def test_a_name_that_is_taken_is_refused(own, monkeypatch):
    own.rename(own.with_name("submeter6"))
    monkeypatch.setenv(checkout.OWN_BOARDS, str(own.parent))
    with pytest.raises(UsageError, match="two boards 'submeter6'"):
        checkout.board_folder("streetlight")
