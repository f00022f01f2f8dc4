"""Virtual boards under unmodified esptool, and the command that serves them."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import serial
from typer.testing import CliRunner

from tests.host.virtual_chip import TABLE, esp, image, served
from tomo.cli.app import app
from tomo.errors import MachineRefused, UsageError
from tomo.virtual import board as board_module
from tomo.virtual.faults import FAULTS
from tomo.virtual.rom import SYNC
from tomo.virtual.slip import framed

ESPTOOL = (sys.executable, "-m", "esptool")
TOMO = str(Path(sys.executable).with_name("tomo"))
APP = image(b"an application " * 2_000, segments=2)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    parts = {"0x1000": image(), "0x8000": TABLE, "0x10000": APP}
    for at, data in parts.items():
        (folder / at).write_bytes(data)
    return [word for at in parts for word in (at, str(folder / at))]


@pytest.fixture
def one(tmp_path):
    with served(tmp_path) as (tray, told):
        yield tray.boards[0], told


def faulty(folder, word):
    return served(folder, faults={1: FAULTS[word]})


def soon(true):
    until = time.monotonic() + 5
    while not true() and time.monotonic() < until:
        time.sleep(0.005)
    return true()


@contextlib.contextmanager
def started(words):
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()  # if it has not ended by itself


def in_flash(board, at, size):
    path = board.flash_file
    with path.open("rb") as file:
        file.seek(at)
        return file.read(size)


@pytest.mark.parametrize(
    "options", [(), ("--no-stub",), ("--baud", "460800")], ids=["stub", "rom", "fast"]
)
def test_esptool_writes_a_whole_board_which_then_boots(one, files, options):
    board, told = one
    printed = esp(board.port.link, *options, "write-flash", *files)
    assert printed.count("Hash of data verified.") == 3
    assert ("Stub flasher running." in printed) == ("--no-stub" not in options)
    assert in_flash(board, 0x10000, len(APP)) == APP
    assert soon(lambda: told[-1][1:] == ("boot", "application factory at 0x10000: whole"))


def test_esptool_identifies_erases_and_reads_back(one, files, tmp_path):
    board, told = one
    out = tmp_path / "read.bin"
    assert "Detected flash size: 4MB" in esp(board.port.link, "flash-id")
    assert board.chip.mac in esp(board.port.link, "--no-stub", "read-mac")
    esp(board.port.link, "write-flash", "--no-compress", *files[4:])
    esp(board.port.link, "read-flash", "0x10000", "0x3000", out)
    assert out.read_bytes() == APP[:0x3000]
    esp(board.port.link, "--no-stub", "read-flash", "0x10000", "0x100", out)
    assert out.read_bytes() == APP[:0x100]
    esp(board.port.link, "erase-region", "0x11000", "0x1000")
    assert in_flash(board, 0x10FFF, 2) == APP[0xFFF:0x1000] + b"\xff"
    esp(board.port.link, "erase-flash")
    assert in_flash(board, 0, 4 << 20) == b"\xff" * (4 << 20)
    assert soon(lambda: told[-1][1] == "no-boot")


def test_a_second_write_of_the_same_sends_nothing(one, files):
    board, _ = one
    esp(board.port.link, "write-flash", *files)
    assert "already in flash" in esp(board.port.link, "write-flash", "--skip-flashed", *files)


def test_a_board_says_on_its_console_where_it_stands(one, files):
    board, told = one
    esp(board.port.link, "write-flash", *files)
    assert soon(lambda: told[-1][1] == "boot")
    with serial.Serial(str(board.port.link), timeout=2) as console:
        console.write(b"\r\n")
        said = console.read_until(b"board\r\n").decode()
    assert said == (
        "virtual ESP32, reset\r\n"
        "boot loader at 0x1000: whole\r\n"
        "partition table at 0x8000: 3 partitions\r\n"
        "application factory at 0x10000: whole\r\n"
        "would start; its code is not run on this virtual board\r\n"
    )


def test_leaving_the_rom_boots_before_the_port_is_closed(one):
    board, told = one
    esp(board.port.link, "--no-stub", "--after", "no-reset", "run")
    assert soon(lambda: told[-1][1] == "no-boot")
    assert [word for _, word, _ in told] == ["loader", "no-boot"]


def test_a_board_that_is_told_to_stay_in_its_loader_does(one):
    board, told = one
    esp(board.port.link, "--after", "no-reset", "flash-id")
    assert soon(lambda: not board.port.is_open)
    assert "4MB" in esp(board.port.link, "--before", "no-reset", "flash-id")
    assert soon(lambda: told[-1][1] == "no-boot")
    assert [word for _, word, _ in told] == ["loader", "no-boot"]


def test_an_s3_is_no_esp32(tmp_path, files):
    with faulty(tmp_path, "wrong-chip") as (tray, _):
        port = tray.boards[0].port.link
        assert "This chip is ESP32-S3, not ESP32. Wrong chip argument?" in esp(
            port, "--chip", "esp32", "write-flash", *files
        )
        assert "ESP32-S3 (QFN56)" in esp(port, "flash-id")
        assert in_flash(tray.boards[0], 0, 0x20000) == b"\xff" * 0x20000


def test_a_small_flash_chip_is_noticed(tmp_path, files):
    with faulty(tmp_path, "wrong-size") as (tray, _):
        port = tray.boards[0].port.link
        assert "Detected flash size: 2MB" in esp(port, "flash-id")
        assert "will not fit in 2097152 bytes of flash" in esp(
            port, "write-flash", "0x200000", files[5]
        )


def test_a_bad_sector_is_found_by_the_check_after_writing(tmp_path, files):
    with faulty(tmp_path, "bad-sector") as (tray, told):
        printed = esp(tray.boards[0].port.link, "write-flash", *files)
        assert "MD5 of file does not match data in flash!" in printed
        assert soon(lambda: told[-1][1] == "no-boot")
        assert "application factory at 0x10000: invalid header" in told[-1][2]


def test_a_locked_board_does_not_answer(tmp_path):
    with faulty(tmp_path, "locked") as (tray, _):
        printed = esp(tray.boards[0].port.link, "--connect-attempts", "1", "flash-id")
        assert "Failed to connect" in printed
        assert "No serial data received." in printed


def test_noise_spoils_what_is_fast_and_not_what_is_slow(tmp_path, files):
    with faulty(tmp_path, "noise") as (tray, _):
        port = tray.boards[0].port.link
        printed = esp(port, "--baud", "460800", "write-flash", "--no-compress", *files)
        assert "FatalError: Failed to" in printed
        assert esp(port, "write-flash", *files).count("Hash of data verified.") == 3


def test_a_cable_that_comes_off_ends_esptool_and_a_second_run_completes(
    tmp_path, files, monkeypatch
):
    monkeypatch.setattr("esptool.cmds.DEFAULT_CONNECT_ATTEMPTS", 0)
    monkeypatch.setattr(board_module, "UNPLUGGED_S", 0.2)
    with faulty(tmp_path, "unplugged") as (tray, told):
        board = tray.boards[0]
        with pytest.raises(serial.SerialException):
            esp(board.port.link, "write-flash", *files[4:])
        assert not board.port.link.is_symlink() or soon(lambda: told[-1][1] == "no-boot")
        assert in_flash(board, 0x10000, len(APP)) != APP
        assert soon(lambda: told[-1][1] == "no-boot")
        esp(board.port.link, "write-flash", *files)
        assert in_flash(board, 0x10000, len(APP)) == APP
    assert [word for _, word, _ in told] == [
        "loader", "unplugged", "plugged", "no-boot", "loader", "boot",
    ]  # fmt: skip


def test_a_killed_tool_leaves_the_board_in_its_loader(one, files):
    board, told = one
    esp(board.port.link, "write-flash", *files)
    assert soon(lambda: told[-1][1] == "boot")
    with serial.Serial(str(board.port.link)) as port:
        port.write(framed(SYNC))
        begin = bytes.fromhex("0002100000000000 00100000 01000000 00040000 00000100")
        port.write(framed(begin) + b"\xc0half a frame")
        assert soon(lambda: told[-1][1] == "loader")
    assert soon(lambda: not board.port.is_open)
    assert esp(board.port.link, "write-flash", *files).count("Hash of data verified.") == 3
    assert soon(lambda: told[-1][1] == "boot")
    # The second tool found it where the killed one had left it.
    assert [word for _, word, _ in told] == ["loader", "boot", "loader", "boot"]


def heard(end, enough):
    """Whether enough comes; a terminal hands on in its own time what was written to it."""
    said = b""
    while not enough(said) and select.select([end], [], [], 5)[0]:
        said += os.read(end, 4_096)
    return enough(said)


def test_a_first_frame_that_comes_in_pieces_is_noticed_at_whatever_byte_it_is_cut(tmp_path):
    told = []
    board = board_module.Board(
        tmp_path, "ttyBOARD1", 1, FAULTS["wrong-size"], lambda *words: told.append(words)
    )
    sync = framed(SYNC)
    tool = os.open(board.port.path, os.O_RDWR | os.O_NOCTTY)
    try:
        for cut in range(1, len(sync)):
            for piece in (b"noise" + sync[:cut], sync[cut:]):
                os.write(tool, piece)
                board.serve(0)
            assert told == [("loader", "")], cut
            assert heard(tool, lambda said: said.count(b"\x01\x08\x04\0") == 8)
            os.write(tool, framed(bytes.fromhex("0004040000000000 00000000")))
            board.serve(0)
            assert heard(tool, lambda said: b"nothing to start" in said)  # it has left its loader
            told.clear()
    finally:
        os.close(tool)
        board.close()


def test_the_command_serves_until_it_is_told_to_end(tmp_path):
    folder = tmp_path / "tray"
    words = [TOMO, "virtual", "tray", "--count", "2", "--fault", "2=wrong-size", "--json"]
    with started([*words, "--folder", str(folder)]) as tray:
        assert tray.stdout
        first, second = (json.loads(tray.stdout.readline()) for _ in range(2))
        assert first["port"] == str(folder / "ttyBOARD1")
        assert (first["flash_bytes"], second["flash_bytes"]) == (4 << 20, 2 << 20)
        assert second["fault"] == FAULTS["wrong-size"].tells
        for port in (first["port"], second["port"]):
            assert os.readlink(port).startswith("/dev/pts/")
        taken = CliRunner().invoke(app, ["virtual", "tray", "--folder", str(folder)])
        assert isinstance(taken.exception, MachineRefused)  # status 5
        assert str(taken.exception) == f"another tray runs in {folder}"
        done = subprocess.run(
            [*ESPTOOL, "--port", second["port"], "write-flash", "0x300000", TOMO],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2, done.stdout
        assert "will not fit in 2097152 bytes of flash" in done.stdout + done.stderr
        tray.send_signal(signal.SIGTERM)
        assert tray.wait(5) == 0
    assert sorted(path.name for path in folder.glob("*BOARD*")) == ["BOARD1.bin", "BOARD2.bin"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--count", "0"], "--count 0 is not possible"),
        (["--count", "33"], "--count 33 is not possible"),
        (["--fault", "9=noise"], "--fault 9=noise: no such board"),
        (["--fault", "1=nose"], "--fault 1=nose: no such fault"),
        (["--fault", "noise"], "--fault noise: no such fault"),
        (["--fault", "1=noise", "--fault", "1=locked"], "--fault 1=locked: board 1 has one"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_with_a_remedy(tmp_path, words, told):
    done = CliRunner().invoke(app, ["virtual", "tray", "--folder", str(tmp_path), *words])
    assert isinstance(done.exception, UsageError)
    assert str(done.exception) == told
    assert done.exception.hint
    assert not list(tmp_path.iterdir())


def test_a_port_that_is_closed_and_opened_again_at_once_has_been_closed(one):
    board, told = one
    port = os.open(board.port.path, os.O_RDWR | os.O_NOCTTY)
    os.write(port, framed(SYNC))
    assert soon(lambda: told[-1:] == [("ttyBOARD1", "loader", "")])
    os.close(port)
    port = os.open(board.port.path, os.O_RDWR | os.O_NOCTTY)
    try:
        assert soon(lambda: told[-1][1] == "no-boot")
    finally:
        os.close(port)
