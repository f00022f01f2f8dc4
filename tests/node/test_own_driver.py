"""A board outside this repository with a chip that the firmware knows nothing of: a whole node."""

import shutil

import pytest

from tests.desk_bridge import ROOT
from tests.node.desk_nodes import LOADS, SETTINGS, Asker, seats
from tests.node.held_nodes import MJ_PER_WH, import_mj, life
from tomo import checkout
from tomo.transport.desk_node import NodeDied

pytestmark = pytest.mark.usefixtures("desk32")

TWO = SETTINGS | {"loads": LOADS[:2]}
LEFT, RIGHT = 0x028D01, 0x028D02
SILENT = [{"number": 1, "cause": "no readings: the meter is silent"}]


@pytest.fixture
def plugs(tmp_path, monkeypatch):
    """The board's folder."""
    folder = tmp_path / "own boards" / "plugs"
    shutil.copytree(ROOT / "examples" / "plugs", folder)
    monkeypatch.setenv(checkout.OWN_BOARDS, str(folder))
    return folder


@pytest.mark.usefixtures("plugs")
def test_it_shows_what_its_chips_measure_and_counts_their_energy(tmp_path):
    ip, own = seats(2)
    folder = tmp_path / "node"
    with life(folder, "plugs", ip, TWO) as node, Asker(own) as asker:
        node.run(20_000)
        assert [node.outputs[name] for name in ("relay1", "relay2")] == [1, 1]
        node.run(600_000, p1_mw=600_000, i1_ma=5_941, q1_mvar=0, p2_mw=72_000, i2_ma=713)
        assert node.ask("status", "status")["power_w"] == 672
        assert [node.get(asker, eoj, 0xE7) for eoj in (LEFT, RIGHT)] == [
            watts.to_bytes(4, "big") for watts in (600, 72)
        ]
        assert node.told("fault") == []
        node.run(3_000)
        ran_s = node.now_ms // 1_000 - 20
    # The module counts whole watt hours; one more may not be saved yet.
    for branch, watts in ((1, 600), (2, 72)):
        drawn_mj = watts * 1_000 * ran_s
        assert drawn_mj - 2 * MJ_PER_WH <= import_mj(folder, branch) <= drawn_mj


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (None, "no driver for broken"),
        ("raise RuntimeError('not today')", "not today"),
        ("class Other: pass", "Driver"),
    ],
)
def test_a_driver_that_cannot_be_had_is_told_and_costs_its_circuit_the_readings_only(
    plugs, tmp_path, source, why
):
    board = plugs / "board.py"
    text = board.read_text(encoding="utf-8")
    board.write_text(text.replace('"left", "pzem004t"', '"left", "broken"'), encoding="utf-8")
    shutil.copy(plugs / "pzem004t_model.py", plugs / "broken_model.py")
    if source is not None:
        (plugs / "broken.py").write_text(source, encoding="utf-8")
    with life(tmp_path / "node", "plugs", settings=TWO) as node:
        node.run(20_000)
        node.run(15_000, p1_mw=600_000, p2_mw=72_000)
        [fault] = node.told("fault")
        assert why in fault["fault"]
        status = node.ask("status", "status")
        assert (status["power_w"], status["load_faults"]) == (72, SILENT)
        node.run(200, grid_mv=0)
        assert node.told("grid")[0]["cause"] == "grid lost"


def test_a_desk_without_a_model_says_which_file_it_wants(plugs, tmp_path):
    (plugs / "pzem004t_model.py").unlink()
    with pytest.raises(NodeDied) as died, life(tmp_path / "node", "plugs"):
        pass
    assert "write pzem004t_model.py beside board.py" in str(died.value)
    assert died.value.status == 2


CELL_ROW = '"cell", "sky-i2c", 0x29'
CELL = """
from tomoshibi.core.errors import ChipSilent

class Driver:
    overflow = False

    def __init__(self, i2c, address):
        self._i2c, self._address, self._raw = i2c, address, bytearray(2)

    def start(self):
        self._i2c.writeto(self._address, b"\\x01")

    def lux_milli(self):
        try:
            self._i2c.readfrom_into(self._address, self._raw)
        except OSError:
            raise ChipSilent("cell", 0, 2)
        return 1_000 * (self._raw[0] << 8 | self._raw[1])
"""
CELL_MODEL = """
class Model:
    silent = corrupt = lux = 0

    def __init__(self, place, figures):
        pass

    def set(self, now_ms, lux_milli):
        self.lux = lux_milli // 1_000

    def answers(self, now_ms):
        return not self.silent

    def write(self, data, now_ms):
        return data == b"\\x01"

    def read(self, into, now_ms):
        into[0], into[1] = self.lux >> 8, self.lux & 0xFF
        return True
"""


def test_a_photocell_of_the_boards_own_is_found_by_its_word_too(tmp_path, monkeypatch):
    board = tmp_path / "pole" / "board.py"
    board.parent.mkdir()
    text = (ROOT / "boards" / "streetlight" / "board.py").read_text(encoding="utf-8")
    text = text.replace('"streetlight"', '"pole"').replace('"bh1750", "sky-i2c", 0x23', CELL_ROW)
    board.write_text(text, encoding="utf-8")
    (board.parent / "cell.py").write_text(CELL, encoding="utf-8")
    (board.parent / "cell_model.py").write_text(CELL_MODEL, encoding="utf-8")
    monkeypatch.setenv(checkout.OWN_BOARDS, str(board.parent))
    ip, own = seats(2)
    with life(tmp_path / "node", "pole", ip, {"name": "pole"}) as node, Asker(own) as asker:
        node.run(5_000, lux_milli=1_234_000)
        assert node.get(asker, 0x000D01, 0xE0) == (1_234).to_bytes(2, "big")
