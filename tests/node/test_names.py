"""tomoshibi/node/names.py: no name of a module of ours takes heap."""

import re

import pytest

from benchmarks.on_desk import node_output
from tests.desk_bridge import ROOT
from tests.node.desk_nodes import seats

FIRMWARE = ROOT / "firmware"
MODULES = [path.relative_to(FIRMWARE).with_suffix("") for path in FIRMWARE.glob("tomoshibi/*/*.py")]
NAMES = {".".join(path.parts[:n]) for path in MODULES for n in (1, 2, 3)}
NAMES |= {part for path in MODULES for part in path.parts}


@pytest.mark.usefixtures("desk32")
@pytest.mark.parametrize("board", ["submeter6", "streetlight"])
def test_no_name_of_ours_is_made_while_the_node_runs(board):
    output = node_output(board, "words_of_node.py", DESK_IP=seats(1)[0])
    words = set(re.findall(r"^Q\((.*)\)$", output, re.MULTILINE))
    assert "AFTER_MS" in words, "of this program itself: the words are shown"
    assert words & NAMES == set()
