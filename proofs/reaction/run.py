"""Runs `desk/losses.py` on desk32, and tells how the reactions are spread."""

import json
import math
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bootstrap.lean import beside
from proofs.on_desk import ROOT
from tomo.image.documents import put_node_settings

# What the aim is for: a chip that is as slow as its data sheet allows is told, not judged.
AIM_US = 100_000
AIMED = ("plain", "collection", "erase", "document")
# What holds the control path up while it goes on. A third of the losses at least fall into it: the
# others come just after, and a job that happens to collect holds up some wherever they are.
HELD = ("collection", "erase", "document", "slow")
_MET_US = 1_000
# What an instruction takes: the ESP32's factor as the desk estimates it, and half its speed.
SPEEDS_PS = (10_000, 20_000)
_HERE = Path(__file__).parent
_FOLDERS = (_HERE / "desk", _HERE.parent / "budget" / "desk")
_SETTINGS = {"name": "busy", "wifi_ssid": "desk", "return_hold_s": 5, "stagger_s": 0}
_HEAP = "128k"
_LIMIT_S = 900
_LOSS = "loss "
_QUANTILES = (50, 90, 99, 99.9)
_BIN_US = 10_000


@dataclass(frozen=True)
class Loss:
    """One loss of the grid.

    contact   whether the inverter's contact shows the island, too
    us        from the first missing half cycle to the last relay's command; 2 s: not by then
    at_work   the job that was as the sense fell, "" if none was
    held_us   by how much its fall was held off
    """

    kind: str
    contact: int
    us: int
    at_work: str
    held_us: int


@dataclass(frozen=True)
class Life:
    """What a node lived through, and its copies."""

    losses: tuple[Loss, ...]
    virtual_s: int
    erases: int
    answered: int


def live(seed: int, each: int, instruction_ps: int) -> Life:
    """A node with so many losses of each kind. Equal arguments give equal microseconds.

    Raises SystemExit with all it said if it fails.
    """
    copies = [beside(each, ROOT / "build" / "beside" / each.relative_to(ROOT)) for each in _FOLDERS]
    environment = {
        "DESK_BOARD": "submeter6",
        "DESK_CLOCK": "costed",
        "DESK_COST_PS": str(instruction_ps),
        "DESK_IP": "192.168.10.11",
        "DESK_SEED": str(seed),
        "DESK_START": "848620800",  # 2026-11-23 00:00 UTC: any instant at which the clock is set
        "MICROPYPATH": ":".join(map(str, (*copies, ROOT / "boards" / "submeter6", ".frozen"))),
    }
    with tempfile.TemporaryDirectory() as folder:
        put_node_settings(Path(folder), dict(_SETTINGS))
        done = subprocess.run(
            [ROOT / "build/desk32", "-X", f"heapsize={_HEAP}", copies[0] / "losses.py", str(each)],
            cwd=folder,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"losses.py: status {done.returncode}\n{done.stdout}{done.stderr}")
    lines = done.stdout.splitlines()
    told = (json.loads(line.removeprefix(_LOSS)) for line in lines if line.startswith(_LOSS))
    return Life(tuple(Loss(*one) for one in told), **json.loads(lines[-1]))


def spread(losses: Iterable[Loss]) -> dict:
    """Of one kind: how many, quantiles in ms, and how many in each 10 ms, by where these begin."""
    us = sorted(loss.us for loss in losses)
    bins = Counter(one // _BIN_US * _BIN_US // 1_000 for one in us)
    return {
        "losses": len(us),
        **{f"p{each}_ms": us[_rank(each, len(us))] / 1_000 for each in _QUANTILES},
        "worst_ms": us[-1] / 1_000,
        "histogram_ms": dict(sorted(bins.items())),
    }


def by_kind(losses: Iterable[Loss]) -> dict[str, dict]:
    """The spread of each kind; an `alone` is of losses that no contact shows."""
    groups: dict[str, list[Loss]] = {}
    for loss in losses:
        groups.setdefault(loss.kind if loss.contact else f"{loss.kind}, alone", []).append(loss)
    return {name: spread(groups[name]) for name in sorted(groups)}


def missed(losses: Iterable[Loss]) -> list[Loss]:
    """Those that the aim is for and that took longer, or for ever."""
    return [one for one in losses if one.kind in AIMED and one.us > AIM_US]


def unmet(losses: Iterable[Loss]) -> list[str]:
    """Kinds of which too few losses met what they are named for: it held off the sense's fall."""
    losses = list(losses)
    all_of = Counter(loss.kind for loss in losses)
    met = Counter(loss.kind for loss in losses if loss.held_us >= _MET_US)
    return [kind for kind in HELD if 3 * met[kind] < all_of[kind] or not met[kind]]


def _rank(percent: float, count: int) -> int:
    """Of the smallest value that so many per cent do not exceed."""
    return max(0, math.ceil(percent * count / 100) - 1)
