"""`tomo desk`: one node in the foreground, as a person or a script runs it."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.desk_bridge import ROOT
from tests.node.desk_nodes import seats
from tests.node.runs import short_blackout
from tomo.cli.app import app


@pytest.fixture
def tomo_desk(desk32, tmp_path):  # noqa: ARG001 (skips where nothing is built)
    """tomo_desk(*arguments): a running `tomo desk` in a folder of its own; ended with the test."""
    started = []

    def start(*arguments):
        command = [sys.executable, "-c", "from tomo.cli.app import main; main()", "desk"]
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            [*command, *arguments, "--folder", str(tmp_path / str(len(started)))],
            cwd=ROOT,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def until(process, event, limit_s=20.0):
    """The first console object with this event. Fails if the node is silent for `limit_s`."""
    watchdog = threading.Timer(limit_s, process.kill)
    watchdog.start()
    try:
        for line in process.stdout:
            told = json.loads(line)
            if told.get("event") == event:
                return told
    finally:
        watchdog.cancel()
    raise AssertionError(f"no {event}: {process.stderr.read()}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_boots_answers_on_its_console_and_ends_with_status_0(tomo_desk, number):
    ip = seats(1)[0]
    process = tomo_desk("submeter6", "--ip", ip)
    assert until(process, "boot")["board"] == "submeter6"
    assert until(process, "ready")["ip"] == ip
    process.stdin.write("status\n")
    process.stdin.flush()
    assert until(process, "status")["board"] == "submeter6"
    process.send_signal(number)
    process.send_signal(number)  # a second Ctrl-C is harmless
    _, errors = process.communicate(timeout=15)
    assert (process.returncode, errors) == (0, "")


def test_ctrl_c_while_time_is_granted_ends_a_node_without_a_traceback(tomo_desk):
    process = tomo_desk("submeter6", "--ip", "", "--clock", "virtual")
    while until(process, "grid")["to"] != "normal":  # from then on it mostly runs by itself
        pass
    process.send_signal(signal.SIGINT)
    said, errors = process.communicate(timeout=15)
    assert (process.returncode, errors) == (0, "")
    assert [line for line in said.splitlines() if not line.startswith("{")] == []


def test_a_second_node_at_the_same_address_is_refused_in_one_line(tomo_desk):
    ip = seats(1)[0]
    first = tomo_desk("streetlight", "--ip", ip)
    until(first, "ready")
    second = tomo_desk("streetlight", "--ip", ip)
    _, errors = second.communicate(timeout=15)
    assert second.returncode == 5
    assert errors.startswith(f"error: UDP port 3610 at {ip} is in use\n")


def test_a_node_killed_from_outside_is_told_and_status_1(tomo_desk):
    process = tomo_desk("streetlight", "--ip", seats(1)[0])
    until(process, "ready")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)
    # Its standard input is still open, and so is the thread that waits for keys.
    assert process.wait(timeout=15) == 1
    assert process.stderr.read().startswith("error: node streetlight was killed by signal 9\n")


def test_every_world_has_a_folder_of_its_own_below_the_checkout(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr("tomo.cli.desk.run_desk", lambda options, *_: seen.append(options.folder))
    monkeypatch.chdir(tmp_path)
    blackout = str(ROOT / "scenarios" / "blackout.toml")
    for more in ((), ("--scenario", blackout), ("--scenario", blackout, "--node", "panel")):
        result = CliRunner().invoke(app, ["desk", "submeter6", "--ip", "127.0.8.14", *more])
        assert result.exit_code == 0, result.output
    assert [folder.parent for folder in seen] == [ROOT / "build" / "desk"] * 3
    assert len(set(seen)) == 3


def test_an_unknown_board_is_told_with_the_boards_there_are(tomo_desk):
    process = tomo_desk("submeter9")
    _, errors = process.communicate(timeout=15)
    assert process.returncode == 2
    assert "Boards: streetlight, submeter3, submeter6" in errors


def test_in_virtual_time_a_scenarios_node_goes_through_its_outage(tomo_desk, tmp_path):
    brief = str(short_blackout(tmp_path))
    process = tomo_desk("submeter6", "--ip", "", "--clock", "virtual", "--scenario", brief)
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    told = [json.loads(line) for line in out.splitlines()]
    states = [one["to"] for one in told if one["event"] == "grid"]
    assert states[-4:] == ["islanded", "return-wait", "restoring", "normal"]


def test_maintenance_survives_the_restarts_that_a_tool_makes(tomo_desk):
    process = tomo_desk("submeter6", "--ip", "")
    until(process, "boot")
    process.stdin.write("\x03\nmaintenance\n")
    process.stdin.flush()
    until(process, "repl")
    process.stdin.write("\x04\n")  # a soft reset, as mpremote makes one
    process.stdin.flush()
    assert until(process, "maintenance")["ends_s"] == 900
    until(process, "repl")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=15)
    assert (process.returncode, errors) == (0, "")
