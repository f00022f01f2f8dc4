"""Whole desk nodes whose power is cut: what they counted, why they started, what they logged.

Expected energies are power times time of the world that the test plays, in integers: W x ms is mJ.
Numbers of resets are RESET_REASON of ESP-IDF's esp32/rom/rtc.h. The chain of events is followed
with hashlib, by the layout in `wire.event_log`.
"""

import hashlib
import json
import struct

import pytest

from tests.node.desk_nodes import Asker, seats
from tests.node.held_nodes import ASKING_MS, MJ_PER_WH, chip, import_mj, kept, life, mains, tomo
from tomo.transport.desk_node import NodeDied

pytestmark = pytest.mark.usefixtures("desk32")

BRANCH_1 = 0x028D01
ENERGY = 0xE1
WHOLE = 0
EVENTS_AT, SECTOR, RECORD = 0x246000, 4_096, 64
POWER_ON, SOFTWARE, BROWN_OUT, WATCHDOG = 1, 12, 15, 8
# From the moment at which the power begins to flow: between two measurements, which come each
# second, shortly before one and, before it is saved and when it is, shortly after.
CUTS_MS = (500, 1_039, 1_059, 2_039, 2_059, 7_990, 21_010, 21_110, 33_333)


@pytest.mark.parametrize("watts", [600, 1_709, 3_390])
def test_a_cut_loses_at_most_a_watt_hour_and_nothing_that_was_shown(tmp_path, watts):
    ours, theirs = seats(2)
    shown_wh, kept_mj = 0, [0, 0]
    for cut_ms in CUTS_MS:
        with Asker(ours) as asker, life(tmp_path, ip=theirs) as node:
            node.run(5_000 - ASKING_MS)
            assert energy_wh(node, asker) >= shown_wh
            # Branches of one chip and of the other.
            node.run(cut_ms - ASKING_MS, p1_mw=watts * 1_000, p6_mw=watts * 1_000)
            shown_wh = energy_wh(node, asker)
            assert node.now_ms == 5_000 + cut_ms
            node.cut()
        for i, branch in enumerate((1, 6)):
            lost_mj = kept_mj[i] + watts * cut_ms - import_mj(tmp_path, branch)
            assert 0 <= lost_mj <= MJ_PER_WH, (branch, cut_ms)
            kept_mj[i] = import_mj(tmp_path, branch)
        assert kept_mj[0] >= shown_wh * MJ_PER_WH
    with Asker(ours) as asker, life(tmp_path, ip=theirs) as node:
        node.run(5_000)
        assert energy_wh(node, asker) == kept_mj[0] // MJ_PER_WH


def energy_wh(node, asker):
    """What a controller reads."""
    return int.from_bytes(node.get(asker, BRANCH_1, ENERGY), "big")


def used_and_cut(folder, hold_up_ms, **gone):
    """A second of 180 W on branch 1, 360 W on 2 … 1080 W on 6, and a cut after a warning."""
    powers = [f"p{branch}_mw" for branch in range(1, 7)]
    with life(folder) as node:
        node.run(9_999)
        node.run(1_000, **{name: 180_000 * n for n, name in enumerate(powers, 1)})
        node.run(2_000, **dict.fromkeys(powers, 0))
        node.run(hold_up_ms, **gone)
        node.cut()
    return [import_mj(folder, branch) for branch in range(1, 7)]


# 0.05 to 0.3 Wh: too little for a write of its own, so only the warning can save it. All are whole
# counts of the chip (a hundredth of a pulse at 3200 pulses/kWh is 11250 mJ).
USED_MJ = [180_000 * n for n in range(1, 7)]


@pytest.mark.parametrize(
    "gone",
    [mains("submeter6", alive=False), {"grid_mv": 0, "grid_mhz": 0, "islanded": 1}],
    ids=["dark", "island"],
)
def test_with_hold_up_time_nothing_counted_is_lost(tmp_path, gone):
    # 15 ms until the sense falls, 120 ms to ride through, two rounds of 20 ms, a look each 100 ms.
    assert used_and_cut(tmp_path, 300, **gone) == USED_MJ
    assert import_mj(tmp_path, WHOLE) == sum(USED_MJ)


