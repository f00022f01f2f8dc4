"""How the application comes to a board: as an image, or file by file; one board and eight.

On virtual boards, whose wire takes no time: bytes and round trips are counted there, and what they
take on a wire is computed, each at the speed that its tool has if nothing is said.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from boards.flash_map import PARTITIONS
from proofs.tray.bench import Bench
from proofs.tray.commands import BOARD, build, flash
from tomo.image import littlefs_image
from tomo.image.flash_image import load
from tomo.virtual.board import Board
from tomo.virtual.port import Traffic

COUNT = 8
AIM_FEWER, AIM_FASTER = 10, 5
IMAGE_BAUD, FILES_BAUD = 460_800, 115_200  # of `tomo flash`, of mpremote
_BITS = 10  # a byte with its start and stop bits
_TURN_S = 0.001  # a USB adaptor's latency timer at its shortest
_IP = "127.0.0.91"
_VFS_AT = next(row[3] for row in PARTITIONS if row[0] == "vfs")


def measure() -> dict:
    """Seconds, bytes to the board and back, and round trips of each way, on boards with a stock
    MicroPython and an empty file system; seconds to build an image, and to flash one and eight."""
    with tempfile.TemporaryDirectory(prefix="deploy-") as name:
        folder = Path(name)
        began = time.monotonic()
        image = build(folder)
        built_s = time.monotonic() - began
        boards = folder / "boards"
        boards.mkdir()
        for number in range(1, 3):
            _stock_only(image, boards / f"BOARD{number}.bin")
        with Bench(boards, 2, {}, BOARD, _IP) as bench:
            as_image = _measured(bench.board(1), lambda: flash(image, [bench.port(1)], 0))
            files = _unpacked(image, folder / "files")
            as_files = _measured(bench.board(2), lambda: _copy(files, bench.path(2)))
        with Bench(folder / "tray", COUNT + 1, {}, BOARD, _IP) as bench:
            one_s = _seconds(lambda: flash(image, [bench.port(1)], 0))
            ports = [bench.port(number) for number in range(2, COUNT + 2)]
            eight_s = _seconds(lambda: flash(image, ports, 0))
    return {
        "image_build_s": round(built_s, 2),
        "as_image": as_image,
        "as_files": as_files,
        "fewer_round_trips": round(as_files["round_trips"] / as_image["round_trips"], 1),
        "faster": round(on_a_wire(as_files, FILES_BAUD) / on_a_wire(as_image, IMAGE_BAUD), 1),
        "one_board_s": one_s,
        "eight_boards_s": eight_s,
    }


def on_a_wire(way: dict, baud: int) -> float:
    """Seconds it takes at this speed: the programs' own, the bytes', the round trips'."""
    size = way["bytes_to_board"] + way["bytes_from_board"]
    return way["seconds"] + size * _BITS / baud + way["round_trips"] * _TURN_S


def _stock_only(image: Path, chip: Path) -> None:
    """A chip that has all of the image but its file system."""
    shutil.copy(image, chip)
    with chip.open("r+b") as file:
        size = file.seek(0, 2) - _VFS_AT
        file.seek(_VFS_AT)
        file.write(b"\xff" * size)


def _unpacked(image: Path, folder: Path) -> Path:
    """The files of an image's file system."""
    contents = littlefs_image.unpack(bytes(load(image).partition("vfs"))).contents
    for name, data in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def _copy(files: Path, port: str) -> None:
    names = sorted(str(path) for path in files.iterdir())
    command = [sys.executable, "-m", "mpremote", "connect", port, "cp", "-r", *names, ":"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise SystemExit(f"mpremote cp: {done.stdout}{done.stderr}")


def _measured(board: Board, work) -> dict:
    before = board.port.traffic = Traffic()
    seconds = _seconds(work)
    return {
        "seconds": seconds,
        "bytes_to_board": before.heard,
        "bytes_from_board": before.said,
        "round_trips": before.turns,
    }


def _seconds(work) -> float:
    began = time.monotonic()
    work()
    return round(time.monotonic() - began, 2)
