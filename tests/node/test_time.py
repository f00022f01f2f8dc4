"""Whole nodes and the time of day: from others on the desk's network, and jumps of the clock.

The answers of a server are made by hand from RFC 4330 (tests/helpers/sntp_by_hand.py), those of a
controller from docs/echonet-lite.md, "Frame".
"""

import contextlib
import json
import socket

import pytest

from tests.helpers.sntp_by_hand import reply
from tests.node.desk_nodes import LOADS, SETTINGS, seats
from tests.node.held_nodes import NOON_S, life, tomo

pytestmark = pytest.mark.usefixtures("desk32")

SUBMETER = SETTINGS | {"loads": LOADS}


@pytest.fixture
def server(monkeypatch):
    """A socket where a node with its address as `ntp_server` asks."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind((seats(1)[0], 0))
        bound.setblocking(False)
        monkeypatch.setenv("DESK_NTP_PORT", str(bound.getsockname()[1]))
        yield bound


def relays(node):
    return [node.outputs[f"relay{n}"] for n in range(1, 7)]


def question(node, server):
    """Let time pass until the node asks: what it asks, and from where."""
    for _ in range(40):
        node.run(500)
        try:
            return server.recvfrom(100)
        except BlockingIOError:
            pass
    raise AssertionError("the node does not ask")


def test_a_node_is_right_within_a_minute_of_a_power_cut(tmp_path, server):
    settings = SUBMETER | {"ntp_server": server.getsockname()[0]}
    with life(tmp_path, ip=seats(1)[0], settings=settings) as node:
        asked, whom = question(node, server)
        # Not to what was asked: left alone, and asked again when nothing better comes.
        server.sendto(reply(asked, NOON_S + 86_400, originate=bytes(8)), whom)
        again, whom = question(node, server)
        assert again != asked
        server.sendto(reply(again, NOON_S), whom)
        node.run(1_000)
        assert node.now_ms < 60_000
        [told] = node.told("clock")
        assert (told["was"], told["cause"]) == ("never set", "time server")
        assert NOON_S - 60 <= told["by_s"] <= NOON_S
        assert node.ask("status", "status")["clock"] == "synchronised"
    assert events(tmp_path)[-1]["clock"] == "synchronised"
    assert events(tmp_path)[-1]["utc"].startswith("2026-11-25 03:00:0")


def test_gateway_is_the_router_that_the_network_has(tmp_path, server, monkeypatch):
    monkeypatch.setenv("DESK_GATEWAY", server.getsockname()[0])
    settings = SETTINGS | {"ntp_server": "gateway"}
    with life(tmp_path, "streetlight", ip=seats(1)[0], settings=settings) as node:
        asked, whom = question(node, server)
        server.sendto(reply(asked, NOON_S), whom)
        node.run(1_000)
        assert node.ask("status", "status")["clock"] == "synchronised"


def controller_says(asked, at_s):
    """Get_Res of 05FF01 to a Get of 97 and 98, at so many seconds past 11:59:00 of 2026-11-25."""
    assert asked[:2] + asked[4:] == bytes.fromhex("10810EF00105FF01620297009800")
    time = "0B3B" if at_s < 60 else "0C00"
    return asked[:4] + bytes.fromhex("05FF010EF00172029702" + time + "980407EA0B19")


def test_a_controller_whose_minute_turns_sets_the_clock(tmp_path):
    ours, theirs = seats(2)
    settings = SUBMETER | {"time_from": theirs}
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer,
        life(tmp_path, ip=ours, settings=settings) as node,
    ):
        peer.bind((theirs, 3610))
        peer.setblocking(False)
        asked = 0
        # Of the controller it is 11:59:35 when the node starts: its minute turns 25 s later.
        while node.now_ms < 28_000:
            node.run(250)
            with contextlib.suppress(BlockingIOError):
                answer = controller_says(peer.recv(100), 35 + node.now_ms // 1000)
                peer.sendto(answer, (ours, 3610))
                asked += 1
        assert 10 <= asked <= 28
        [told] = node.told("clock")
        assert (told["was"], told["cause"]) == ("never set", "controller's clock")
        # What the node's clock, which began with 2000, was behind.
        assert abs(told["by_s"] - (NOON_S - 25)) <= 1
        status = node.ask("status", "status")
        assert (status["clock"], status["faults"], status["unsent"]) == ("synchronised", 0, 0)
    assert events(tmp_path)[-1]["utc"][:16] == "2026-11-25 03:00"


def events(folder):
    """Of the log in the chip: those of the clock."""
    _, out, _ = tomo("registers", "events", folder, "--json")
    return [one for one in map(json.loads, out.splitlines()) if one["kind"] == "clock"]


# From noon on the desk: (what is typed, what the clock is then).
JUMPS = (
    "2026-11-25T02:00:00",  # back an hour
    "2026-11-26T03:00:00",  # on a day
    "2036-11-25T03:00:00",  # wrong by ten years, and back
    "2026-11-25T03:00:30",
    "2028-02-28T23:59:58",
    "2028-02-29T23:59:58",
    "2033-12-31T23:59:58",
    "2036-02-07T06:28:14",  # the NTP era ends
    "2037-12-31T23:59:58",
    "2038-01-19T03:14:05",  # 2^31 s since 1970
    "2068-01-19T03:14:05",  # and since 2000
    "2099-12-31T23:59:58",
)


def test_no_jump_of_the_clock_moves_a_relay(tmp_path):
    with life(tmp_path, settings=SUBMETER) as node:
        node.run(40_000)
        assert relays(node) == [1] * 6
        before = len(node.told("load"))
        assert before == 6
        for text in JUMPS:
            assert node.ask(f"time {text}", "time")["utc"] == text
            node.run(1_000)
        assert relays(node) == [1] * 6
        assert node.told("load") == []
        status = node.ask("status", "status")
    assert (status["clock"], status["faults"], status["broken_cycles"]) == ("held", 0, 0)
    utc = [one["utc"].replace(" ", "T") for one in events(tmp_path)]
    assert utc == list(JUMPS)
