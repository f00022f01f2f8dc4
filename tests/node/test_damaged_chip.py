"""Whole desk nodes on damaged chips: what they lose, what they go on doing, what they say.

Where things lie in the chip is written down here once more, from the layout in boards/flash_map.
"""

import json
import random

import pytest

from tests.node.desk_nodes import Asker, seats
from tests.node.held_nodes import MJ_PER_WH, chip, copies, import_mj, kept, life, tomo
from tomo.errors import HostError
from tomo.image.documents import WHOLE, write
from tomo.image.flash_image import load
from tomo.transport.desk_node import NodeDied

pytestmark = pytest.mark.usefixtures("desk32")

CHIP = 0x400000
TABLE = 0x8000
# Offset and size.
NVS, VFS = (0x9000, 0x6000), (0x2D0000, 0x130000)
SETTINGS, IDENTITY = (0x202000, 0x4000), (0x200000, 0x2000)
OTHER = {"name": "panel", "line_hz": 60, "wifi_ssid": "desk"}
PAPERS = {"serial": "TM-000123", "hardware": "B", "secret": "5a" * 32}
FAULT_STATUS = 0x88
FAULT, NO_FAULT = b"\x41", b"\x42"
NODE_PROFILE, BRANCH_1, LAMP = 0x0EF001, 0x028D01, 0x029101


def spoil(path, place, copy):
    """Damage the document in the copy of this number: its bytes from the tenth on."""
    offset, size = place
    at = offset + copy * size // 2 + 42
    data = bytearray(path.read_bytes())
    data[at : at + 4] = bytes(byte ^ 0xFF for byte in data[at : at + 4])
    path.write_bytes(data)


def spoil_both(path, place):
    spoil(path, place, 0)
    spoil(path, place, 1)


@pytest.fixture
def worn(tmp_path, monkeypatch):
    """worn(): the node's chip, once its life is over, under a name that only the node knows.

    What starts desk nodes gives one without settings new ones, and refuses a chip that is none.
    """

    def rename():
        path = tmp_path / "worn.bin"
        chip(tmp_path).rename(path)
        monkeypatch.setenv("DESK_FLASH", path.name)
        return path

    return rename


def fill(path, rnd, place):
    offset, size = place
    data = bytearray(path.read_bytes())
    data[offset : offset + size] = garbage = rnd.randbytes(size)
    path.write_bytes(data)
    return garbage


def test_garbage_in_the_platforms_own_partitions_loses_nothing_of_ours(tmp_path):
    rnd = random.Random(20_261_125)
    with life(tmp_path, settings=OTHER) as node:
        node.run(5_000)
        node.run(60_000, p1_mw=1_200_000)
    before_mj = import_mj(tmp_path, 1)
    garbage = {place: fill(chip(tmp_path), rnd, place) for place in (NVS, VFS)}
    with life(tmp_path) as node:
        node.run(1_000)
        assert node.wait("boot")["name"] == "panel"
        assert node.ask("settings", "settings")["document"] == OTHER
        status = node.ask("status", "status")
        assert (status["storage"], status["faults"], status["boots"]) == ("whole", 0, 2)
    assert import_mj(tmp_path, 1) == before_mj >= 19 * MJ_PER_WH  # of 20: 1200 W for 60 s
    assert tomo("registers", "verify", tmp_path)[0] == 0
    data = chip(tmp_path).read_bytes()
    assert all(data[at : at + size] == garbage[at, size] for at, size in (NVS, VFS))


@pytest.mark.parametrize("copy", [0, 1])
def test_one_damaged_copy_of_the_settings_loses_nothing_and_is_mended(tmp_path, copy):
    with life(tmp_path, settings=OTHER) as node:
        node.run(1_000)
    spoil(chip(tmp_path), SETTINGS, copy)
    assert copies(chip(tmp_path), "settings").copies[copy].state != WHOLE
    with life(tmp_path) as node:
        node.run(1_000)
        assert node.ask("settings", "settings")["document"] == OTHER
        assert node.ask("status", "status")["storage"] == "whole"
    mended = copies(chip(tmp_path), "settings").copies
    assert [(one.state, json.loads(one.body)) for one in mended] == [(WHOLE, OTHER)] * 2


