"""Runs `desk/races.py` on desk32, several at once, and adds up what they found."""

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from bootstrap.lean import beside
from proofs.on_desk import ROOT
from tomo.image.documents import put_node_settings

_HERE = Path(__file__).parent / "desk"
_IN_BUILD = ROOT / "build" / "beside" / _HERE.relative_to(ROOT)
_FOLDERS = (_HERE, ROOT / "proofs" / "budget" / "desk", ROOT / "proofs" / "powercut" / "desk")
# Copies of one settled node.
_LOT = 50
# A control cycle takes seventeen thousand.
INSTRUCTIONS = 8_000
_LIMIT_S = 3_600
_LOADS = [
    {"name": f"load {n}", "tier": min(n, 4), "rated_w": 400, "min_off_s": 0} for n in range(6)
]
_SETTINGS = {
    "name": "raced",
    "wifi_ssid": "desk",
    "island_limit_w": 900,
    "return_hold_s": 5,
    "short_hold_s": 1,
    "step_gap_s": 5,
    "stagger_s": 0,
    "loads": _LOADS,
}


def race(
    first: int, copies: int, processes: int, plant: str = "-", instructions: int = INSTRUCTIONS
) -> dict:
    """Seeds `first` and following; "first" has the first few things that were wrong.

    plant          a race that is put into the firmware, see desk/plants.py
    instructions   of a job, after so many of which it is struck on average
    """
    folders = [*map(_copy, _FOLDERS), _copy(ROOT / "boards" / "submeter6")]
    path = ":".join([*map(str, folders), ".frozen"])
    lots = [(at, min(_LOT, first + copies - at)) for at in range(first, first + copies, _LOT)]
    with ThreadPoolExecutor(processes) as pool:
        told = [
            copy
            for lot in pool.map(lambda lot: _run(lot, instructions, plant, path), lots)
            for copy in lot
        ]
    wrong = [copy for copy in told if copy["wrong"]]
    sums = {
        name: sum(copy.get(name, 0) for copy in told)
        for name in ("strikes", "cycles", "events", "moves")
    }
    lines = [f"seed {copy['seed']}: {line}" for copy in wrong for line in copy["wrong"]]
    return {"copies": len(told), **sums, "wrong": len(wrong), "first": lines[:20]}


def _run(lot: tuple[int, int], instructions: int, plant: str, path: str) -> list[dict]:
    """What each copy told. Raises SystemExit if one is missing."""
    environment = {
        "DESK_BOARD": "submeter6",
        "DESK_CLOCK": "costed",
        "DESK_IP": "127.0.0.1",
        "DESK_SEED": "1",
        "MICROPYPATH": path,
    }
    words = [_IN_BUILD / "races.py", *map(str, (*lot, instructions)), plant]
    with TemporaryDirectory() as folder:
        put_node_settings(Path(folder), _SETTINGS)
        done = subprocess.run(
            [ROOT / "build" / "desk32", "-X", "heapsize=1m", *words],
            cwd=folder,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=False,
        )
    lines = done.stdout.splitlines()
    told = [json.loads(line[len("copy:") :]) for line in lines if line.startswith("copy:")]
    if len(told) != lot[1]:
        raise SystemExit(
            f"{len(told)} of {lot[1]} copies\n{done.stdout[-3_000:]}{done.stderr[-3_000:]}"
        )
    return told


def _copy(path: Path) -> Path:
    return beside(path, ROOT / "build" / "beside" / path.relative_to(ROOT))
