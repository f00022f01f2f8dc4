"""`tomo flash`: a tray of boards at once, what stops it, and what it says of each."""

import errno
import json
import os
import pty
import signal
import subprocess
import sys
import time
import tty
from pathlib import Path
from types import SimpleNamespace

import pytest
import serial
from typer.testing import CliRunner

from tests.host import flash_images, stock_images
from tests.host.virtual_chip import TABLE, served
from tomo.cli.app import app
from tomo.errors import HostError, MachineRefused, UsageError
from tomo.flashing.port import open_port
from tomo.flashing.start import watch_start

TOMO = str(Path(sys.executable).with_name("tomo"))


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    return flash_images.image(tmp_path_factory.mktemp("image"))


@pytest.fixture(scope="module")
def tray(tmp_path_factory):
    with served(tmp_path_factory.mktemp("tray"), 2) as (boards, _):
        yield boards.boards


def words(image, *more):
    return ["flash", "--board", "submeter6", "--image", str(image), *map(str, more)]


def flash(image, *more):
    """What it prints, and its status."""
    done = CliRunner().invoke(app, words(image, *more))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def refused(error, *more):
    with pytest.raises(error) as raised:
        flash(*more)
    assert "\n" not in str(raised.value)
    return raised.value


def test_without_an_image_the_way_to_one_is_told_and_a_wrong_board_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no image of submeter6 yet") as raised:
        CliRunner().invoke(app, ["flash", "--board", "submeter6", "x"], catch_exceptions=False)
    assert "tomo image build --board submeter6" in raised.value.hint
    with pytest.raises(UsageError, match="no board 'submeter'"):
        CliRunner().invoke(app, ["flash", "--board", "submeter", "x"], catch_exceptions=False)


def soon(true):
    until = time.monotonic() + 5
    while not true() and time.monotonic() < until:
        time.sleep(0.005)
    return true()


def test_boards_are_flashed_at_once_and_the_worst_is_the_status(tray, image):
    ports = [str(board.port.link) for board in tray]
    with serial.Serial(ports[1], exclusive=True):
        done = flash(image, "--json", "--watch", "0", *ports, "/dev/ttyNONE9")
    assert done.exit_code == 5
    *lines, summary = map(json.loads, done.stdout.splitlines())
    assert summary["event"] == "summary"
    assert summary["status"] == 5
    first, taken, absent = summary["boards"]
    assert (first["verdict"], first["status"], first["chip"]) == ("written", 0, "ESP32")
    assert first["mac"] == tray[0].chip.mac
    assert (taken["status"], taken["reason"]) == (5, f"another program has {ports[1]} open")
    assert (absent["status"], absent["reason"]) == (5, "/dev/ttyNONE9 is not there")
    written = [line for line in lines if line["event"] == "write"]
    assert {line["port"] for line in written} == {ports[0]}
    assert written[-1]["done"] == written[-1]["total"] == sum(first["written"].values())


