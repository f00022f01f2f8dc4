"""Runs `desk/drive.py` on desk32, several at once, and adds up what they found."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from proofs.on_desk import run

_PROGRAM = Path(__file__).parent / "desk" / "drive.py"
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
    return run(_PROGRAM, *lot, heap="2m")
