"""How a whole node starts: its outputs first, then whatever is in its file system, or maintenance.

Pins are those of the boards' drawings (boards/*/board.py), places in flash those of
boards/flash_map, written down here once more.
"""

import hashlib
import os
import random
import subprocess

import pytest

from tests.desk_bridge import program
from tests.node.held_nodes import chip, levels, life
from tomo.transport.desk_node import NodeDied

pytestmark = pytest.mark.usefixtures("desk32")

VFS, VFS_SIZE = 0x2D0000, 0x130000
TABLE, TABLE_SIZE = 0x8000, 0xC00
RELAYS = (13, 32, 27, 26, 25, 33)
LAMP_RELAY, LAMP = 27, 25
ALL_ON = dict.fromkeys((f"relay{n}" for n in range(1, 7)), 1)
ALL_OFF = dict.fromkeys((f"relay{n}" for n in range(1, 7)), 0)
WATCHDOG, SOFTWARE = 8, 12
LIGHT, FULL = 10_000_000, 65_535


def relays(node):
    return {name: value for name, value in node.outputs.items() if name.startswith("relay")}


def ends(node, ms=1_000):
    """Run until the node's process ends; its status."""
    with pytest.raises(NodeDied) as died:
        node.run(ms)
    return died.value.status


def asks_for_maintenance(node):
    node.node.say("maintenance")
    assert ends(node, 5_000) == 4


@pytest.fixture
def closed(tmp_path):
    """A sub-meter's chip that hung with all its relays closed."""
    with life(tmp_path) as node:
        node.run(240_000)
        assert relays(node) == ALL_ON
        node.cut()
    assert all(levels(tmp_path)[pin] == 1 for pin in RELAYS)
    return tmp_path


class TestOutputs:
    def test_after_a_watchdog_reset_relays_open_and_it_is_told(self, closed):
        with life(closed, reset_reason=WATCHDOG) as node:
            node.run(1)
            assert relays(node) == ALL_OFF
            node.run(1_000)
            assert node.wait("started")["reset"] == "watchdog"
            node.run(240_000)
            assert relays(node) == ALL_ON

    def test_they_open_even_if_nothing_else_of_the_chip_can_be_read(self, closed, monkeypatch):
        path = closed / "worn.bin"
        data = bytearray(chip(closed).read_bytes())
        data[TABLE] ^= 1
        path.write_bytes(data)
        monkeypatch.setenv("DESK_FLASH", path.name)
        with life(closed, reset_reason=WATCHDOG) as node:
            assert ends(node) == 4
        assert all(levels(closed)[pin] == 0 for pin in RELAYS)

    def test_a_power_cut_or_a_chip_that_lets_go_leaves_nothing_driven(self, closed):
        # A node has not begun yet when it says hello.
        for reset_reason, keeps_levels, level in (
            (WATCHDOG, True, 1),
            (WATCHDOG, False, None),
            (None, True, None),
        ):
            with life(closed, reset_reason=reset_reason, keeps_levels=keeps_levels) as node:
                node.cut()
            assert levels(closed)[RELAYS[0]] is level

    def test_a_lamp_that_was_dark_is_at_full_light(self, tmp_path, monkeypatch):
        with life(tmp_path, "streetlight") as node:
            node.run(10_000, lux_milli=LIGHT)
            assert node.outputs["duty"] == 0
            node.cut()
        path = tmp_path / "worn.bin"
        data = bytearray(chip(tmp_path).read_bytes())
        data[TABLE] ^= 1
        path.write_bytes(data)
        monkeypatch.setenv("DESK_FLASH", path.name)
        assert levels(tmp_path)[LAMP] is None  # by PWM
        with life(tmp_path, "streetlight", reset_reason=WATCHDOG) as node:
            assert ends(node) == 4
        assert (levels(tmp_path)[LAMP], levels(tmp_path)[LAMP_RELAY]) == (1, 0)


def in_vfs(folder, data):
    image = bytearray(chip(folder).read_bytes())
    image[VFS : VFS + len(data)] = data
    chip(folder).write_bytes(image)


def of_vfs(folder):
    return chip(folder).read_bytes()[VFS : VFS + VFS_SIZE]


