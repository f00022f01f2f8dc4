"""tomo.transport.console.open_console: what NODE can be where only the console carries it."""

import json

import pytest
from typer.testing import CliRunner

from tests.host.serial_node import SerialNode
from tomo.cli.app import app
from tomo.errors import HostError, NodeSilent, UsageError
from tomo.transport.console import CONSOLE_LINK, Refused, open_console
from tomo.transport.pseudo_terminal import PseudoTerminal

TOLD = {"t": 2.5, "event": "status", "grid": "normal", "power_w": 732, "calibrated": True}
TOLD |= {"load_faults": [{"number": 2, "cause": "a welded relay"}], "newer": 7}


def answer(_command):
    return json.dumps(TOLD).encode() + b"\r\n"


def tomo(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.mark.parametrize("as_folder", [False, True])
def test_a_port_and_a_desk_nodes_folder_lead_to_the_same_console(tmp_path, as_folder):
    with SerialNode(answer=answer) as node:
        (tmp_path / CONSOLE_LINK).symlink_to(node.path)
        with open_console(str(tmp_path if as_folder else node.path)) as console:
            assert console.ask("status", "status") == TOLD
        assert node.heard == ["status"]


@pytest.mark.parametrize("pulled", ["before it is asked", "as it is asked"])
def test_a_cable_that_is_pulled_at_any_moment_is_told(pulled):
    with PseudoTerminal() as terminal, open_console(terminal.path) as console:
        write = console._port.write

        def last(data):
            write(data)
            terminal.__exit__()

        if pulled == "as it is asked":
            console._port.write = last
        else:
            terminal.__exit__()
        with pytest.raises(NodeSilent, match="is gone"):
            console.ask("status", "status")


@pytest.mark.parametrize("command", ["status", "why", "set-time"])
@pytest.mark.parametrize(
    ("where", "status", "says"),
    [
        ("127.0.0.11", 2, "only a node's console carries this"),
        ("no-such-thing", 2, "no serial port and no desk node's folder"),
        (".", 3, "no node runs in"),
        ("/dev/no-such-port", 5, "is not there"),
    ],
)
def test_what_is_no_console_is_told_with_its_status(command, where, status, says):
    load = ["1"] if command == "why" else []
    error = tomo("node", command, where, *load).exception
    assert isinstance(error, HostError)
    assert (error.exit_code, says in str(error)) == (status, True)


def test_a_node_that_has_ended_is_silent_and_takes_its_link_along(tmp_path):
    link = tmp_path / CONSOLE_LINK
    with PseudoTerminal() as terminal:
        terminal.link(link)
        terminal.link(link)  # its node has started again
        assert link.is_char_device()
    assert not link.is_symlink()
    link.symlink_to("/dev/pts/no-more")  # of one that was killed
    with pytest.raises(NodeSilent):
        open_console(str(tmp_path))
    with PseudoTerminal() as later:
        with PseudoTerminal() as earlier:
            earlier.link(link)
            later.link(link)
        assert link.is_char_device(), "the link is another's by now"


def test_what_was_said_before_answers_nothing(tmp_path):
    with PseudoTerminal() as terminal:
        terminal.link(tmp_path / CONSOLE_LINK)
        terminal.show(json.dumps(TOLD | {"power_w": 1}))
        with open_console(str(tmp_path), 0.1) as console, pytest.raises(NodeSilent):
            console.ask("status", "status")


def test_an_address_is_a_usage_error():
    with pytest.raises(UsageError):
        open_console("192.168.1.20")


def test_status_is_shown_with_units_and_as_json():
    with SerialNode(answer=answer) as node:
        shown = tomo("node", "status", node.path).stdout
        assert json.loads(tomo("node", "status", node.path, "--json").stdout) == TOLD
    rows = [[cell.strip() for cell in line.split("│")[1:3]] for line in shown.splitlines()]
    for row in (["power_w", "732 W"], ["calibrated", "yes"], ["load_faults", "2: a welded relay"]):
        assert row in rows
    assert ["newer", "7"] in rows


def test_what_somebody_left_half_typed_is_refused_and_ours_answered():
    refused = b'{"t": 2.0, "event": "error", "command": "load", "reason": "on, off"}\r\n'
    both = SerialNode(answer=lambda command: refused + answer(command))
    with both as node, open_console(str(node.path)) as console:
        assert console.ask("status", "status") == TOLD


POINTS = {"t": 9, "event": "points", "circuit": {"units": {"power": "mW"}}}
POINTS["circuit"] |= {"2": {"power": None, "on": False}, "1": {"power": 1_234_567, "on": True}}
POINTS["node"] = {"units": {}, "1": {"date": [2026, 11, 27], "time": [8, 5]}}


def test_node_read_of_a_console_has_every_point_in_its_own_resolution(tmp_path):
    with SerialNode(answer=lambda _command: json.dumps(POINTS).encode() + b"\r\n") as node:
        (tmp_path / CONSOLE_LINK).symlink_to(node.path)
        lines = tomo("node", "read", tmp_path, "--json").stdout.splitlines()
        table = tomo("node", "read", node.path).stdout
        assert node.heard == ["points", "points"]
    values = [json.loads(line) for line in lines]
    # In the order of the table of points, circuits ascending.
    assert [(v["name"], v["number"], v["value"]) for v in values if v["part"] == "circuit"] == [
        ("on", 1, True), ("on", 2, False), ("power", 1, 1_234_567), ("power", 2, None),
    ]  # fmt: skip
    assert {v["unit"] for v in values if v["name"] == "power"} == {"mW"}
    for shown in ("1234567", "no data", "yes", "2026-11-27", "08:05"):
        assert shown in table
    refused = tomo("node", "read", tmp_path, "--object", "028D01").exception
    assert isinstance(refused, UsageError)


def busy(times):
    """Answers: refused for now so often, then taken."""
    refusal = {"t": 1.0, "event": "error", "command": "defaults", "reason": "FlashBusy('later',)"}
    told = [refusal] * times + [{"t": 2.0, "event": "defaults"}]
    left = iter(told)
    return lambda _command: json.dumps(next(left, told[-1])).encode() + b"\r\n"


def test_what_is_refused_for_now_is_asked_for_again_and_not_for_ever(monkeypatch):
    monkeypatch.setattr("tomo.transport.console._BUSY_AGAIN_S", 0)
    with SerialNode(answer=busy(2)) as node, open_console(node.path) as console:
        assert console.ask("defaults", "defaults")["t"] == 2.0
        assert node.heard == ["defaults"] * 3
    monkeypatch.setattr("tomo.transport.console._BUSY_S", 0)
    begun = []
    with SerialNode(answer=busy(2)) as node, open_console(node.path) as console:
        console.busy_s, console.on_busy = 60, lambda: begun.append(1)
        assert console.ask("defaults", "defaults")["t"] == 2.0
        assert begun == [1]
    refused = pytest.raises(Refused, match="FlashBusy")
    with SerialNode(answer=busy(9)) as node, open_console(node.path) as console, refused:
        console.ask("defaults", "defaults")
