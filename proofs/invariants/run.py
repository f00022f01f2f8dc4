"""Runs `desk/drive.py` on desk32, several at once, and adds up what they found."""

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = Path(__file__).parent / "desk" / "drive.py"
_PATH = ("firmware", "stubs/shims", "stubs/unix", "stubs/chips")
_LIMIT_S = 3_600
# Sequences that one process drives before its heap is let go.
_LOT = 50


def drive(first: int, sequences: int, processes: int) -> dict:
    """Seeds `first` and following; `violations` counts what broke, by invariant and in sum."""
    lots = [(at, min(_LOT, first + sequences - at)) for at in range(first, first + sequences, _LOT)]
    with ThreadPoolExecutor(processes) as pool:
        parts = list(pool.map(_drive, lots))
    by_invariant = {name: sum(part["found"][name] for part in parts) for name in parts[0]["found"]}
    return {
        "sequences": sum(part["sequences"] for part in parts),
        "steps": sum(part["steps"] for part in parts),
        "violations": sum(by_invariant.values()),
        "by_invariant": by_invariant,
        "first": [line for part in parts for line in part["first"]],
    }


def _drive(lot: tuple[int, int]) -> dict:
    path = ":".join([*(str(ROOT / part) for part in _PATH), ".frozen"])
    done = subprocess.run(
        [ROOT / "build" / "desk32", "-X", "heapsize=2m", _PROGRAM, *map(str, lot)],
        env=os.environ | {"MICROPYPATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"drive.py {lot}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])
