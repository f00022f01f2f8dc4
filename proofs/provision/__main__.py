"""Cuts provisioning at every 5 %, each of a fresh board, and writes build/provisioning.json."""

import json
import random
import tempfile
from pathlib import Path

from rich.console import Console

from proofs.on_desk import ROOT
from proofs.provision.cuts import POWER, PULLED, STOPPED, Place, Wrong, cut, whole

_STEPS = range(5, 100, 5)  # percent of the bytes that pass
_MOMENTS = 5  # of each of the other troubles
_SEED = 1
# A run passes a tenth more or less than another: what a node refuses for a moment is asked again.
_MISSED_MOST = 3


def main() -> None:
    """Ends with status 1 at the first thing that is not as it should be."""
    console = Console()
    chance = random.Random(_SEED)
    plan = {
        PULLED: [*_STEPS],
        STOPPED: sorted(chance.sample(range(5, 90), _MOMENTS)),
        POWER: sorted(chance.sample(range(5, 90), _MOMENTS)),
    }
    report: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="provisioning-") as name:
        try:
            report["bytes"] = size = whole(Place(Path(name) / "whole"))
            for what, percents in plan.items():
                report[what] = _all(Path(name), size, what, percents)
                console.print(f"{what}: {report[what]}", highlight=False)
        except Wrong as wrong:
            console.print(str(wrong), style="red", highlight=False)
            raise SystemExit(1) from None
    target = ROOT / "build" / "provisioning.json"
    target.write_text(json.dumps(report, indent=2) + "\n")
    console.print(f"{target.relative_to(ROOT)} written", highlight=False)


def _all(folder: Path, size: int, what: str, percents: list[int]) -> dict[str, int]:
    """How many fresh boards were cut, and how many were whole before it came to that."""
    came = 0
    for percent in percents:
        came += cut(Place(folder / f"{what} {percent}"), (size * percent // 100, what))
    if len(percents) - came > _MISSED_MOST:
        raise Wrong(f"{what}: only {came} of {len(percents)} runs were cut")
    return {"cut": came, "whole before": len(percents) - came}


main()
