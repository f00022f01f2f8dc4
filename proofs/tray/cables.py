"""A cable pulled at every 5 % of what is written: no board starts, and a re-run completes."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from proofs.tray.bench import Bench
from proofs.tray.commands import BOARD, FIRST_IP, Wrong, build, flash
from tomo.virtual.faults import FAULTS

STEPS = tuple(range(5, 100, 5))  # percent
_BACK_S = 20.0


def pull_all(folder: Path, tell: Callable[[str], None], steps: tuple[int, ...] = STEPS) -> dict:
    """A board for each step, and one that nothing happens to. Raises Wrong."""
    image = build(folder)
    blocks = _blocks(folder, image)
    faults = {
        number: replace(FAULTS["unplugged"], unplugs_at=max(1, blocks * percent // 100))
        for number, percent in enumerate(steps, 1)
    }
    with Bench(folder / "pulled", len(steps), faults, BOARD, FIRST_IP) as bench:
        ports = [bench.port(number) for number in faults]
        first = flash(image, ports, 3)
        started = [port for port in ports if first[port]["verdict"] != "failed"]
        if started:
            raise Wrong(f"{started} should have failed: their cables were pulled")
        for number in faults:
            _wait_for(bench, number)
            if bench.board(number).verdict.boots:
                raise Wrong(f"{bench.port(number)} is half written, and would start")
        second = flash(image, ports, 0)
        skipped = sum(bool(one["skipped"]) for one in second.values())
        for number in faults:
            if not bench.board(number).verdict.boots:
                raise Wrong(f"{bench.port(number)} should start after the second run")
    tell(f"{len(steps)} cables pulled at {steps[0]} to {steps[-1]} % of {blocks} blocks: no board")
    tell(f"would start, all do after a second run, which left out what was right on {skipped}")
    return {"pulled": len(steps), "blocks": blocks, "went_on": skipped}


def _blocks(folder: Path, image: Path) -> int:
    """How many blocks a board is written in if nothing happens."""
    with Bench(folder / "whole", 1, {}, BOARD, FIRST_IP) as bench:
        flash(image, [bench.port(1)], 0)
        return bench.board(1).blocks


def _wait_for(bench: Bench, number: int) -> None:
    until = time.monotonic() + _BACK_S
    while bench.board(number).port.end < 0:
        if time.monotonic() > until:
            raise Wrong(f"board {number} should be plugged in again")
        time.sleep(0.05)
