"""The controller and `tomo node` against peers that answer from a script: good, partial, wrong.

Every test has loopback addresses of its own, so that tests can run side by side.
"""

import json
import os
import socket
import threading
from itertools import count

import pytest
from typer.testing import CliRunner

from tomo.cli.node import app
from tomo.client.echonet import Controller, parse_eoj
from tomo.errors import NodeSilent, NodeWrong, UsageError
from tomoshibi.wire import echonet
from tomoshibi.wire.echonet import Frame, Writer

# Laid out as in docs/echonet-lite.md; a lamp of class 0290 as another maker would build it.
LAMP = 0x029001
LAMP_VALUES = {
    0x80: "30",
    0x9F: "05 80 9F B0 B1 F0",
    0xB0: "3C",
    0xB1: "41",
    0xF0: "AB CD",
}
PROFILE_VALUES = {
    0x8A: "00 00 77",
    0x8C: "4C 41 4D 50 00 00 00 00 00 00 00 00",
    0x9F: "04 8A 8C 9F D6",
    0xD6: "01 02 90 01",
}
_seat = count(1)


class Peer(threading.Thread):
    """A node at `ip` with a fixed answer to every Get; `bend` may change or drop its frames."""

    def __init__(self, ip, values, bend=lambda frame: [frame]):
        super().__init__(daemon=True)
        self.ip = ip
        self.values = values
        self.bend = bend
        self.asked = []
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((ip, echonet.PORT))
        self.start()

    def run(self):
        while True:
            data, (ip, _) = self.sock.recvfrom(2_000)
            if data == b"end":
                self.sock.close()
                return
            frame = Frame()
            if frame.parse(data, len(data)) or frame.target not in self.values:
                continue
            epcs = [epc for epc, _ in frame.blocks()]
            self.asked.append(epcs)
            for answer in self.bend(self.answer(frame, epcs)):
                self.sock.sendto(answer, (ip, echonet.PORT))

    def answer(self, frame, epcs):
        known = self.values[frame.target]
        writer = Writer(bytearray(echonet.MAX_FRAME))
        good = all(epc in known for epc in epcs)
        service = echonet.GET_RES if good else echonet.GET_SNA
        writer.begin(frame.tid, frame.target, frame.source, service)
        for epc in epcs:
            writer.block(epc, bytes.fromhex(known.get(epc, "")))
        return writer.frame()

    def end(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(b"end", (self.ip, echonet.PORT))
        self.join(2)


@pytest.fixture
def seat():
    """(our address, the peer's): a pair nobody else uses, in this process or in another."""
    process = os.getpid()
    network = f"127.{100 + process % 100}.{(process // 100 + next(_seat)) % 250}"
    return f"{network}.1", f"{network}.2"


@pytest.fixture
def peer(seat):
    """peer(bend) starts a lamp node; it ends with the test."""
    started = []

    def start(bend=lambda frame: [frame], values=None):
        tables = values or {echonet.NODE_PROFILE: PROFILE_VALUES, LAMP: LAMP_VALUES}
        started.append(Peer(seat[1], tables, bend))
        return started[-1]

    yield start
    for each in started:
        each.end()


def controller(seat, timeout_s=0.3):
    return Controller(seat[0], timeout_s)


def test_values_are_read_and_unknown_ones_are_refused(seat, peer):
    peer()
    with controller(seat) as ours:
        assert ours.objects(seat[1]) == [LAMP]
        assert ours.readable(seat[1], LAMP) == [0x80, 0x9F, 0xB0, 0xB1, 0xF0]
        assert ours.get(seat[1], LAMP, [0x80, 0xE7]) == {0x80: b"\x30", 0xE7: None}


def test_a_node_that_answers_only_the_first_property_is_asked_for_the_rest(seat, peer):
    def first_only(frame):
        seen = Frame()
        seen.parse(frame, len(frame))
        epc, value = next(seen.blocks())
        writer = Writer(bytearray(100))
        writer.begin(seen.tid, seen.source, seen.target, seen.service)
        writer.block(epc, value)
        return [writer.frame()]

    node = peer(first_only)
    with controller(seat) as ours:
        assert ours.get(seat[1], LAMP, [0x80, 0xB0]) == {0x80: b"\x30", 0xB0: b"\x3c"}
    assert node.asked == [[0x80, 0xB0], [0xB0]]


def test_old_and_foreign_answers_are_passed_over(seat, peer):
    def late(frame):
        other_tid = frame[:2] + bytes((frame[2] ^ 0x80, frame[3])) + frame[4:]
        return [b"", b"rubbish", other_tid[:-1] + b"\x00", frame]

    peer(late)
    with controller(seat) as ours:
        assert ours.get(seat[1], LAMP, [0xB0]) == {0xB0: b"\x3c"}
        assert ours.ignored >= 2


def test_silence_is_status_3(seat):
    with controller(seat, 0.05) as ours, pytest.raises(NodeSilent) as silent:
        ours.get(seat[1], LAMP, [0x80])
    assert silent.value.exit_code == 3
    assert str(silent.value) == f"{seat[1]} did not answer for 029001 in 2 tries of 0.05 s"


@pytest.mark.parametrize(
    "bend",
    [
        pytest.param(lambda frame: [frame[:-1]], id="cut short"),
        pytest.param(lambda frame: [frame + b"\x00"], id="left over"),
        pytest.param(lambda frame: [frame[:4] + b"\x02\x90\x02" + frame[7:]], id="other object"),
        pytest.param(lambda frame: [frame[:12] + b"\xc0" + frame[13:]], id="other property"),
    ],
)
def test_a_wrong_answer_is_status_4(seat, peer, bend):
    peer(bend)
    with controller(seat) as ours, pytest.raises(NodeWrong) as wrong:
        ours.get(seat[1], LAMP, [0x80])
    assert wrong.value.exit_code == 4


def test_one_lost_answer_is_asked_for_again(seat, peer):
    answers = []

    def lose_first(frame):
        answers.append(frame)
        return answers[1:][-1:]

    peer(lose_first)
    with controller(seat) as ours:
        assert ours.get(seat[1], LAMP, [0x80]) == {0x80: b"\x30"}


def test_an_address_asked_directly_is_found(seat, peer):
    peer()
    with controller(seat) as ours:
        assert ours.discover(0.3, [seat[1]])[seat[1]] == [LAMP]


@pytest.mark.parametrize("text", ["", "zz", "029000", "029080", "1029001", "-1"])
def test_what_is_no_object_is_a_usage_error(text):
    with pytest.raises(UsageError):
        parse_eoj(text)


def test_objects_are_written_in_hexadecimal():
    assert parse_eoj("029001") == parse_eoj("0x029001") == LAMP


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


def test_read_prints_one_json_object_for_each_property(seat, peer):
    peer()
    result = run("read", seat[1], "--object", "029001", "--json", "--raw", "--from", seat[0])
    assert result.exit_code == 0
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    level = next(line for line in lines if line["epc"] == "B0")
    assert level == {
        "ip": seat[1],
        "object": "029001",
        "class": "general lighting",
        "epc": "B0",
        "name": "light_level",
        "value": 60,
        "unit": "%",
        "raw": "3C",
    }
    assert [line["epc"] for line in lines] == ["80", "9F", "B0", "B1", "F0"]
    assert "-> " + seat[1] in result.stderr


def test_an_object_that_a_living_node_lacks_is_status_4_with_those_it_has(seat, peer):
    peer()
    result = run("read", seat[1], "--object", "029001", "--object", "028D07", "--from", seat[0])
    assert isinstance(result.exception, NodeWrong)
    assert str(result.exception) == f"{seat[1]} has no object 028D07"
    assert result.exception.hint == "It has: 0EF001, 029001"
    assert result.stdout == ""


def test_read_without_an_object_reads_all_of_them(seat, peer):
    peer()
    result = run("read", seat[1], "--json", "--from", seat[0])
    objects = {json.loads(line)["object"] for line in result.stdout.splitlines()}
    assert objects == {"0EF001", "029001"}


def test_read_says_what_makes_no_sense_and_ends_with_4(seat, peer):
    values = {echonet.NODE_PROFILE: PROFILE_VALUES, LAMP: LAMP_VALUES | {0xB0: "C8"}}
    peer(values=values)
    result = run("read", seat[1], "--object", "029001", "--json", "--from", seat[0])
    assert isinstance(result.exception, NodeWrong)
    assert "029001/B0" in str(result.exception)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    level = next(line for line in lines if line["epc"] == "B0")
    assert level["value"] is None
    assert level["problem"]


def test_watch_shows_first_values_then_changes_only(seat, peer):
    values = dict(LAMP_VALUES)
    node = peer(values={echonet.NODE_PROFILE: PROFILE_VALUES, LAMP: values})
    timer = threading.Timer(0.5, values.__setitem__, (0xB0, "32"))
    timer.start()
    result = run("watch", seat[1], "--json", "--every", "0.2", "--for", "1.2", "--from", seat[0])
    assert result.exit_code == 0, node.asked
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["value"] for line in lines if line["epc"] == "B0"] == [60, 50]
    assert [line["epc"] for line in lines].count("80") == 1


def test_watch_tells_once_that_a_node_is_silent_and_once_that_it_answers(seat, peer):
    silent = threading.Event()
    node = peer(lambda frame: [] if silent.is_set() else [frame])
    timers = [threading.Timer(0.5, silent.set), threading.Timer(2.0, silent.clear)]
    for timer in timers:
        timer.start()
    times = ("--timeout", "0.1", "--every", "0.2", "--for", "3")
    result = run("watch", seat[1], *times, "--from", seat[0])
    assert result.exit_code == 0, node.asked
    told = [line.split("  ", 1)[1] for line in result.stderr.splitlines()]
    assert told == [
        f"{seat[1]} did not answer for 029001 in 2 tries of 0.1 s",
        f"{seat[1]} answers again",
    ]


def test_watch_of_a_silent_node_ends_with_3(seat):
    result = run("watch", seat[1], "--timeout", "0.1", "--from", seat[0])
    assert isinstance(result.exception, NodeSilent)
