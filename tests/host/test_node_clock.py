"""`tomo node set-time`: which time reaches the node's console, and what is not even sent."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from tests.host.serial_node import SerialNode
from tomo.cli.app import app
from tomo.errors import HostError
from tomo.jobs.node_clock import nearest

REFUSED = {"t": 1, "event": "error", "command": "time", "reason": "no such day"}


def answer(command):
    told = {"t": 1, "event": "time", "utc": command.partition(" ")[2]}
    return json.dumps(told).encode() + b"\r\n"


def set_time(node, *arguments):
    return CliRunner().invoke(app, ["node", "set-time", str(node.path), *arguments])


@pytest.mark.parametrize(
    ("when", "sent"),
    [
        ("2026-11-25T12:00:00+09:00", "2026-11-25T03:00:00"),
        ("2026-11-25T03:00:00Z", "2026-11-25T03:00:00"),
        ("2026-11-25 03:00:00.6Z", "2026-11-25T03:00:01"),
        ("2024-01-01T08:59:59.9+09:00", "2024-01-01T00:00:00"),
        ("2099-12-31T23:59:59Z", "2099-12-31T23:59:59"),
        ("2028-02-29T23:30:00-01:00", "2028-03-01T00:30:00"),
    ],
)
def test_the_time_is_sent_in_utc(when, sent):
    with SerialNode(answer=answer) as node:
        done = set_time(node, when)
        assert node.heard == [f"time {sent}"]
    assert (done.exit_code, f"{sent} UTC" in done.stdout) == (0, True)


@pytest.mark.parametrize(("zone", "sent"), [("JST-9", "03:00"), ("XYZ+3", "15:00")])
def test_without_an_offset_it_is_local_time(monkeypatch, zone, sent):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        with SerialNode(answer=answer) as node:
            set_time(node, "2026-11-25T12:00:00")
            assert node.heard == [f"time 2026-11-25T{sent}:00"]
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("arguments", [[], ["--now"]])
def test_now_is_this_machines_time_in_utc(arguments):
    with SerialNode(answer=answer) as node:
        before = datetime.now(UTC)
        told = json.loads(set_time(node, *arguments, "--json").stdout)
        after = datetime.now(UTC)
    half_s = timedelta(milliseconds=500)
    assert before - half_s <= datetime.fromisoformat(told["utc"] + "Z") <= after + half_s


def test_the_nearest_second_is_taken():
    whole = datetime(2033, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert nearest(whole + timedelta(microseconds=499_999)) == whole
    assert nearest(whole + timedelta(milliseconds=500)) == datetime(2034, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "arguments",
    [
        ["yesterday"], ["2027-02-29T00:00:00Z"], ["2023-12-31T23:59:59Z"],
        ["9999-12-31T23:59:59-14:00"], ["2100-01-01T00:00:00Z"], ["2026-11-25T12:00:00Z", "--now"],
    ],
)  # fmt: skip
def test_what_is_no_time_for_a_node_is_not_sent(arguments):
    with SerialNode(answer=answer) as node:
        error = set_time(node, *arguments).exception
        assert node.heard == []
    assert isinstance(error, HostError)
    assert error.exit_code == 2


def test_a_refusal_gives_the_nodes_reason():
    with SerialNode(answer=lambda _: json.dumps(REFUSED).encode() + b"\r\n") as node:
        error = set_time(node).exception
    assert isinstance(error, HostError)
    assert (error.exit_code, "no such day" in str(error)) == (1, True)
