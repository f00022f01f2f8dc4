"""Virtual boards that run what is in their flash: a stock MicroPython, and mpremote on it."""

import hashlib
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial

import pytest
import serial

from boards.flash_map import PARTITIONS
from tests.host.stock_images import stock
from tests.host.virtual_chip import served
from tomo.image import littlefs_image
from tomo.image.flash_image import load
from tomo.jobs.build_image import BuildOptions, build_image
from tomo.jobs.virtual_programs import BoardPrograms
from tomo.virtual.faults import FAULTS
from tomo.virtual.rom import SYNC
from tomo.virtual.slip import framed

VFS_AT, VFS_SIZE = next(row[3:] for row in PARTITIONS if row[0] == "vfs")
# As a tray's tenth board has it: a letter, where those before have figures.
MAC = "24:6f:28:00:00:0a"
MPREMOTE = (sys.executable, "-m", "mpremote")


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """The bytes of a trial image of submeter6."""
    folder = tmp_path_factory.mktemp("image")
    (folder / "stock.bin").write_bytes(stock())
    build_image(BuildOptions("submeter6", folder / "stock.bin", folder / "trial.bin"))
    return (folder / "trial.bin").read_bytes()


def with_files(image, files):
    """The image with these files and no others; None: with nothing in its place."""
    part = b"\xff" * VFS_SIZE if files is None else littlefs_image.pack(files, VFS_SIZE)
    return image[:VFS_AT] + part + image[VFS_AT + VFS_SIZE :]


@contextmanager
def running(folder, image):
    """A tray of one board with this in its flash: the board, and how to give it orders."""
    (folder / "BOARD1.bin").write_bytes(image)

    def programs(_number, name, _mac):
        return BoardPrograms("submeter6", folder, name, MAC, "127.0.0.77")

    with served(folder, programs=programs) as (tray, _):
        board = tray.boards[0]
        yield board, lambda order: tray.todo.append(partial(board.order, order))


@contextmanager
def opened(board):
    with serial.Serial(board.port.path, timeout=0.02) as port:
        yield port


def until(port, pattern, limit_s=10.0):
    """What comes up to what matches, or all there is."""
    said = ""
    end = time.monotonic() + limit_s
    while not re.search(pattern, said) and time.monotonic() < end:
        said += port.read(4_096).decode(errors="replace")
    assert re.search(pattern, said), said[-1_000:]
    return said


