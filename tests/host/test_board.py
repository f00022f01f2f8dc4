"""tomo.board: rows of a board.py, read without running it; and nobody asks for a board's name."""

import ast
from dataclasses import replace

import pytest

from tests.desk_bridge import ROOT
from tomo.board.read import parts_of, read_board
from tomo.checkout import boards
from tomo.errors import UsageError
from tomo.jobs.node_settings import node_settings
from tomo.scenario.constant import constant

HEAD = '"""A board."""\n\nfrom micropython import const\n\nNAME = "x"\nPIN = const(-3)\n'
ROWS = "BUSES = ()\nMETERS = ()\nRELAYS = ()\nSENSES = ()\nLAMPS = ()\nPHOTOCELLS = ()\n"


def board(tmp_path, text):
    path = tmp_path / "board.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_boards_of_the_checkout_are_what_their_rows_say():
    # Counted in boards/*/board.py by hand.
    panel, lamp, small = parts_of("submeter6"), parts_of("streetlight"), parts_of("submeter3")
    assert (panel.load_circuits, panel.lamp_circuits) == ([1, 2, 3, 4, 5, 6], [])
    assert (lamp.load_circuits, lamp.lamp_circuits) == ([], [1])
    assert (small.load_circuits, small.lamp_circuits) == ([1, 2, 3], [])
    assert [panel.meter_of(circuit) for circuit in (3, 4, 7)] == ["chip1", "chip2", ""]
    assert (panel.has_sense("contact"), small.has_sense("contact")) == (True, False)


def test_names_from_above_and_const_are_understood(tmp_path):
    text = HEAD + ROWS.replace("RELAYS = ()", 'RELAYS = ((1, PIN, const(1), 0),)\nX = ("a", None)')
    assert read_board(board(tmp_path, text)).relays == ((1, -3, 1, 0),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + "RELAYS = tuple(range(3))\n" + ROWS, ":7: expected a number, text, tuple"),
        (HEAD + "RELAYS = ((1, NOT_YET, 1, 0),)\n" + ROWS, ":7: expected a number"),
        (HEAD + "import os\n" + ROWS, ":7: only NAME = value may stand here"),
        (HEAD + "for _ in ():\n    pass\n" + ROWS, ":7: only NAME = value may stand here"),
        (HEAD + "LAMPS = RELAYS = ()\n" + ROWS, ":7: only NAME = value may stand here"),
        (HEAD + "RELAYS = (\n", ":7: "),
        (HEAD + "\0", ":1: "),
        (HEAD + ROWS.replace("RELAYS = ()\n", ""), ": has no RELAYS"),
        (HEAD + ROWS.replace("RELAYS = ()", "RELAYS = (1, 13, 1, 0)"), "a tuple of rows"),
    ],
)
def test_anything_else_is_refused_with_its_line(tmp_path, text, told):
    path = board(tmp_path, text)
    with pytest.raises(UsageError) as error:
        read_board(path)
    assert str(error.value).startswith(f"{path}:")
    assert told in str(error.value)


def test_a_file_that_is_no_utf_8_is_refused_with_its_line(tmp_path):
    path = tmp_path / "board.py"
    path.write_bytes(HEAD.encode() + "# 灯\n".encode("shift-jis"))
    with pytest.raises(UsageError, match=":7: not UTF-8"):
        read_board(path)


def test_rows_behind_a_name_keep_their_lines(tmp_path):
    rows = ROWS.replace("RELAYS = ()", "PAIR = (\n(1, 2, 1, 0),\n(2, 4, 1, 0),\n)\nRELAYS = PAIR")
    lines = read_board(board(tmp_path, HEAD + rows)).lines
    assert [lines["RELAYS", place] for place in (-1, 0, 1)] == [13, 10, 11]


def test_any_board_with_loads_is_given_its_part_of_the_inverter():
    scenario = constant("submeter3")
    scenario = replace(scenario, inverter=replace(scenario.inverter, continuous_w=1_000))
    # Nine tenths; the lamps and what starts up live on the rest.
    assert node_settings(scenario, scenario.node[0])["island_limit_w"] == 900
    assert len(scenario.node[0].load) == 3
    lamp = constant("streetlight")
    assert "island_limit_w" not in node_settings(lamp, lamp.node[0])


def test_no_code_compares_with_a_boards_name():
    wrong, names = [], boards()
    for folder in ("firmware", "host_tools", "stubs"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and node.value in names:
                    # A label for readers, of a kind of node that is written in flash.
                    if path.name != "registers.py":
                        wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong, "\n".join(wrong)
