"""The commands that a technician has, as the proofs of a tray use them.

Those that flash are processes of their own.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from typer.testing import CliRunner

from tests.host.stock_images import stock
from tomo.cli.app import app
from tomo.flashing.loader import Garbled

BOARD = "submeter6"
FIRST_IP = "127.0.0.81"
# For what has to be a process of its own.
TOMO = str(Path(sys.executable).with_name("tomo"))

Tell = Callable[[str], None]


class Wrong(Exception):
    """Something is not as it should be; the message says what was expected and what was seen."""


def tomo(*words: object) -> str:
    """What a command says. Raises Wrong if it does not end with 0."""
    done = CliRunner().invoke(app, [*map(str, words)])
    if done.exit_code:
        said = " ".join(map(str, words))
        why = done.exception or done.output[-500:]
        raise Wrong(f"`tomo {said}` ended with {done.exit_code}: {why}")
    return done.stdout


def flash(
    image: Path, ports: Sequence[str], status: int, watch_s: int = 0, board: str = BOARD
) -> dict[str, dict]:
    """What came of it by port. Raises Wrong if it does not end with this status."""
    command = [TOMO, "flash", "--board", board, "--json"]
    command += ["--image", str(image), "--watch", str(watch_s), *ports]
    done = _run(command)
    if done.returncode == Garbled.exit_code:
        # On a machine that is too busy a virtual chip may answer too late, at any speed. It is run
        # again then, as it says itself, and goes on with what is not yet right.
        done = _run(command)
    boards = json.loads(done.stdout.splitlines()[-1])["boards"] if done.stdout else []
    if done.returncode != status:
        said = "; ".join(f"{one['port']}: {one['reason'] or one['verdict']}" for one in boards)
        raise Wrong(f"`tomo flash` ended with {done.returncode}, not {status}: {said}{done.stderr}")
    return {one["port"]: one for one in boards}


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


def build(folder: Path, board: str = BOARD) -> Path:
    """A trial image of a stand-in for a stock MicroPython: valid headers, and no code."""
    micropython, image = folder / "micropython.bin", folder / f"{board}.bin"
    micropython.write_bytes(stock())
    tomo("image", "build", "--board", board, "--micropython", micropython, "--out", image)
    return image
