"""Over a thousand losses of the grid; prints how they spread and writes build/reaction.json."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

from rich.console import Console
from rich.table import Table

from proofs.on_desk import ROOT
from proofs.reaction.run import AIM_US, SPEEDS_PS, Life, by_kind, live, missed, unmet

_SEEDS = (1, 2)
# Of each of five kinds, for each seed at each speed.
_EACH = 100


def main() -> int:
    """1 if a loss that the aim is for took longer, or a kind of them has not met what it is for."""
    runs = [(seed, _EACH, ps) for ps in SPEEDS_PS for seed in _SEEDS]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        lives = list(pool.map(lambda run: live(*run), runs))
    report, late, idle = {}, 0, []
    for ps in SPEEDS_PS:
        of = [life for life, run in zip(lives, runs, strict=True) if run[2] == ps]
        losses = [loss for life in of for loss in life.losses]
        late += len(missed(losses))
        idle += unmet(losses)
        report[f"{ps // 1_000} ns"] = {
            "spread": by_kind(losses),
            "missed": len(missed(losses)),
            "slow_chance": _chance(of),
        }
        Console().print(_table(f"{ps // 1_000} ns an instruction", by_kind(losses)))
    target = ROOT / "build" / "reaction.json"
    target.write_text(json.dumps(report, indent=2) + "\n")
    total = sum(len(life.losses) for life in lives)
    print(f"{total} losses, {late} over {AIM_US // 1_000} ms; {target.relative_to(ROOT)} written")
    if idle:
        print(f"nothing was in the way of: {', '.join(idle)}")
    return 1 if late or idle else 0


def _chance(lives: list[Life]) -> float:
    """That a loss meets an erase, if each takes 400 ms and what the sense takes besides."""
    return sum(life.erases for life in lives) * 0.415 / sum(life.virtual_s for life in lives)


def _table(title: str, spreads: dict[str, dict]) -> Table:
    keys = ("losses", "p50_ms", "p90_ms", "p99_ms", "p99.9_ms", "worst_ms")
    table = Table("kind", *keys, title=title)
    for kind, row in spreads.items():
        table.add_row(kind, *(str(row[key]) for key in keys))
    return table


if __name__ == "__main__":
    raise SystemExit(main())
