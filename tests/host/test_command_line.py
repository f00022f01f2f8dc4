"""The `tomo` command: statuses, words and streams, as a shell sees them."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.desk_bridge import ROOT
from tomo import checkout
from tomo.cli.app import COMMANDS, app, command, main, own_boards_first
from tomo.cli.streams import ReaderGone, _Stream
from tomo.errors import MachineRefused, UsageError
from tomo.image.documents import put_node_settings
from tomo.transport.signals import Stopped, stoppable
from tomoshibi.wire.release import VERSION

TOMO = str(Path(sys.executable).with_name("tomo"))
BLACKOUT = str(ROOT / "scenarios" / "blackout.toml")


def started(*arguments, **other):
    """As a shell starts it: most of half a second goes to what Python imports."""
    pipes: dict = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
    }
    return subprocess.run([TOMO, *arguments], timeout=60, check=False, text=True, **pipes | other)


@pytest.fixture
def tomo(monkeypatch, capfd):
    """tomo(*arguments): what its script calls, in this process; the rest is put back afterwards."""
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    monkeypatch.setattr(_Stream, "outlives", False)
    before = signal.getsignal(signal.SIGINT)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["tomo", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        assert isinstance(end.value.code, int)
        return subprocess.CompletedProcess(arguments, end.value.code, *capfd.readouterr())

    yield call
    signal.signal(signal.SIGINT, before)


def test_the_version_is_told():
    done = started("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"tomo {VERSION}\n", "")


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_listed_of_a_command_is_what_it_says_of_itself(name):
    assert command(name).help.splitlines()[0] == COMMANDS[name]


def test_a_command_is_imported_when_it_is_called():
    """Start-up is most of what a short command takes."""
    script = (
        "import sys; from tomo.cli.app import main\n"
        "try: main()\n"
        "finally: print(*sorted(name for name in sys.modules if name.startswith('tomo.cli.')))"
    )
    for words in (["--help"], ["points", "list"]):
        done = subprocess.run(
            [sys.executable, "-c", script, *words], capture_output=True, text=True, timeout=60
        )
        expected = [
            "tomo.cli.app",
            *(f"tomo.cli.{word}" for word in words[:-1]),
            "tomo.cli.streams",
        ]
        assert done.stdout.splitlines()[-1].split() == expected


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("board check x --board-dir d --json", "--board-dir d board check x --json"),
        ("board --board-dir=d check x", "--board-dir=d board check x"),
        ("desk x --board-dir a --board-dir=b", "--board-dir a --board-dir=b desk x"),
        ("desk x -- --board-dir d", "desk x -- --board-dir d"),
        ("desk x --board-dir", "--board-dir"),
    ],
)
def test_own_boards_may_be_named_behind_the_command(given, taken):
    assert own_boards_first(given.split()) == taken.split()


def test_the_help_promises_nothing_that_there_is_not(tomo):
    done = tomo("--help")
    assert done.returncode == 0
    assert "flash" in done.stdout
    assert "calibrate" not in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("desk", "submeter6", "--ip", "localhost"),
        ("desk", "submeter6", "--ip", "127.0.0.300"),
        ("desk", "submeter6", "--ip", "224.0.23.0"),
        ("site", "run", BLACKOUT, "--net", "localhost"),
        ("site", "run", BLACKOUT, "--net", "127.0.300"),
        ("site", "run", BLACKOUT, "--net", "127.0.0.1"),
        ("site", "run", BLACKOUT, "--net", ""),
        ("node", "ls", "--from", "localhost"),
    ],
)
def test_what_is_no_address_is_a_usage_error(tomo, arguments):
    done = tomo(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "IPv4 address such as 127." in done.stderr
    assert repr(arguments[-1]) in done.stderr


@pytest.mark.parametrize(
    "address", ["", "1.2", "5", "127.0.0.256", "0.0.0.0", "224.0.23.0", "a..b", "x" * 70, "a b"]
)
def test_a_node_cannot_be_asked_at_what_is_no_address(tomo, address):
    done = tomo("node", "read", address)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {address!r} is no address and no host known here\n")


def test_an_address_of_another_machine_is_told_as_that(tomo, tmp_path):
    for arguments in (
        ("desk", "submeter6", "--ip", "203.0.113.11"),
        ("site", "run", BLACKOUT, "--net", "203.0.113", "--out", str(tmp_path)),
    ):
        done = tomo(*arguments)
        assert done.returncode == 5
        assert done.stderr.splitlines() == [
            "error: 203.0.113.11 is no address of this machine",
            "Use 127.x.y.z, or add it with `ip addr add`.",
        ]


def test_octets_that_bring_two_nodes_together_are_refused(tomo, tmp_path):
    text = Path(BLACKOUT).read_text(encoding="utf-8").replace("127.0.0.21", "127.0.1.11")
    (tmp_path / "data").symlink_to(ROOT / "scenarios" / "data")
    (tmp_path / "x.toml").write_text(text, encoding="utf-8")
    done = tomo("site", "run", str(tmp_path / "x.toml"), "--net", "127.66.0")
    assert done.returncode == 2
    assert "gives two nodes the address 127.66.0.11" in done.stderr


def test_a_warning_is_told_on_standard_error(tomo, tmp_path):
    text = Path(BLACKOUT).read_text(encoding="utf-8")
    (tmp_path / "data").symlink_to(ROOT / "scenarios" / "data")
    changed = text.replace("settings = { ", "settings = { island_limit_w = 1600, ")
    (tmp_path / "x.toml").write_text(changed, encoding="utf-8")
    # The warning comes before the run, which an address of another machine ends at once.
    done = tomo(
        "site", "run", str(tmp_path / "x.toml"), "--net", "203.0.113", "--out", str(tmp_path / "o")
    )
    line = 1 + text[: text.index("settings = { ")].count("\n")
    assert done.stderr.splitlines()[0] == (
        f"warning: {tmp_path}/x.toml:{line}: node[1].settings.island_limit_w: "
        "1600 W is more than the inverter's continuous_w of 1500 W"
    )


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ((), "no board 'half'"),
        (("manifest.py",), "no board 'half'"),
        (("manifest.py", "board.py"), "board.py is not of board 'half'"),
    ],
)
def test_a_board_without_its_parts_is_one_line(tmp_path, monkeypatch, files, told):
    (tmp_path / "boards" / "half").mkdir(parents=True)
    for name in files:
        (tmp_path / "boards" / "half" / name).write_text("")
    monkeypatch.setattr(checkout, "ROOT", tmp_path)
    with pytest.raises(UsageError) as error:
        checkout.board_folder("half")
    assert str(error.value).endswith(told)


@pytest.mark.parametrize("name", ["site", "desk", "node"])
def test_a_reader_that_goes_away_ends_it_quietly_with_status_0(name):
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "w") as gone:
        done = started(name, "--help", stdout=gone)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_what_a_command_cannot_write_is_one_line_and_status_5(tmp_path):
    put_node_settings(tmp_path, {"name": "panel"})
    with pytest.raises(MachineRefused, match="/dev/full: No space left on device") as error:
        CliRunner().invoke(
            app, ["settings", "export", str(tmp_path), "/dev/full"], catch_exceptions=False
        )
    assert error.value.exit_code == 5
    assert "\n" not in str(error.value)


def test_a_chip_for_which_there_is_no_room_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(path, _data):
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(MachineRefused, match="No space left"):
        put_node_settings(tmp_path, {"name": "panel"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_behind_standard_error_leaves_the_status():
    with open("/dev/full", "w") as full:
        done = started("node", "read", "1.2", stdout=full, stderr=full)
    assert done.returncode == 2


@pytest.fixture
def caught():
    """Numbers of the signals that nobody else took; handlers are put back afterwards."""
    numbers = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda number, _frame: numbers.append(number))
    yield numbers
    for number, handler in before.items():
        signal.signal(number, handler)


def lose_reader():
    raise ReaderGone


@pytest.mark.parametrize("end", [lambda: signal.raise_signal(signal.SIGTERM), lose_reader])
def test_a_signal_on_the_way_out_is_ignored(caught, end):
    with pytest.raises((Stopped, ReaderGone)), stoppable():
        end()
    signal.raise_signal(signal.SIGINT)
    assert caught == []


def test_after_work_that_ends_well_or_in_an_error_signals_do_what_they_did(caught):
    with stoppable():
        pass
    with pytest.raises(UsageError), stoppable():
        raise UsageError("x")
    signal.raise_signal(signal.SIGINT)
    assert caught == [signal.SIGINT]


@pytest.mark.parametrize(("where", "status"), [("_run", 130), ("drop_output", 0)])
def test_an_interrupt_anywhere_is_no_traceback(where, status):
    """`where` is interrupted: the command itself, or its end after the reader has gone."""
    script = (
        "import signal; from tomo.cli import app, streams\n"
        "def gone(): raise streams.ReaderGone\n"
        "def hit(*_): signal.raise_signal(signal.SIGINT)\n"
        f"app._run = gone; app.{where} = hit; app.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (status, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_behind_standard_output_is_one_line_and_status_5():
    with open("/dev/full", "w") as full:
        done = started("--version", stdout=full)
    assert done.returncode == 5
    assert done.stderr == "error: standard output: No space left on device\n"
