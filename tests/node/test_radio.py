"""Whole nodes whose radio does not start, starts late, or is given another address."""

import pytest

from tests.node.desk_nodes import GROUP, LOADS, SETTINGS, Asker, Listener, seats
from tests.node.held_nodes import LIMIT_S, life

pytestmark = pytest.mark.usefixtures("desk32")

NODE_PROFILE, STATUS = 0x0EF001, 0x80
ON = b"\x30"
# Get of D6 at every node profile, and the head of its answer.
DISCOVERY = bytes.fromhex("1081000105FF010EF0006201D600")
FOUND = bytes.fromhex("108100010EF00105FF0172")
OUTAGE = {"grid_mv": 0, "grid_mhz": 0, "islanded": 1}
SUBMETER = SETTINGS | {"loads": LOADS}


@pytest.mark.parametrize("way", ["init_fails=always", "start_fails=always"])
def test_a_node_without_a_radio_sheds_in_an_outage(tmp_path, monkeypatch, way):
    monkeypatch.setenv("DESK_WLAN", way)
    with life(tmp_path, ip=seats(1)[0], settings=SUBMETER) as node:
        node.run(40_000)
        assert [node.outputs[f"relay{n}"] for n in range(1, 7)] == [1] * 6
        node.run(100, **OUTAGE)
        # Of six times 400 W no more than three fit into 1350 W.
        assert sum(node.outputs[f"relay{n}"] for n in range(1, 7)) <= 3
        node.run(160_000)
        told = [one for one in node.told("fault") if one["job"] == "echonet"]
    # Tried again after 1, 2, 4 … 64 s.
    assert 7 <= len(told) <= 10
    assert {one["code"] for one in told} == {6}
    assert "wifi" in told[0]["fault"]


def test_a_radio_that_starts_at_the_third_try_serves(tmp_path, monkeypatch):
    monkeypatch.setenv("DESK_WLAN", "start_fails=2")
    ours, theirs = seats(2)
    with Asker(ours) as asker, life(tmp_path, "streetlight", ip=theirs) as node:
        node.run(10_000)
        assert node.wait("ready")["ip"] == theirs
        assert node.get(asker, NODE_PROFILE, STATUS) == ON


def test_a_radio_whose_first_start_was_cut_short_is_had_after_a_restart(tmp_path, monkeypatch):
    monkeypatch.setenv("DESK_WLAN", "init_fails=1")
    ours, theirs = seats(2)
    with Asker(ours) as asker:
        with life(tmp_path, "streetlight", ip=theirs) as node:
            node.run(100_000)
            assert {one["job"] for one in node.told("fault")} == {"echonet"}
        monkeypatch.delenv("DESK_WLAN")
        with life(tmp_path, "streetlight", ip=theirs) as node:
            node.run(5_000)
            assert node.get(asker, NODE_PROFILE, STATUS) == ON


def test_a_node_at_a_new_address_announces_itself_there(tmp_path, monkeypatch):
    ours, first, second = seats(3)
    monkeypatch.setenv("DESK_WLAN", f"drop_s=20 back_s=30 back_ip={second}")
    with Listener() as group, life(tmp_path, "streetlight", ip=first) as node:
        node.run(15_000)
        assert node.wait("ready")["ip"] == first
        assert group.speakers(first, second) == {first}
        node.run(12_000)
        assert group.speakers(first, second) == set()
        node.run(10_000)
        assert node.wait("ready")["ip"] == second
        assert group.speakers(first, second) == {second}
        with Asker(ours) as asker:
            assert node.get(asker, NODE_PROFILE, STATUS, second) == ON
        assert node.told("fault") == []


@pytest.mark.parametrize("at_s", [20, 21])
def test_a_network_gone_for_a_second_leaves_the_node_in_its_group(tmp_path, monkeypatch, at_s):
    ours, theirs = seats(2)
    monkeypatch.setenv("DESK_WLAN", f"drop_s={at_s} back_s={at_s}")
    with Asker(ours) as asker, life(tmp_path, "streetlight", ip=theirs) as node:
        node.run(30_000)
        asker.throw(DISCOVERY, GROUP)
        node.run(2_000)
        answer = asker.catch(LIMIT_S)
        assert answer
        assert answer[:11] == FOUND
