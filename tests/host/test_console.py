"""tomo.transport.console and the commands over it, against a stand-in on a pseudo-terminal."""

import json

import pytest
from typer.testing import CliRunner

from tests.host import chips
from tests.host.serial_node import SerialNode
from tomo.cli.app import app
from tomo.errors import HostError, NodeSilent, NodeWrong
from tomo.image.source import KeptSecret
from tomo.transport.console import ConsoleFlash, NodeConsole, Refused


def tomo(*arguments):
    """(status, standard output, error as told)"""
    result = CliRunner().invoke(app, list(map(str, arguments)))
    if isinstance(result.exception, HostError):
        return result.exception.exit_code, result.stdout, str(result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def ask(answer, wait_s=0.6):
    with SerialNode(answer=lambda _: answer) as node, NodeConsole(node.path, wait_s) as console:
        return ConsoleFlash(console).read("events", [(0, 2)])


def test_flash_is_read_in_pieces_between_other_lines_with_its_progress():
    seen = []
    with SerialNode() as node, NodeConsole(node.path) as console:
        flash = ConsoleFlash(console, lambda *progress: seen.append(progress))
        got = flash.read("registers", [(0, 32), (64, 1_200)])
        place = chips.PLACES["registers"][0]
        assert got == [node.data[place : place + 32], node.data[place + 64 : place + 1_264]]
        assert node.heard == [
            "read registers 0 32",
            "read registers 64 512",
            "read registers 576 512",
            "read registers 1088 176",
        ]
        assert seen[-1] == ("registers", 1_232, 1_232)
        with pytest.raises(KeptSecret):
            flash.read("identity", [(0, 32)])


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\xff\x00\x81 no line at all\r\n" * 20,
        b'{"event": "read", "partition": "events", "at": 0, "data": "zz"}\n',
        b'{"event": "read", "partition": "events", "at": 0, "data": "5448aa"}\n',
        b'{"event": "read", "partition": "events", "at": 64, "data": "5448"}\n',
        b'{"event": "read"}\n',
        b"[1, 2]\n" + b"[" * 5_000 + b"\n",
    ],
)
def test_nonsense_is_told_as_that(nonsense):
    with pytest.raises(NodeWrong, match="answered `read events 0 2` with"):
        ask(nonsense)


@pytest.mark.parametrize("silence", [b"", b'{"t": 1.0, "event": "grid"}\n', b"\n\n"])
def test_a_node_that_does_not_answer_is_silent(silence):
    with pytest.raises(NodeSilent, match=r"did not answer `read events 0 2` in 0.6 s"):
        ask(silence)


def test_a_garbled_answer_is_asked_for_again():
    garbled = b'{"event": "read", "da\n'
    whole = b'{"event": "read", "partition": "events", "at": 0, "data": "5445"}\n'
    answers = iter([garbled, whole])
    with SerialNode(answer=lambda _: next(answers)) as node, NodeConsole(node.path, 0.4) as console:
        assert ConsoleFlash(console).read("events", [(0, 2)]) == [b"TE"]


def test_a_refusal_gives_the_nodes_reasons():
    with pytest.raises(Refused, match="refuses `read events 0 2`: unknown read"):
        ask(b'{"t": 1.0, "event": "error", "unknown": "read"}\n')


def test_a_refusal_tells_the_command_once_and_where_to_read_what_it_takes():
    said = b'{"t": 1.0, "event": "error", "command": "read", "reason": "1 to 6"}\n'
    with pytest.raises(Refused, match=r"refuses `read events 0 2`: 1 to 6$") as error:
        ask(said)
    assert "docs/console.md" in error.value.hint


@pytest.mark.parametrize("proving", ["identify 541581b6", "wipe 541581b6"])
def test_a_proof_with_the_key_is_told_to_nobody(proving):
    with (
        SerialNode(answer=lambda _: b"") as node,
        NodeConsole(node.path, 0.1) as console,
        pytest.raises(NodeSilent) as error,
    ):
        console.ask(proving, "identity")
    assert "541581b6" not in str(error.value)


def test_a_port_that_another_program_has_is_refused():
    with SerialNode() as node, NodeConsole(node.path):
        with (
            pytest.raises(HostError, match="another program has /dev/") as error,
            NodeConsole(node.path),
        ):
            pass
        assert error.value.exit_code == 5


# Commands


def test_dump_reads_heads_and_the_newest_sector_and_no_more():
    with SerialNode() as node:
        status, out, _ = tomo("registers", "dump", node.path, "--json")
        assert status == 0
        assert lines(out)[0]["record"] == 67
        assert lines(out)[13]["exact"] == "1234567.5000000"
        # 64 heads, and a sector in pieces of 512 bytes: it begins with every register. Of the event
        # log the same of 32, for its end.
        assert len(node.heard) == 64 + 8 + 32 + 8


def test_history_reads_only_the_days_asked_for():
    with SerialNode(chips.whole_chip(history=chips.history(5))) as node:
        status, out, _ = tomo("registers", "history", node.path, "--day", "2026-11-25", "--json")
        assert status == 0
        assert len(lines(out)) == 2 * 48
        assert len(node.heard) == 106 + 1 * 8


