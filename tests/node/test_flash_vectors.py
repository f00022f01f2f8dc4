"""Chips that earlier firmware has written are booted on, lived on, and lose nothing.

What must be there follows from how they were made (tests/node/flash_vector.py), by hand: 1800 W
into branch 1 for 100 s are 50 Wh, 900 W out of branch 6 are 25. Each chip was made once, by the
firmware of its time, and is never made anew.
"""

import json
import lzma

import pytest

from tests.desk_bridge import ROOT
from tests.node.flash_vector import KEY, SETTINGS, START_VALUE_WH
from tests.node.held_nodes import MJ_PER_WH, NOON_S, chip, kept, life, tomo

pytestmark = pytest.mark.usefixtures("desk32")

# Before the event log had a key; and with one, given on the way.
CHIPS = ("flash_before_key", "flash_with_key")
POWER_ON_BOOTS, LOAD_3_STATE, LOCKED_OFF = 0, 18, 2
IMPORT, EXPORT = 64, 65  # of the whole; four more for each branch


def energies_wh(folder):
    """Import and export of the whole and of branches 1, 2 and 6, whole Wh and rest."""
    found = kept(folder)
    return [found[4 * branch + way] for branch in (0, 1, 2, 6) for way in (IMPORT, EXPORT)]


# The whole is what came in less what went out.
MADE = [(25, 0), (0, 0), (50, 0), (0, 0), (START_VALUE_WH, 0), (12, 0), (0, 0), (25, 0)]


@pytest.mark.parametrize("name", CHIPS)
def test_a_chip_of_before_is_gone_on_with(tmp_path, name):
    packed = (ROOT / "tests" / "vectors" / f"{name}.bin.xz").read_bytes()
    chip(tmp_path).write_bytes(lzma.decompress(packed))
    assert energies_wh(tmp_path) == MADE
    # The settings are the chip's: none are given here.
    with life(tmp_path, start_s=NOON_S + 3_000) as node:
        node.run(60_000)
        status = node.ask("status", "status")
        assert (status["name"], status["storage"]) == (SETTINGS["name"], "whole")
        told = node.ask("identity", "identity")
        assert (told["state"], told["document"]["serial"]) == ("whole", "TM-000042")
        assert told["document"]["calibration"]["counter"] == 3
        if not told["keyed"]:
            node.ask("identify - " + json.dumps(KEY), "identified")
        node.run(10_000, p1_mw=1_800_000)
        node.run(3_000, p1_mw=0)
        loads = node.ask("load", "loads")["loads"]
        assert [load["number"] for load in loads if load["locked_off"]] == [3]
        node.ask("start 2 4712", "start value")
        node.run(2_000)
        node.cut()
    found = kept(tmp_path)
    assert found[POWER_ON_BOOTS] == (3, 0)
    assert found[LOAD_3_STATE] == (LOCKED_OFF, 0)
    gained_mj = [
        (now[0] - was[0]) * MJ_PER_WH + now[1] - was[1]
        for was, now in zip(MADE, energies_wh(tmp_path), strict=True)
    ]
    assert gained_mj[2] == 10_000 * 1_800
    assert gained_mj[4:6] == [MJ_PER_WH, 0]
    assert gained_mj[6:] == [0, 0]
    (tmp_path / "key").write_text(KEY["key"])
    status, out, _ = tomo("registers", "verify", tmp_path, "--key", tmp_path / "key")
    assert status == 0, out
    assert "proved to be the node's" in out
    status, out, _ = tomo("registers", "history", tmp_path, "--json", "--day", "2026-11-25")
    rows = {(row["time"], row["branch"]): row for row in map(json.loads, out.splitlines())}
    assert (rows["12:30", 1]["import_wh"], rows["12:30", 6]["export_wh"]) == (50, 25)
