"""Whole nodes while seconds outgrow 30 bits since 2000 (2034) and 31 bits since 1970 (2038)."""

import json

import pytest

from tests.node.held_nodes import MJ_PER_WH, import_mj, life, tomo

# 2034-01-09 13:37:04 and 2038-01-19 03:14:08 UTC, seconds since 2000; and the offset from UTC at
# which a half hour ends within the minute after it.
MOMENTS = {
    2034: (1 << 30, 22, "2034-01-09", "14:00"),
    2038: ((1 << 31) - 946_684_800, 15, "2038-01-19", "03:30"),
}


@pytest.mark.usefixtures("desk32")
@pytest.mark.parametrize("year", MOMENTS)
def test_counters_half_hours_and_boots_go_on_through_it(tmp_path, year):
    second, offset_min, day, half_hour = MOMENTS[year]
    settings = {"wifi_ssid": "desk", "utc_offset_min": offset_min, "return_hold_s": 5}
    with life(tmp_path, settings=settings, start_s=second - 180) as node:
        # Until the grid is normal for it, a new chip has no sector erased for half hours.
        node.run(150_000, p1_mw=0)
        # 1 Wh a second on branch 1, through the moment and the end of the half hour.
        node.run(100_000, p1_mw=3_600_000)
        node.run(2_000, p1_mw=0)
        assert node.ask("status", "status")["faults"] == 0
        node.cut()
    assert 98 * MJ_PER_WH <= import_mj(tmp_path, 1) <= 100 * MJ_PER_WH
    status, out, _ = tomo("registers", "history", tmp_path, "--json")
    assert status == 0
    rows = [json.loads(line) for line in out.splitlines()]
    at = {"day": day, "time": half_hour, "branch": 1, "clock": "held"}
    stored = [row["import_wh"] for row in rows if at.items() <= row.items()]
    assert len(stored) == 1
    assert 60 <= stored[0] <= 100
    with life(tmp_path, settings=settings, start_s=second + 600) as node:
        node.run(2_000)
    status, out, _ = tomo("registers", "verify", tmp_path, "--json")
    assert (status, json.loads(out.splitlines()[-1])) == (0, {"verdict": "fine"})