def test_events_have_the_nodes_own_local_time():
    with SerialNode() as node:
        status, out, _ = tomo("registers", "events", node.path, "--json")
        assert status == 0
        assert lines(out)[0]["local"] == "2026-11-25 01:00:00"


def test_verify_tells_what_the_node_keeps_to_itself():
    with SerialNode() as node:
        status, out, _ = tomo("registers", "verify", node.path, "--json")
        assert status == 0
        told = {one["area"]: one["text"] for one in lines(out)[:-1]}
        assert told["identity"] == "not read: the node keeps it to itself"
        assert told["partition table"].startswith("not read")
        assert told["settings"] == "copies: whole, whole; sequence 5"
    data = chips.whole_chip(events=chips.events(3))
    with SerialNode(data) as node:
        assert tomo("registers", "verify", node.path)[0] == 1


def test_start_values_are_for_the_node_to_take():
    with SerialNode() as node:
        status, out, _ = tomo("registers", "start", node.path, 2, 12_345)
        assert (status, out) == (0, "branch 2: import from 7 Wh to 12345 Wh\n")
        status, out, _ = tomo("registers", "start", node.path, 2, 1, 0)
        assert (status, out.splitlines()[1]) == (0, "branch 2: export from 3 Wh to 0 Wh")
        assert lines(tomo("registers", "start", node.path, 2, 1, 0, "--json")[1]) == [
            {"branch": 2, "from_wh": 7, "to_wh": 1, "export_from_wh": 3, "export_to_wh": 0}
        ]
        assert node.heard == ["start 2 12345", "start 2 1 0", "start 2 1 0"]
        assert tomo("registers", "start", node.path, 2, 100_000_000)[0] == 2


def test_a_wrong_start_value_in_the_answer_is_not_taken_for_done():
    answer = b'{"event": "start value", "branch": 2, "from_wh": 1, "to_wh": 6}\n'
    with SerialNode(answer=lambda _: answer) as node:
        assert tomo("registers", "start", node.path, 2, 5)[0] == 4


def test_settings_are_shown_and_changed_by_the_node():
    with SerialNode() as node:
        shown = {one["key"]: one for one in lines(tomo("settings", "show", node.path, "--json")[1])}
        assert (shown["name"]["value"], shown["name"]["given"]) == ("panel", True)
        assert tomo("settings", "set", node.path, "name", "灯火")[0] == 0
        assert tomo("settings", "set", node.path, "loads.1.tier", "2")[0] == 0
        assert node.settings == {"name": "灯火", "utc_offset_min": 0, "loads.1.tier": 2}
        assert node.heard[-1] == 'set [["loads.1.tier",2]]'
        assert tomo("settings", "defaults", node.path)[0] == 0
        assert node.settings == {}


def test_what_is_out_of_range_is_not_even_sent():
    with SerialNode() as node:
        status, _, told = tomo("settings", "set", node.path, "line_hz", "55")
        assert status == 1
        assert told == "line_hz may be 50 or 60 Hz, not '55': nothing was written"
        assert node.heard == []


def test_an_import_sets_all_at_once_and_leaves_out_what_is_unknown(tmp_path):
    file = tmp_path / "new.json"
    file.write_text(json.dumps({"name": "x", "future": 1, "loads": [{"tier": 0, "colour": 2}]}))
    with SerialNode() as node:
        status, _, told = tomo("settings", "import", node.path, file)
        assert status == 0
        assert node.heard == ['set [["name","x"],["loads.0.tier",0]]']
        assert "future is not a setting known here; left out" in told
        assert "loads.0.colour is not a setting known here; left out" in told


HIDDEN = "5ec2e7" * 11
ECHO = b">>> what was typed: "


@pytest.mark.parametrize(
    "command", ["identify - {0}", 'set [["wifi_password","{0}"]]', "set wifi_password {0}"]
)
@pytest.mark.parametrize("says", ["refused", "nothing", "echo"])
def test_no_secret_of_a_command_is_told_however_it_fails(command, says):
    command = command.replace("{0}", HIDDEN)
    answers = {
        "refused": b'{"t": 1, "event": "error", "reason": "no"}\r\n',
        "nothing": b"",
        "echo": ECHO + command.encode() + b"\r\n",
    }
    answer = answers[says]
    with (
        SerialNode(answer=lambda _: answer) as node,
        NodeConsole(node.path, 0.1) as console,
        pytest.raises(HostError) as failed,
    ):
        console.ask(command, "never")
    assert HIDDEN[:6] not in str(failed.value)
    assert command.split()[0] in str(failed.value)


def test_a_long_document_is_set_in_lines_that_a_node_takes(tmp_path):
    file = tmp_path / "new.json"
    loads = [{"name": "灯" * 32, "rated_w": number} for number in range(16)]
    file.write_text(json.dumps({"name": "x", "loads": loads}))
    with SerialNode() as node:
        assert tomo("settings", "import", node.path, file)[0] == 0
        sent = [pair for line in node.heard for pair in json.loads(line.removeprefix("set "))]
        assert all(len(line.encode()) <= 2_048 for line in node.heard)
    assert (len(node.heard), len(sent)) == (2, 33)
