"""A board kept outside this repository is a board like any other."""

import pytest

from tests.desk_bridge import ROOT
from tests.node.desk_nodes import Asker, seats
from tests.node.held_nodes import kept, life
from tests.node.own_boards import copied
from tests.node.runs import run
from tomo import checkout
from tomo.board.check import check
from tomo.board.read import parts_of, read_board
from tomo.errors import UsageError
from tomoshibi.wire import registers

CASE = ROOT / "scenarios" / "cases" / "three_circuits.toml"


@pytest.fixture
def own(tmp_path):
    """The folder of a board `shop`: submeter3 under another name."""
    folder = copied(ROOT / "boards" / "submeter3", tmp_path / "own boards" / "shop")
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


@pytest.fixture
def sixteen(tmp_path, monkeypatch):
    """The folder of a board as large as can be: six chips of submeter3's kind, ten relays, and
    the main conductor on the last channel."""
    folder = tmp_path / "boards" / "sixteen"
    folder.mkdir(parents=True)
    text = (ROOT / "boards" / "submeter3" / "board.py").read_text(encoding="utf-8")
    text = text.replace('"submeter3"', '"sixteen"')
    one = text[text.index("METERS = (") : text.index("SENSES = (")]
    row = '    ("chip%d", "atm90e32", "meter-spi", %d, (%s), (7_305, 11_143, 3_200)),\n'
    fed = ["1, 2, 3", "4, 5, 6", "7, 8, 9", "10, 11, 12", "13, 14, 15", "16, 0"]
    chips = "".join(
        row % (n, pin, circuits)
        for n, (pin, circuits) in enumerate(zip((21, 22, 4, 2, 12, 15), fed, strict=True))
    )
    pins = (25, 26, 27, 32, 33, 13, 14, 16, 17, 5)
    relays = "".join(f"    ({n}, {pin}, 0, 1),\n" for n, pin in enumerate(pins, 1))
    text = text.replace(one, f"METERS = (\n{chips})\n\nRELAYS = (\n{relays})\n\n")
    (folder / "board.py").write_text(text, encoding="utf-8")
    monkeypatch.setenv(checkout.OWN_BOARDS, str(folder))
    return folder


@pytest.mark.usefixtures("desk32", "sixteen")
def test_as_many_circuits_as_there_can_be_are_built(tmp_path):
    assert [one.what for one in check(parts_of("sixteen")) if one.fails] == []
    drawn = {f"p{n}_mw": 10_000 * n for n in range(1, 17)}
    main = {"p0_mw": 3_600_000, "i0_ma": 36_300}
    settings = {"return_hold_s": 5, "stagger_s": 0}
    ip, own = seats(2)
    with (
        life(tmp_path / "node", "sixteen", ip, settings) as node,
        Asker(own) as controller,
    ):
        node.run(100_000)
        node.run(20_000, **drawn, **main)
        assert [node.outputs[f"relay{n}"] for n in range(1, 11)] == [1] * 10
        # Class 0287: C6 instantaneous power, W; C7 current, 0.1 A, no T. What the main conductor
        # carries is more than the 1360 W of all branches.
        assert node.get(controller, 0x028701, 0xC6) == (3_600).to_bytes(4, "big")
        assert node.get(controller, 0x028701, 0xC7) == (363).to_bytes(2, "big") + b"\x7f\xfe"
        # Class 028D: E7 of the last branch.
        assert node.get(controller, 0x028D10, 0xE7) == (160).to_bytes(4, "big")
        node.run(60_000)
        at_s = node.now_ms // 1000 - 100
        node.run(15_000, chip5_silent=1)
        told = [(one.get("number"), one.get("main")) for one in node.told("load fault")]
        assert told == [(16, None), (None, 1)]
        faulty = node.ask("status", "status")["load_faults"]
        assert [one["number"] for one in faulty] == [16, 0]
        assert {one["cause"] for one in faulty} == {"no readings: the meter is silent"}
        assert node.get(controller, 0x028701, 0xC6) == b"\x7f\xff\xff\xfe"
    # 3600 W are 1 Wh a second; the chip fell silent after `at_s`, and its averages lag by some.
    counted = kept(tmp_path / "node")[registers.ENERGY][0]
    assert at_s - 5 <= counted <= at_s + 3


def test_more_circuits_than_there_can_be_are_refused(sixteen):
    path = sixteen / "board.py"
    more = path.read_text(encoding="utf-8").replace("(16, 0)", "(16, 17)")
    path.write_text(more, encoding="utf-8")
    assert "17 circuits" in [one.what for one in check(read_board(path))]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("(0, 13, 0, 1),", "circuit 0, the main conductor, has a relay or a lamp"),
        ("", "circuit 0, the main conductor, beside lamps alone"),
    ],
)
def test_a_main_conductor_is_only_measured_and_beside_branches(tmp_path, part, said):
    text = (ROOT / "boards" / "streetlight" / "board.py").read_text(encoding="utf-8")
    text = text.replace("RELAYS = (", f"RELAYS = ({part}")
    text = text.replace("0, (1,), (1_000", "0, (1, 0), (1_000")
    (tmp_path / "board.py").write_text(text, encoding="utf-8")
    assert said in [one.what for one in check(read_board(tmp_path / "board.py"))]


def test_where_there_is_none_that_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv(checkout.OWN_BOARDS, str(tmp_path))
    with pytest.raises(UsageError, match="or in a folder of it"):
        checkout.boards()


def test_a_name_that_is_taken_is_refused(own, monkeypatch):
    own.rename(own.with_name("submeter6"))
    monkeypatch.setenv(checkout.OWN_BOARDS, str(own.parent))
    with pytest.raises(UsageError, match="two boards 'submeter6'"):
        checkout.board_folder("streetlight")