def test_without_hold_up_time_some_of_it_is_lost(tmp_path):
    assert used_and_cut(tmp_path, 10, **mains("submeter6", alive=False)) < USED_MJ


def test_a_cut_takes_no_command_back(tmp_path):
    with life(tmp_path) as node:
        node.run(1_000)
        assert node.ask("load 2 lock", "commanded")["locked_off"]
        assert not node.ask("load 3 off", "commanded")["wanted"]
        node.run(1_100)  # its own look comes once a second
        node.cut()
    with life(tmp_path) as node:
        # 5 s of healthy grid, 30 s of random delay at most, 5 s and a second between six closes.
        node.run(75_000)
        closed = {name for name, value in node.outputs.items() if value}
    assert closed == {"relay1", "relay4", "relay5", "relay6"}


def test_every_cause_of_a_start_is_counted_apart(tmp_path):
    # Numbers of registers: wire.registers. A software reset is a crash unless a note says that it
    # was asked for, and the note is for one start.
    for reason, ends_with in (
        (POWER_ON, "cut"), (BROWN_OUT, "cut"), (WATCHDOG, "cut"), (WATCHDOG, "end"),
        (SOFTWARE, "reboot"), (SOFTWARE, "cut"), (SOFTWARE, "cut"), (BROWN_OUT, "reboot"),
        (POWER_ON, "cut"), (SOFTWARE, "end"),
    ):  # fmt: skip
        with life(tmp_path, reset_reason=reason) as node:
            node.run(1_000)
            end(node, ends_with)
    status, out, _ = tomo("registers", "dump", tmp_path, "--json")
    counts = {row["register"]: row["value"] for row in map(json.loads, out.splitlines()[1:])}
    assert status == 0
    assert {name: count for name, count in counts.items() if "boots" in name} == {
        "boots after power-on": 2,
        "boots after brown-out": 2,
        "boots after watchdog": 2,
        "boots after crash": 3,
        "boots commanded": 1,
    }
    started = [row["to"] for row in events(tmp_path) if row["kind"] == "started"]
    assert started == [
        "power-on", "brown-out", "watchdog", "watchdog", "crash", "commanded", "crash", "brown-out",
        "power-on", "crash",
    ]  # fmt: skip


def test_a_start_is_counted_however_soon_the_next_cut_comes(tmp_path):
    for _ in range(3):
        with life(tmp_path, reset_reason=BROWN_OUT) as node:
            node.run(10)
            node.cut()
    assert kept(tmp_path)[1] == (3, 0)  # "boots after brown-out"


def end(node, how):
    """End a life: `reboot` as the console's command, with the status that asks for a new start."""
    if how == "cut":
        node.cut()
    elif how == "reboot":
        node.node.say("reboot")
        with pytest.raises(NodeDied) as died:
            node.run(1_000)
        assert died.value.status == 4


def events(folder):
    status, out, _ = tomo("registers", "events", folder, "--json")
    assert status == 0
    return [json.loads(line) for line in out.splitlines()]


def test_the_chain_of_events_holds_through_restarts(tmp_path):
    for how in ("end", "cut", "reboot", "cut"):
        with life(tmp_path) as node:
            node.run(75_000)  # the loads close
            node.run(150, **mains("submeter6", alive=False))
            end(node, how)
    status, out, _ = tomo("registers", "verify", tmp_path, "--json")
    assert (status, json.loads(out.splitlines()[-1])) == (0, {"verdict": "fine"})
    rows = events(tmp_path)
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["boot"] for row in rows if row["kind"] == "started"] == [1, 2, 3, 4]
    assert sum(row["kind"] == "load" for row in rows) >= 4 * 6
    assert chained(chip(tmp_path).read_bytes()) == len(rows)
    assert kept(tmp_path)[6] == (len(rows), 0)  # "events logged"


def chained(data):
    """Length of the chain of hashes in the first sector of the log."""
    before, count = b"TOMOSHIBI EVENTS", 0
    for at in range(EVENTS_AT + RECORD, EVENTS_AT + SECTOR, RECORD):
        record = data[at : at + RECORD]
        if hashlib.sha256(before + record[:48]).digest()[:16] == record[48:]:
            before, count = record[48:], count + 1
            assert struct.unpack_from("<I", record, 4) == (count,)
    return count
