"""Settings that apply at once, on a whole node: set on its console, seen in what it does."""

import pytest

from tests.node.held_nodes import life

pytestmark = pytest.mark.usefixtures("desk32")

ISLAND = {"grid_mv": 0, "grid_mhz": 0, "islanded": 1}
GIVEN = {
    "return_hold_s": 300,
    "stagger_s": 0,
    "island_limit_w": 3_000,
    "loads": [{"name": "lights", "tier": 1, "rated_w": 500}, {"name": "heater", "rated_w": 2_000}],
}


def test_a_running_node_lives_by_what_is_set(tmp_path):
    with life(tmp_path, settings=GIVEN) as node:
        node.run(30_000)
        assert node.ask("set line_hz 60", "set")["reboot"] is True
        changes = ("name east", "loads.0.name lamps", "loads.2.rated_w 100", "return_hold_s 5")
        for setting in changes:
            assert node.ask("set " + setting, "set")["reboot"] is False
        # Not 300 s: it has been healthy for more than five.
        node.run(40_000)
        assert node.wait("load")["load"] == "lamps"
        assert all(node.outputs[f"relay{number}"] for number in range(1, 7))
        assert node.ask("status", "status")["name"] == "east"
        node.run(15_000)  # ten seconds after the last relay flash may be erased again
        node.ask("set island_limit_w 600", "set")
        node.run(1_000, **ISLAND)
        closed = [number for number in range(1, 7) if node.outputs[f"relay{number}"]]
        assert closed == [1, 3]  # 500 and 100 W; before the changes it would have been 1 and 2
        assert node.ask("load", "loads")["loads"][0]["load"] == "lamps"
        assert node.ask("status", "status")["budget_w"] == 600
