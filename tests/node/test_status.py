"""A whole sub-meter that has lost and refused something: its status says what and how much."""

import pytest

from tests.node.desk_nodes import SETTINGS
from tests.node.held_nodes import life
from tomoshibi.wire.release import VERSION
from tomoshibi.wire.status import NAME, STATUS

pytestmark = pytest.mark.usefixtures("desk32")


def test_status_counts_what_was_lost_and_refused_and_tells_what_memory_is_left(tmp_path):
    with life(tmp_path, settings=SETTINGS | {"ride_ms": 5, "sample_ms": "often"}) as node:
        node.run(20_000)
        before = node.ask("status", "status")
        assert (before["refused_settings"], before["restarts"]) == (2, 0)
        node.run(15_000, chip2_silent=1)
        after = node.ask("status", "status")
    assert before["missed_samples"] == 0
    assert 10 <= after["missed_samples"] <= 20, "of a chip that is asked once a second"
    # Looked at twice a second.
    assert 30 <= after["watchdog_feeds"] - before["watchdog_feeds"] <= 36
    assert 20 <= after["longest_cycle_ms"] < 200
    assert 8_192 <= after["heap_largest"] <= after["heap_free"]
    assert 0 < after["heap_lowest"] <= after["heap_free"]
    assert after["heap_lowest"] <= before["heap_lowest"]
    assert after["firmware"] == VERSION
    # A node without network has no counts of datagrams, one without a lamp sees no sky.
    absent = {"answered", "discarded", "withheld", "too_long", "empty", "unsent", "missed_sky"}
    assert set(after) - {"t", "event"} | absent == {row[NAME] for row in STATUS}
