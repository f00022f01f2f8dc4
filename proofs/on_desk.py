"""Runs the programs of the proofs on desk32."""

import json
import os
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from bootstrap.lean import beside

ROOT = Path(__file__).resolve().parent.parent
_LIMIT_S = 3_600


def run(program: Path, *arguments: object, heap: str, folders: Iterable[Path] = ()) -> dict:
    """The JSON object that a program prints last. The firmware is the frozen one.

    folders   where the program's own modules are; copies of them run, with values for the
              firmware's numbers, whose names are not frozen

    Raises SystemExit with all it said if it fails.
    """
    done = subprocess.run(
        [ROOT / "build" / "desk32", "-X", f"heapsize={heap}", _copy(program), *map(str, arguments)],
        env=os.environ | {"MICROPYPATH": ":".join([*map(str, map(_copy, folders)), ".frozen"])},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{program}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


@cache
def _copy(path: Path) -> Path:
    return beside(path, ROOT / "build" / "beside" / path.relative_to(ROOT))
