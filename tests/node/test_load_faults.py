"""A whole sub-meter with a load that is faulty: what it says of it, and to whom."""

import pytest

from tests.node.desk_nodes import LOADS, SETTINGS, Asker, Listener, seats
from tests.node.held_nodes import life

pytestmark = pytest.mark.usefixtures("desk32")

# Load 2 is never energised: power there is a relay that does not open.
PANEL = SETTINGS | {"loads": [load | {"locked_off": int(i == 1)} for i, load in enumerate(LOADS)]}
BRANCH = 0x028D00
FAULT, NO_FAULT = b"\x41", b"\x42"
RELAY, METER, NOTHING = b"\x00\x14", b"\x00\x1e", b"\x00\x00"


def announced(listener, ip):
    """The values of 88 that each branch has announced since the last look."""
    heard: dict[int, list[bytes]] = {}
    for frame in listener.frames(ip):
        # From 028Dxx, an INF with one property, and that is 88.
        if frame[4:6] == b"\x02\x8d" and frame[10:13] == b"\x73\x01\x88":
            heard.setdefault(frame[6], []).append(frame[14:])
    return heard


def causes(loads):
    return {one["number"]: one["cause"] for one in loads}


def test_weld_reversed_meter_and_silence_are_told_on_the_console_in_status_and_to_the_network(
    tmp_path,
):
    ip, own = seats(2)
    wrong = {
        1: "power flows backward: a current transformer the wrong way round",
        2: "power though switched off: a welded relay",
    } | dict.fromkeys((4, 5, 6), "no readings: the meter is silent")
    with life(tmp_path, ip=ip, settings=PANEL) as node, Asker(own) as asker, Listener() as listener:
        node.run(100)
        node.run(40_000)
        assert [node.outputs.get(f"relay{n}", 0) for n in range(1, 7)] == [1, 0, 1, 1, 1, 1]
        listener.frames(ip)
        node.run(15_000, p1_mw=-100_000, p2_mw=300_000, chip2_silent=1)
        assert causes(node.told("load fault")) == wrong
        assert causes(node.ask("status", "status")["load_faults"]) == wrong
        loads = node.ask("load", "loads")["loads"]
        assert [(one["number"], one["closed"]) for one in loads] == [
            (1, True), (2, False), (3, True), (4, True), (5, True), (6, True)
        ]  # fmt: skip
        # Of a silent meter nothing is known.
        assert [one.get("power_w") for one in loads] == [-100, 300, 0, None, None, None]
        assert announced(listener, ip) == {branch: [FAULT] for branch in wrong}
        for branch, content in ((1, METER), (2, RELAY), (3, NOTHING), (4, METER)):
            assert node.get(asker, BRANCH + branch, 0x89) == content
        node.run(5_000, p1_mw=100_000, p2_mw=0, chip2_silent=0)
        over = node.told("load fault")
        assert {(one["to"], "cause" in one) for one in over} == {("sound", False)}
        assert {one["was"] for one in over} <= set(wrong.values())
        assert node.ask("status", "status")["load_faults"] == []
        assert announced(listener, ip) == {branch: [NO_FAULT] for branch in wrong}
