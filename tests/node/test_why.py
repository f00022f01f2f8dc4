"""A whole sub-meter, asked why a load is off: in an outage, in the wait after it, when it is over.

Six loads of 400 W: three of them fit 1350 W. Virtual time; the sentences are tomo.render.why's.
"""

import pytest

from tests.node.desk_nodes import SETTINGS
from tests.node.held_nodes import NOON_S, life
from tomo.render.why import sentence

pytestmark = pytest.mark.usefixtures("desk32")

LOADS = [{"name": f"load {n}", "tier": min(n, 4), "rated_w": 400, "min_off_s": 0} for n in range(6)]
SITE = SETTINGS | {"loads": LOADS, "return_hold_s": 60, "step_gap_s": 5}
OUTAGE = {"grid_mv": 0, "grid_mhz": 0, "islanded": 1}
BACK = {"grid_mv": 101_000, "grid_mhz": 50_000, "islanded": 0}


def waits(told):
    return {wait["for"]: wait for wait in told["waits"]}


def test_why_follows_a_load_through_an_outage(tmp_path):
    with life(tmp_path, settings=SITE, start_s=NOON_S) as node:

        def ask(load):
            return node.ask(f"why {load}", "why")

        node.run(20_000)
        start = ask("6")
        assert (start["closed"], start["grid"], "cause" in start) == (False, "return-wait", False)
        assert 30 < waits(start)["grid"]["left_s"] < 60
        node.run(110_000)
        on = ask("load 3")
        assert (on["number"], on["closed"], on["waits"]) == (4, True, [])
        assert on["cause"] == "grid healthy for the hold time"
        node.run(30_000, **OUTAGE)
        shed = ask("load 3")
        assert (shed["closed"], shed["grid"], shed["tier"]) == (False, "islanded", 3)
        assert (shed["budget_w"], shed["source"]) == (1_350, "the inverter's limit")
        assert (shed["needs_w"], shed["room_w"]) == (400, 150)
        assert waits(shed) == {
            "grid": {"for": "grid", "hold_s": 60},
            "room": {"for": "room", "short_w": 250},
        }
        assert "tier 3 did not fit; returns when the grid has been healthy" in sentence(shed)
        # The outage began after 130 s and two questions.
        assert 130 <= node.now_ms // 1_000 - shed["since_s"] <= 136
        assert shed["since"].startswith("2026-11-25 12:02:")
        kept = ask("1")
        assert (kept["closed"], kept["room_w"] >= kept["needs_w"]) == (True, True)
        node.run(20_000, **BACK)
        wait = ask("load 3")
        assert (wait["grid"], list(waits(wait))) == ("return-wait", ["grid"])
        left_s = waits(wait)["grid"]["left_s"]
        assert 30 <= left_s <= 42
        node.run(5_000)
        again_s = waits(ask("load 3"))["grid"]["left_s"]
        assert 4 <= left_s - again_s <= 8, "its own timer goes on"
        node.run(36_000)
        turn = ask("load 5")
        assert turn["grid"] == "restoring"
        assert waits(turn)["turn"]["before"] >= 1
        node.run(40_000)
        back = ask("load 3")
        assert (back["closed"], back["cause"]) == (True, "grid healthy for the hold time")
        assert "budget_w" not in back


def test_why_of_a_load_that_is_locked_or_commanded_off_and_of_none(tmp_path):
    with life(tmp_path, settings=SITE | {"return_hold_s": 5}) as node:
        node.run(50_000)
        node.ask("load 2 lock", "commanded")
        node.ask("load 3 off", "commanded")
        locked, off = node.ask("why 2", "why"), node.ask("why 3", "why")
        assert locked["waits"] == [{"for": "unlock"}]
        assert off["waits"] == [{"for": "command", "by": "console"}]
        assert (off["cause"], off["actor"]) == ("commanded", "console")
        assert not off["since"], "nobody has set the clock"
        assert "is off for " in sentence(off)
        assert node.ask("why 9", "error")["reason"] == "1 to 6"
        assert "load` lists" in node.ask("why kettle", "error")["reason"]


def test_an_island_with_room_waits_for_no_grid_nor_for_what_does_not_fit(tmp_path):
    big = [LOADS[0] | {"tier": 2}, LOADS[1] | {"rated_w": 3_000}, LOADS[2] | {"min_off_s": 60}]
    with life(tmp_path, settings=SITE | {"loads": big + LOADS[3:]}, start_s=NOON_S) as node:
        node.run(130_000)
        node.ask("load 3 off", "commanded")
        node.run(10_000, **OUTAGE)
        node.ask("load 3 on", "commanded")
        node.run(2_000)
        told = node.ask("why 3", "why")
        assert waits(told)["turn"]["before"] == 0, "load 2 finds no room"
        rest_s = waits(told)["rest"]["left_s"]
        assert sentence(told).endswith(
            f"; not before it has been off for its shortest time, {rest_s} s left"
        )
        assert "healthy for 60 s, or when it is its turn" in sentence(told)
        node.run(rest_s * 1_000 + 5_000)
        assert node.ask("why 3", "why")["closed"], "in the island, without a grid"
