"""Runs a program of `benchmarks/desk` on a desk build and takes its JSON line."""

import json
import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from bootstrap.lean import beside
from tomo.image.documents import put_node_settings

ROOT = Path(__file__).resolve().parent.parent
HEAP = "128k"  # the default of a desk node
_LIMIT_S = 900
# Any instant at which the clock counts as set: 2026-11-23 00:00 UTC, in seconds since 2000.
START_S = 848_620_800


@cache
def _programs() -> Path:
    """Copies, with values for the firmware's numbers, whose names are not frozen."""
    return beside(ROOT / "benchmarks" / "desk", ROOT / "build" / "beside" / "benchmarks" / "desk")


def run(program: str, *arguments: str, heap: str = HEAP, folder: Path | None = None, **more: str):
    """The last JSON line that `program` prints, frozen firmware unless MICROPYPATH says else.

    `folder` keeps what a node has in flash.
    """
    return json.loads(_output(program, arguments, heap, folder, more).splitlines()[-1])


def _output(
    program: str,
    arguments: tuple[str, ...],
    heap: str,
    folder: Path | None,
    more: dict[str, str],
) -> str:
    environment = {"MICROPYPATH": f"{_programs()}:.frozen"} | more
    with tempfile.TemporaryDirectory() as name:
        place = folder or Path(name)
        put_node_settings(place, {"name": "bench", "wifi_ssid": "desk"})
        command = [ROOT / "build" / "desk32", "-X", f"heapsize={heap}", _programs() / program]
        done = subprocess.run(
            [*command, *arguments],
            cwd=place,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"{program}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def node(board: str, program: str, heap: str = HEAP, folder: Path | None = None, **more: str):
    """`run`, with a whole node of `board` around `program`, alone in virtual time."""
    return json.loads(node_output(board, program, heap, folder, **more).splitlines()[-1])


def node_output(
    board: str, program: str, heap: str = HEAP, folder: Path | None = None, **more: str
) -> str:
    """All that `program` prints, with a whole node of `board` around it."""
    environment = {
        "DESK_BOARD": board,
        "DESK_CLOCK": "virtual",
        "DESK_START": str(START_S),
        "DESK_SEED": "1",
        "DESK_IP": "127.0.253.11",
        "MICROPYPATH": f"{_programs()}:{ROOT / 'boards' / board}:.frozen",
    }
    return _output(program, (), heap, folder, environment | more)
