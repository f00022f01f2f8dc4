"""tomo.jobs.run_desk with a stand-in for the desk program: restarts, and the console as a port."""

import io
import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import serial

from tomo.jobs.run_desk import DeskOptions, run_desk
from tomo.scenario.constant import constant
from tomo.scenario.records import Event
from tomo.transport.desk_node import Desk, NodeDied

PROGRAM = (sys.executable, str(Path(__file__).with_name("resetting_node.py")))


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """desk(plan): what the node said, and how its last process ended."""
    monkeypatch.setattr(Desk, "arguments", lambda _self: list(PROGRAM))

    def run(plan, keys=None, screen=None, **other):
        (tmp_path / "plan").write_text(plan)
        screen = screen or io.StringIO()
        with pytest.raises(NodeDied) as died:
            run_desk(DeskOptions("streetlight", "", tmp_path, **other), keys, screen)
        return screen.getvalue().split("\n"), died.value.status

    return run


def test_a_node_that_is_reset_starts_again_and_learns_why(desk):
    said, status = desk("4 5 3 9")
    assert said[:4] == ["started None", "started 12", "started 12 soft", "started 8"]
    assert status == 9


def test_a_node_that_is_reset_again_and_again_is_given_up(desk):
    said, status = desk("4 " * 20)
    assert said.count("started 12") == 5
    assert status == 4


def test_resets_long_apart_are_no_reason_to_give_up(desk, monkeypatch):
    monkeypatch.setattr("tomo.jobs.run_desk._RESTARTS_S", 0.1)
    said, status = desk("4 4 4 4 4 4 4 9")
    assert said.count("started 12") == 7
    assert status == 9


def test_a_chip_that_was_reset_once_is_not_reset_again_when_its_node_starts_again(
    desk, monkeypatch
):
    monkeypatch.setenv("HEAR", "1")
    faults = [
        Event(0, kind, node="streetlight", part="photocell")
        for kind in ("chip-reset", "chip-silent")
    ]
    scenario = replace(constant("streetlight"), event=tuple(faults))
    said, _ = desk("4 9", scenario=scenario)
    assert [line for line in said if line.startswith("told")] == [
        "told photocell_reset photocell_silent",
        "told photocell_silent",
    ]


def test_what_was_typed_before_the_node_is_there_reaches_it(desk):
    read_end, write_end = os.pipe()
    os.write(write_end, b"one\nbye\n")
    with os.fdopen(read_end) as keys:
        said, status = desk("", keys)
        assert said[:2] == ["started None", "heard " + b"one\n".hex()]
        assert status == 7
        os.close(write_end)


class Screen(io.StringIO):
    """What `tomo desk` prints, and a wait for the first line of it."""

    def first_line(self):
        until = time.monotonic() + 10
        while "\n" not in self.getvalue():
            assert time.monotonic() < until
            time.sleep(0.01)
        return self.getvalue().split("\n")[0]


def test_the_console_as_a_port_passes_bytes_both_ways_without_echo(desk, monkeypatch):
    monkeypatch.setenv("CHATTER", "5000")  # before anybody reads: it must not hold the node up
    screen, ended = Screen(), []
    thread = threading.Thread(
        target=lambda: ended.append(desk("", screen=screen, serial=True)), daemon=True
    )
    thread.start()
    told, path = screen.first_line().split()
    assert told == "console:"
    with serial.Serial(path, 115_200, timeout=10) as port:
        port.write(b"a\x03\x00\xff \r\n")
        while b"heard" not in (line := port.readline()):
            assert line, "the port is silent"
        assert line == b"heard 610300ff200d0a\n"
    with serial.Serial(path, 115_200, timeout=10) as port:  # and for who comes next
        port.write(b"b\n")
        assert port.readline() == b"heard 620a\n"
        port.write(b"bye\n")
        thread.join(10)
    assert ended
    said, status = ended[0]
    assert (said, status) == ([f"console: {path}", ""], 7)