def remote(board, *words, timeout=15):
    # The port itself: mpremote looks at its name to tell a pseudo-terminal.
    command = [*MPREMOTE, "connect", board.port.path, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


@pytest.fixture(scope="module")
def bare(trial, tmp_path_factory):
    """A board with a stock MicroPython and nothing else, formatted as it starts."""
    with running(tmp_path_factory.mktemp("bare"), with_files(trial, None)) as (board, _):
        yield board


def test_a_node_runs_from_its_flash_and_feels_what_happens_around_it(trial, tmp_path):
    with running(tmp_path, trial) as (board, soon), opened(board) as port:
        assert "MicroPython 1.25.0" in board.runs
        soon("reset")
        until(port, r'(?s)starts MicroPython 1.25.0.*"event": "trial".*"started"')
        port.write(b"\xc0")  # the beginning of a SYNC, which nothing follows
        port.write(b"\rset island_limit_w 250\r")
        until(port, '"to_w": 250')
        soon("grid-sense-dead")
        until(port, '"to": "islanded"')
        soon("wired right")
        until(port, '"to": "return-wait"')
        soon("grid off")
        until(port, '"to": "islanded"')
        soon("power off")
        port.write(b"status\r")
        soon("power on")
        said = until(port, '"started"')
        assert "nothing to start" not in said
        assert '"status"' not in said
        # The grid is still away, and the setting is in flash.
        until(port, '"to": "(islanded|dead)"')
        port.write(b"\rsettings\r")
        until(port, '"island_limit_w": 250')


def test_a_node_takes_no_ctrl_c_and_a_sync_frame_resets_it_into_the_loader(trial, tmp_path):
    with running(tmp_path, trial) as (board, _soon), opened(board) as port:
        until(port, '"started"')
        port.write(b"\x03\x03\rstatus\r")
        until(port, '"event": "status"')
        port.write(framed(SYNC))
        answer = port.read(64)
        assert answer.startswith(b"\xc0\x01\x08")  # as the ROM answers, and nothing before it


def test_one_changed_byte_in_a_file_in_flash_changes_what_runs(trial, tmp_path):
    main = b"print('ran A')\n" + b"# room, so that the file has blocks of its own\n" * 20
    image = bytearray(with_files(trial, {"main.py": main}))
    for name in (b"A", b"B"):
        with running(tmp_path, image) as (board, soon), opened(board) as port:
            soon("reset")
            until(port, "ran " + name.decode())
        at = image.index(b"'ran A'", VFS_AT) + 5 if name == b"A" else 0
        image[at] = b"B"[0]


def test_a_blank_file_system_is_made_and_a_damaged_one_is_waited_for(trial, tmp_path, bare):
    remote(bare, "exec", "pass")
    made = load(bare.flash_file).partition("vfs")
    assert littlefs_image.unpack(bytes(made)).contents == {}
    damaged = trial[:VFS_AT] + b"not a file system" * 500
    damaged += trial[len(damaged) :]
    with running(tmp_path, damaged) as (board, _soon), opened(board) as port:
        until(port, "neither a file system nor blank")
    assert (tmp_path / "BOARD1.bin").read_bytes() == damaged


def test_mpremote_runs_copies_mounts_and_resets(bare, tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "five.py").write_text("FIVE = 5\n")
    data = os.urandom(5_000)
    (tmp_path / "data").write_bytes(data)
    done = remote(bare, "cp", "-r", f"{tmp_path}/lib", ":", "+", "cp", f"{tmp_path}/data", ":")
    assert done.returncode == 0, done.stderr
    assert hashlib.sha256(data).hexdigest() in remote(bare, "sha256sum", ":data").stdout
    done = remote(bare, "reset")
    assert done.returncode == 0, done.stderr
    with opened(bare) as port:
        port.write(b"\r")
        until(port, ">>> ")
    done = remote(bare, "exec", "import five, machine; print(five.FIVE, machine.unique_id())")
    assert done.stdout.split(" ", 1) == ["5", "b'$o(\\x00\\x00\\n'\n"], done
    done = remote(bare, "mount", str(tmp_path / "lib"), "exec", "import os; print(os.listdir())")
    assert "['five.py']" in done.stdout, done
    done = remote(bare, "exec", "print('so far'); 1 / 0")
    assert (done.returncode, "so far" in done.stdout) == (1, True)
    assert "ZeroDivisionError" in done.stdout + done.stderr
    assert remote(bare, "exec", "x = 3", "+", "exec", "print(x)").stdout == "3\n"


def test_ctrl_c_interrupts_a_program_that_reads_nothing(bare):
    with opened(bare) as port:
        port.write(b"\r\x03\x01")
        until(port, "raw REPL")
        port.write(b"print('begun')\nwhile True: pass\x04")
        until(port, "begun")
        port.write(b"\x03")
        until(port, "(?s)KeyboardInterrupt.*\x04>")


def test_the_prompt_takes_lines_blocks_and_corrections(bare):
    with opened(bare) as port:
        port.write(b"\x02\r\x03")
        until(port, ">>> ")
        port.write(b"20 + 3\x083\r")
        until(port, "\r\n23\r\n>>> ")
        port.write(b"for i in range(2):\r  print('turn', i)\r\r")
        until(port, "turn 0\r\nturn 1\r\n>>> ")
        port.write(b"raise SystemExit\r")
        until(port, "(?s)soft reboot.*>>> ")


def test_a_table_that_the_flash_chip_has_no_room_for_does_not_boot(trial, tmp_path):
    (tmp_path / "BOARD1.bin").write_bytes(trial[: 2 << 20])
    with served(tmp_path, faults={1: FAULTS["wrong-size"]}) as (tray, _):
        assert "exceeds the flash chip" in tray.boards[0].verdict.reason