def without_vfs(table):
    """The same partition table without that row, sealed as the boot loader wants it."""
    rows = [bytes(table[at : at + 32]) for at in range(0, 512, 32)]
    kept = b"".join(row for row in rows if row[:2] == b"\xaa\x50" and b"vfs" not in row)
    seal = b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(kept).digest()
    return (kept + seal).ljust(TABLE_SIZE, b"\xff")


# Files that say so when they are run, and then raise; and no room for another byte.
STRANGERS = """
import os, vfs
from esp32 import Partition
vfs.mount(vfs.VfsLfs2(Partition.find(Partition.TYPE_DATA, label="vfs")[0]), "/flash")
for folder in ("", "lib/", "node/", "links/"):
    if folder:
        os.mkdir("/flash/" + folder[:-1])
    for name in ("boot", "main", "board", "_boot", "json", "random", "network", "udp", "assemble"):
        with open("/flash/" + folder + name + ".py", "w") as file:
            file.write("print('a stranger: %s')\\nraise ValueError\\n" % name)
try:
    with open("/flash/full", "wb") as file:
        while True:
            file.write(bytes(4096))
except OSError as error:
    print(error.errno)
"""


def strangers(folder):
    done = subprocess.run(
        [program("desk32"), "-c", STRANGERS],
        cwd=folder,
        env=os.environ | {"MICROPYPATH": ".frozen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["28"], done.stderr


def runs(folder, board="submeter6", vfs="mounted", reset_reason=None):
    """Boot, see that the control path is alive, and what is said of the file system."""
    with life(folder, board, reset_reason=reset_reason) as node:
        node.run(2_000)
        if vfs != "mounted":
            told = node.wait("storage")
            assert told["what"] == "files"
            assert (
                told["cause"]
                == {
                    "damaged": "damaged in flash",
                    "missing": "not in the partition table",
                }[vfs]
            )
        status = node.ask("status", "status")
        assert (status["vfs"], status["faults"], status["storage"]) == (vfs, 0, "whole")
        assert status["cycles"] > 100
        return list(node.node.lines())


class TestFiles:
    def test_a_blank_partition_gets_a_file_system_which_stays(self, tmp_path):
        runs(tmp_path)
        made = of_vfs(tmp_path)
        assert b"littlefs" in made[:8_192]
        runs(tmp_path)
        assert of_vfs(tmp_path) == made

    @pytest.mark.parametrize("seed", range(4))
    def test_random_bytes_are_told_and_left_alone(self, tmp_path, seed):
        runs(tmp_path)
        noise = random.Random(seed).randbytes(VFS_SIZE)
        in_vfs(tmp_path, noise)
        runs(tmp_path, vfs="damaged")
        assert of_vfs(tmp_path) == noise

    def test_a_damaged_superblock_before_somebodys_data_is_left_alone(self, tmp_path):
        runs(tmp_path)
        data = b"\xff" * (VFS_SIZE - 4) + b"mine"
        in_vfs(tmp_path, data)
        runs(tmp_path, vfs="damaged")
        assert of_vfs(tmp_path) == data

    @pytest.mark.parametrize("seed", range(8))
    def test_bits_that_have_rotted_in_a_file_system_stop_nothing(self, tmp_path, seed):
        runs(tmp_path)
        rnd, data = random.Random(seed), bytearray(of_vfs(tmp_path))
        for _ in range(1 + seed * 4):
            data[rnd.randrange(8_192)] ^= 1 << rnd.randrange(8)
        in_vfs(tmp_path, data)
        with life(tmp_path) as node:
            node.run(2_000)
            status = node.ask("status", "status")
            assert (status["vfs"] in ("mounted", "damaged"), status["faults"]) == (True, 0)

    def test_a_missing_partition_is_told(self, tmp_path):
        runs(tmp_path)
        data = bytearray(chip(tmp_path).read_bytes())
        data[TABLE : TABLE + TABLE_SIZE] = without_vfs(data[TABLE : TABLE + TABLE_SIZE])
        chip(tmp_path).write_bytes(data)
        runs(tmp_path, vfs="missing")

    @pytest.mark.parametrize("board", ["submeter6", "streetlight"])
    def test_a_file_system_full_of_strangers_changes_nothing(self, tmp_path, board):
        runs(tmp_path, board)
        strangers(tmp_path)
        full = of_vfs(tmp_path)
        lines = runs(tmp_path, board)
        assert not [line for line in lines if "stranger" in line]
        assert of_vfs(tmp_path) == full

    def test_mounting_that_hung_is_not_tried_at_once_again(self, tmp_path):
        runs(tmp_path)
        remember(tmp_path, b"tomoshibi: mounting")
        runs(tmp_path, vfs="damaged", reset_reason=WATCHDOG)
        runs(tmp_path, reset_reason=WATCHDOG)
        remember(tmp_path, b"somebody's")
        runs(tmp_path, reset_reason=WATCHDOG)
        assert remembered(tmp_path) == b"somebody's"


def remember(folder, data):
    """Put bytes into RTC memory, as stubs/unix/resets.py lays it out."""
    kept = bytearray((folder / "kept.bin").read_bytes())
    kept[160 : 162 + len(data)] = len(data).to_bytes(2, "little") + data
    (folder / "kept.bin").write_bytes(kept)


def remembered(folder):
    kept = (folder / "kept.bin").read_bytes()
    return kept[162 : 162 + int.from_bytes(kept[160:162], "little")]


class TestMaintenance:
    def test_it_opens_what_is_closed_and_says_so(self, closed):
        with life(closed, reset_reason=SOFTWARE) as node:
            node.run(240_000)
            assert relays(node) == ALL_ON
            asks_for_maintenance(node)
            assert '"event": "maintenance"' in list(node.node.lines())[-1]
        assert all(levels(closed)[pin] == 0 for pin in RELAYS)

    @pytest.mark.parametrize("ends_by", [WATCHDOG, SOFTWARE, None])
    def test_it_lasts_through_soft_resets_and_ends_with_a_hard_one(self, tmp_path, ends_by):
        with life(tmp_path) as node:
            node.run(1_000)
            asks_for_maintenance(node)
        for soft in (False, True, True):
            with life(tmp_path, reset_reason=SOFTWARE, soft_reset=soft) as node:
                # Far longer than the watchdog's time, and nothing is controlled.
                node.run(60_000)
                node.wait("maintenance")
                node.wait("repl")
                assert all(levels(tmp_path)[pin] == 0 for pin in RELAYS)
                assert not list(node.node.lines())
                node.node.type(b"\x04")
                assert ends(node) == 5
        with life(tmp_path, reset_reason=ends_by) as node:
            node.run(1_000)
            node.wait("boot")

    def test_power_on_ends_a_maintenance_that_was_asked_for(self, tmp_path):
        with life(tmp_path) as node:
            node.run(1_000)
            asks_for_maintenance(node)
        with life(tmp_path) as node:
            node.run(1_000)
            node.wait("boot")

    def test_it_ends_15_minutes_after_the_last_soft_reset(self, tmp_path):
        with life(tmp_path) as node:
            node.run(1_000)
            asks_for_maintenance(node)
        with life(tmp_path, reset_reason=SOFTWARE) as node:
            node.run(600_000)
            node.node.type(b"\x04")
            assert ends(node) == 5
        with life(tmp_path, reset_reason=SOFTWARE, soft_reset=True) as node:
            node.run(899_000)
            assert ends(node, 2_000) == 4
        with life(tmp_path, reset_reason=SOFTWARE) as node:
            node.run(1_000)
            node.wait("boot")
            assert node.wait("started")["reset"] == "commanded"

    def test_the_lamp_gives_full_light_meanwhile(self, tmp_path):
        with life(tmp_path, "streetlight") as node:
            node.run(10_000, lux_milli=LIGHT)
            assert node.outputs["duty"] == 0
            asks_for_maintenance(node)
        with life(tmp_path, "streetlight", reset_reason=SOFTWARE) as node:
            node.run(60_000, lux_milli=LIGHT)
            assert (node.outputs["duty"], node.outputs["relay1"]) == (FULL, 1)

    def test_strangers_do_not_run_then_either(self, tmp_path):
        runs(tmp_path)
        strangers(tmp_path)
        with life(tmp_path) as node:
            node.run(1_000)
            asks_for_maintenance(node)
        with life(tmp_path, reset_reason=SOFTWARE) as node:
            node.run(1_000)
            node.wait("maintenance")
            node.wait("repl")
            assert not list(node.node.lines())