def test_a_sub_meter_without_settings_says_so_and_meters_on_defaults(tmp_path, worn):
    with life(tmp_path, settings=OTHER) as node:
        node.run(1_000)
    path = worn()
    spoil_both(path, SETTINGS)
    with life(tmp_path) as node:
        node.run(5_000)
        assert node.wait("boot")["name"] == ""
        told = node.wait("storage")
        assert (told["what"], told["cause"]) == ("settings", "damaged in flash")
        node.run(60_000, p1_mw=1_200_000)
        assert node.ask("status", "status")["storage"] == "damaged"
        assert node.ask("settings", "settings")["document"] == {}
    assert tomo("registers", "verify", path)[0] == 1
    status, out, _ = tomo("registers", "dump", path, "--json")
    rows = {row["register"]: row for row in map(json.loads, out.splitlines()[1:])}
    # 1200 W for 60 s are 20 Wh, and what the commands took is more.
    assert status == 0
    assert rows["branch 1 import"]["value"] >= 19
    # It stays told until somebody has put settings there again.
    with life(tmp_path) as node:
        node.run(1_000)
        node.wait("storage")
        node.ask("defaults", "defaults")
        assert node.ask("status", "status")["storage"] == "whole"
    assert tomo("registers", "verify", path)[0] == 0


def test_a_streetlight_without_settings_is_lit_whenever_it_is_dark(tmp_path, worn):
    with life(tmp_path, "streetlight") as node:
        node.run(1_000)
    spoil_both(worn(), SETTINGS)
    day, full = {"lux_milli": 10_000_000}, 65_535
    with life(tmp_path, "streetlight") as node:
        # Nobody has set the clock: dark is what the photocell says, after 30 s, or its silence.
        node.run(10_000, **day)
        assert node.wait("storage")["what"] == "settings"
        assert node.outputs["duty"] == 0
        node.run(40_000, lux_milli=1_000)
        assert (node.outputs["duty"], node.outputs.get("relay1", 1)) == (full, 1)
        node.run(40_000, **day)
        assert node.outputs["duty"] == 0
        node.run(15_000, photocell_silent=1)
        assert (node.outputs["duty"], node.outputs.get("relay1", 1)) == (full, 1)


@pytest.mark.parametrize(("board", "device"), [("submeter6", BRANCH_1), ("streetlight", LAMP)])
def test_a_lost_identity_is_a_fault_of_the_node_on_the_network(tmp_path, board, device):
    ours, theirs = seats(2)
    with life(tmp_path, board) as node:
        node.run(1_000)
    write(chip(tmp_path), load(chip(tmp_path)), "identity", PAPERS)
    for lost, fault in ((False, NO_FAULT), (True, FAULT)):
        if lost:
            spoil_both(chip(tmp_path), IDENTITY)
        with Asker(ours) as asker, life(tmp_path, board, ip=theirs) as node:
            node.run(5_000)
            assert node.get(asker, NODE_PROFILE, FAULT_STATUS) == fault
            # docs/echonet-lite.md: of a device it tells that its chip is silent.
            assert node.get(asker, device, FAULT_STATUS) == NO_FAULT


@pytest.mark.parametrize("size", [0, 100, CHIP - 1, CHIP + 1])
def test_a_chip_of_another_size_is_refused_and_left_alone(tmp_path, size):
    data = random.Random(size).randbytes(size)
    chip(tmp_path).write_bytes(data)
    told = r"flash\.bin has .* bytes: an image has 4194304"
    with pytest.raises(HostError, match=told), life(tmp_path, settings=OTHER):
        pass
    assert chip(tmp_path).read_bytes() == data


@pytest.mark.parametrize("at", [TABLE, TABLE + 40, TABLE + 9 * 32 + 20])
def test_a_damaged_partition_table_is_told_and_nothing_is_overwritten(tmp_path, worn, at):
    with life(tmp_path, settings=OTHER) as node:
        node.run(1_000)
    data = bytearray(chip(tmp_path).read_bytes())
    data[at] ^= 1
    chip(tmp_path).write_bytes(data)
    with pytest.raises(HostError, match="partition table"), life(tmp_path, settings=OTHER):
        pass
    assert chip(tmp_path).read_bytes() == data
    # The firmware by itself knows no better, and asks for a new start.
    path = worn()
    with pytest.raises(NodeDied, match="partition table") as died, life(tmp_path) as node:
        node.run(10_000)
    assert died.value.status == 4
    assert path.read_bytes() == data


@pytest.mark.parametrize("byte", [b"\xff", b"\x00", None], ids=["erased", "filled", "noise"])
def test_whatever_becomes_of_the_files_no_register_is_lost(tmp_path, byte):
    with life(tmp_path) as node:
        node.run(1_000)
        node.run(20_000, p1_mw=3_600_000, p6_mw=1_800_000)
        node.run(2_000, p1_mw=0, p6_mw=0)
    before = kept(tmp_path)
    assert import_mj(tmp_path, 1) > 19 * MJ_PER_WH
    offset, size = VFS
    data = bytearray(chip(tmp_path).read_bytes())
    data[offset : offset + size] = byte * size if byte else random.Random(3).randbytes(size)
    chip(tmp_path).write_bytes(data)
    with life(tmp_path) as node:
        node.run(2_000)
    # But for what a start itself counts: starts, and what is logged of it.
    assert {n for n, value in kept(tmp_path).items() if before[n] != value} <= {0, 6}