def test_ctrl_c_frees_the_port_and_a_second_run_completes(tray, image, monkeypatch):
    board = tray[1]
    port = str(board.port.link)
    monkeypatch.setattr(board, "_on_block", lambda _done, _blocks: time.sleep(0.05))
    process = subprocess.Popen(
        [TOMO, *words(image, "--json", "--watch", "0", port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        assert process.stderr
        lines = map(json.loads, process.stdout)
        next(line for line in lines if line.get("region") == "factory")
        process.send_signal(signal.SIGINT)
        *_, summary = lines
        assert process.wait(10) == 130
        assert f"stopped: {port} not finished; run it again to go on" in process.stderr.read()
    assert (summary["status"], summary["left"]) == (130, [port])
    assert not board.verdict.boots
    done = flash(image, "--json", "--watch", "0", port)
    assert done.exit_code == 0
    (result,) = json.loads(done.stdout.splitlines()[-1])["boards"]
    assert set(result["skipped"]) == {"partition table", "bootloader", "vfs"}
    assert soon(lambda: board.verdict.boots)


def damaged(image, at, data):
    """A copy of the image with other bytes at a place."""
    path = image.with_name("damaged.bin")
    whole = bytearray(image.read_bytes())
    whole[at : at + len(data)] = data
    path.write_bytes(whole)
    return path


def test_an_image_for_another_board_is_refused_with_both_names(tmp_path):
    other = flash_images.image(tmp_path, board="streetlight")
    error = refused(HostError, other, "/dev/ttyNONE9")
    assert str(error) == f"{other} is an image for streetlight, not for submeter6"
    assert "--board streetlight" in error.hint


def test_what_is_no_whole_image_of_ours_is_refused_before_any_port_is_touched(image):
    short = image.with_name("short.bin")
    short.write_bytes(image.read_bytes()[:0x300000])
    assert "3145728 bytes, and a whole image has 4194304" in str(refused(HostError, short, "x"))
    wrong_sum = damaged(image, 0x10100, b"other")
    assert "its program has a wrong check sum" in str(refused(HostError, wrong_sum, "x"))
    loader = damaged(image, 0x1030, b"other")
    assert "its boot loader has a wrong check sum" in str(refused(HostError, loader, "x"))
    table = damaged(image, 0x8000, TABLE)
    assert "partition table is not ours" in str(refused(HostError, table, "x"))
    no_files = damaged(image, 0x2D0000, b"\xff" * 0x10000)
    assert "does not say for which board it is" in str(refused(HostError, no_files, "x"))
    s3 = damaged(image, 0x10000, stock_images.program(chip=stock_images.ESP32_S3))
    assert "its boot loader is for ESP32, its program for ESP32-S3" in str(
        refused(HostError, s3, "x")
    )
    assert refused(UsageError, image.with_name("none.bin"), "x").exit_code == 2


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ([], "name ports, or say --all"),
        (["--all", "/dev/ttyUSB0"], "name ports, or say --all"),
        (["/dev/null", "/dev/../dev/null"], "/dev/../dev/null and /dev/null are one port"),
        (["x", "--erase", "setings"], "--erase setings: no such partition"),
        (["x", "--erase", "all,settings"], "--erase all,settings: all and none stand alone"),
        (["x", "--speed", "9600"], "--speed 9600 is not possible"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_with_a_remedy(image, more, told):
    error = refused(UsageError, image, *more)
    assert str(error) == told
    assert error.hint or "alone" in told


def test_all_lists_the_ports_and_asks_before_it_begins(image, monkeypatch):
    port = SimpleNamespace(device="/dev/ttyNONE9", description="CP2102", hwid="USB VID:PID=10C4")
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [port])
    error = refused(UsageError, image, "--all")
    assert (str(error), error.hint) == ("nobody can be asked whether to flash these", "Say --yes.")
    begun = []
    monkeypatch.setattr("tomo.flashing.crew.Crew.run", lambda crew: begun.append(crew))
    assert flash(image, "--all", "--yes").exit_code == 0
    assert len(begun) == 1
    monkeypatch.setattr("serial.tools.list_ports.comports", list)
    assert str(refused(HostError, image, "--all")) == "no serial port is there"


@pytest.mark.parametrize(
    ("number", "told", "remedy"),
    [
        (errno.EACCES, "no permission to use /dev/ttyUSB0", "dialout"),
        (errno.EBUSY, "another program has /dev/ttyUSB0 open", "Close it"),
        (errno.ENXIO, "/dev/ttyUSB0 is not there", "cable"),
        (errno.EIO, "cannot open /dev/ttyUSB0: broken", "serial port"),
    ],
)
def test_a_port_that_cannot_be_opened_is_told_with_the_remedy(monkeypatch, number, told, remedy):
    def broken(*_words, **_more):
        raise serial.SerialException(number, "broken")

    monkeypatch.setattr(serial.Serial, "open", broken)
    with pytest.raises(MachineRefused) as error:
        open_port("/dev/ttyUSB0")
    assert told in str(error.value).replace(f"[Errno {number}] ", "")
    assert remedy in error.value.hint


def test_a_port_that_was_made_here_is_there_while_its_maker_runs(tmp_path):
    with pytest.raises(MachineRefused, match="ttyBOARD1 is not there") as error:
        open_port(str(tmp_path / "ttyBOARD1"))
    assert "tomo virtual tray" in error.value.hint


def test_a_worker_that_dies_is_told_and_the_others_go_on(image, monkeypatch):
    monkeypatch.setattr("tomo.flashing.crew.WORKER", "tomo.flashing.nothing")
    done = flash(image, "--json", "/dev/ttyNONE8", "/dev/ttyNONE9")
    summary = json.loads(done.stdout.splitlines()[-1])
    assert done.exit_code == 1
    assert [one["port"] for one in summary["boards"]] == ["/dev/ttyNONE8", "/dev/ttyNONE9"]
    assert "its worker ended: " in summary["boards"][0]["reason"]
    assert "No module named tomo.flashing.nothing" in summary["boards"][0]["reason"]


@pytest.mark.parametrize(
    ("said", "starts", "last"),
    [
        (b'{"t": 9, "event": "started", "reset": "power_on"}\n', "yes", "started"),
        (b"ets Jul 29\r\ninvalid header: 0xffffffff\r\n", "no", "0xffffffff"),
        (b"rst:0x1\r\n{not json\n[1]\r\n", "not seen", "[1]"),
        (b"", "not seen", ""),
    ],
)
def test_what_the_console_says_after_the_reset_is_understood(said, starts, last):
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    with open_port(os.ttyname(theirs)) as port:
        os.write(ours, said)
        loader = SimpleNamespace(port=port, where=os.ttyname(theirs))
        verdict, line = watch_start(loader, 0.2)  # pyright: ignore[reportArgumentType]
        loader.port.close()
    os.close(theirs)
    os.close(ours)
    assert verdict == starts
    assert line.endswith(last) or last in line
