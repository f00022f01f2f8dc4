"""A whole streetlight on whose I2C bus nothing moves: the control path goes on, the sun decides."""

import pytest

from tests.node.held_nodes import life

pytestmark = pytest.mark.usefixtures("desk32")

# 2025-12-21 in Tokyo: sunset at 16:31:27 JST, after NAOJ's table for the year. 9486 days since
# 2000-01-01.
TOKYO = {"latitude_e4": 356_895, "longitude_e4": 1_396_917, "utc_offset_min": 540}
SUNSET_S = 9_486 * 86_400 + (16 - 9) * 3_600 + 31 * 60 + 27
CYCLES_PER_S = 50


def test_a_stuck_bus_takes_next_to_nothing_from_control_and_the_lamp_follows_the_sun(tmp_path):
    settings = {"name": "lamp"} | TOKYO
    with life(tmp_path, "streetlight", settings=settings, start_s=SUNSET_S - 620) as node:
        node.run(5_000, photocell_stuck=1)
        before = node.ask("status", "status")
        began_ms = node.now_ms
        node.run(600_000)
        told = [one for one in node.told("fault") if one["job"] == "sky"]
        after = node.ask("status", "status")
        cycles = (node.now_ms - began_ms) // 1_000 * CYCLES_PER_S
        # At most 14 waits begin in 600 s; each costs a transfer of one byte, 200 ms.
        assert after["cycles"] - before["cycles"] >= cycles - 15 * CYCLES_PER_S // 4
        assert node.outputs["duty"] == 0
        node.run(60_000)
        assert node.outputs["duty"] > 0
    assert len(told) == 1
