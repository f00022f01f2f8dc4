"""Runs of whole scenarios in virtual time: the world and every node with the real firmware."""

import io
import re
from pathlib import Path

from tests.desk_bridge import ROOT
from tomo.jobs.run_site import Options, Outcome, run_site
from tomo.render.timeline import JsonView
from tomo.scenario.read import read

BLACKOUT = ROOT / "scenarios" / "blackout.toml"
LOST_MS = 7 * 60_000  # of the grid, from the start of that scenario
# Its waits made short, for what does not ask how long they are: (pattern, new).
SHORT_WAITS = (
    ("reconnect_s = 150", "reconnect_s = 5"),
    ("return_hold_s = 300", "return_hold_s = 10"),
    ("stagger_s = 30", "stagger_s = 3"),
    *[("min_off_s = 180", "min_off_s = 20")] * 2,
)


def run(path: Path, folder: Path) -> Outcome:
    """The scenario at `path` to its end, written into `folder` but for the report."""
    scenario = read(path)
    options = Options(folder, clock="virtual")
    return run_site(scenario, options, JsonView(scenario, io.StringIO()))


def short_blackout(folder: Path) -> Path:
    """The shipped scenario in four minutes, written into `folder`: nodes, loss, sunset, return.

    The waits are as much shorter, and there is one expectation: that something is shed.
    """
    text = BLACKOUT.read_text(encoding="utf-8").partition("[[event]]")[0]
    changes = (
        ('duration = ".*"', 'duration = "00:04:00"'),
        ("T16:05:00", "T16:29:00"),
        *SHORT_WAITS,
    )
    text = changed(text, *changes)
    text += (
        '[[event]]\nat = "00:01:30"\nkind = "grid-lost"\nlasts_ms = 60000\n'
        '[[expect]]\nname = "shed"\nwhat = "loads_shed"\nop = ">="\nlimit = 1\n'
    )
    (folder / "data").symlink_to(ROOT / "scenarios" / "data")
    path = folder / "short.toml"
    path.write_text(text, encoding="utf-8")
    return path


def changed(text: str, *changes: tuple[str, str]) -> str:
    """`text` with the first place of each pattern made new."""
    for pattern, new in changes:
        text, count = re.subn(pattern, new, text, count=1)
        assert count == 1, pattern
    return text


def opened_after_loss(outcome: Outcome, lost_ms: int = LOST_MS) -> set[str]:
    """Names of the loads opened from the grid's loss on."""
    return {
        move.name
        for move in outcome.trace.moves
        if not (move.closed or move.lamp) and move.t_ms >= lost_ms
    }
