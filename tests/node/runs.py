"""Runs of whole scenarios in virtual time: the world and every node with the real firmware."""

import io
from pathlib import Path

from tests.desk_bridge import ROOT
from tomo.jobs.run_site import Options, Outcome, run_site
from tomo.render.timeline import JsonView
from tomo.scenario.read import read

BLACKOUT = ROOT / "scenarios" / "blackout.toml"
LOST_MS = 7 * 60_000  # of the grid, from the start of that scenario


def run(path: Path, folder: Path) -> Outcome:
    """The scenario at `path` to its end, written into `folder` but for the report."""
    scenario = read(path)
    options = Options(folder, clock="virtual")
    return run_site(scenario, options, JsonView(scenario, io.StringIO()))


def opened_after_loss(outcome: Outcome) -> set[str]:
    """Names of the loads opened from the grid's loss on."""
    return {
        move.name
        for move in outcome.trace.moves
        if not (move.closed or move.lamp) and move.t_ms >= LOST_MS
    }
