"""`tomo desk`: one node in the foreground, as a person or a script runs it."""

import json
import signal
import subprocess
import sys
import threading

import pytest

from tests.desk_bridge import ROOT


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
    process = tomo_desk("submeter6", "--ip", "127.0.8.11")
    assert until(process, "boot")["board"] == "submeter6"
    assert until(process, "ready")["ip"] == "127.0.8.11"
    process.stdin.write("status\n")
    process.stdin.flush()
    assert until(process, "status")["board"] == "submeter6"
    process.send_signal(number)
    process.send_signal(number)  # a second Ctrl-C is harmless
    _, errors = process.communicate(timeout=15)
    assert (process.returncode, errors) == (0, "")


def test_a_second_node_at_the_same_address_is_refused_in_one_line(tomo_desk):
    first = tomo_desk("streetlight", "--ip", "127.0.8.12")
    until(first, "ready")
    second = tomo_desk("streetlight", "--ip", "127.0.8.12")
    _, errors = second.communicate(timeout=15)
    assert second.returncode == 1
    assert errors.startswith("error: UDP port 3610 at 127.0.8.12 cannot be used")


def test_an_unknown_board_is_told_with_the_boards_there_are(tomo_desk):
    process = tomo_desk("submeter9")
    _, errors = process.communicate(timeout=15)
    assert process.returncode == 2
    assert "Boards: streetlight, submeter6" in errors


def test_in_virtual_time_a_scenarios_node_goes_through_its_outage(tomo_desk):
    process = tomo_desk(
        "submeter6", "--ip", "", "--clock", "virtual", "--scenario", "scenarios/blackout.toml"
    )
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    told = [json.loads(line) for line in out.splitlines()]
    states = [one["to"] for one in told if one["event"] == "grid"]
    assert states[-4:] == ["islanded", "return-wait", "restoring", "normal"]
