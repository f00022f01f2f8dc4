"""A panel through a blackout: every erase of its flash, held against its relays and its grid.

The rules are those of docs/flash.md; the numbers here are theirs, in ms.
"""

from itertools import pairwise

import pytest

from tests.desk_bridge import ROOT
from tests.node.held_nodes import MJ_PER_WH, import_mj, kept
from tests.node.runs import BLACKOUT, SHORT_WAITS, changed, run

LOST_MS, BACK_MS = 120_000, 260_000
MOVES_AT = 32  # the registers that count the movements of relays
STARTED_MS = 1_000


@pytest.fixture(scope="module")
def panel(desk32, tmp_path_factory):  # noqa: ARG001 (skips where nothing is built)
    """(the trace, the panel's folder, when it erased a sector after its start)."""
    folder = tmp_path_factory.mktemp("window")
    (folder / "data").symlink_to(ROOT / "scenarios" / "data")
    text = BLACKOUT.read_text(encoding="utf-8").partition('[[node]]\nname = "lamp-')[0]
    text = changed(text, ('duration = ".*"', 'duration = "00:05:40"'), *SHORT_WAITS)
    lasts_ms = BACK_MS - LOST_MS
    text += f'[[event]]\nat = "00:02:00"\nkind = "grid-lost"\nlasts_ms = {lasts_ms}\n'
    (folder / "long.toml").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DESK_ERASES", "erases.txt")
        outcome = run(folder / "long.toml", folder / "out")
    (told,) = (folder / "out").rglob("erases.txt")
    times = [int(line.split()[0]) for line in told.read_text(encoding="utf-8").splitlines()]
    return outcome.trace, told.parent, [time for time in times if time > STARTED_MS]


def test_no_sector_is_erased_within_ten_seconds_of_a_relay(panel):
    trace, _, erases = panel
    moves = [move.t_ms for move in trace.moves]
    assert len(moves) > 5
    assert [(e, m) for e in erases for m in moves if 0 <= e - m < 10_000] == []


def test_an_island_is_a_minute_old_before_a_sector_is_erased(panel):
    _, _, erases = panel
    in_island = [time for time in erases if LOST_MS <= time < BACK_MS]
    # The first as soon as it may be, a second for whole seconds; the next a minute later.
    assert len(in_island) == 2
    assert LOST_MS + 60_000 <= in_island[0] <= LOST_MS + 63_000


def test_a_minute_lies_between_two_erases(panel):
    _, _, erases = panel
    assert len(erases) >= 4
    assert min(later - earlier for earlier, later in pairwise(erases)) >= 60_000
    assert erases[0] < LOST_MS
    assert erases[-1] > BACK_MS


def test_the_registers_are_saved_all_the_same(panel):
    trace, folder, _ = panel
    saved = kept(folder)
    assert sum(saved[MOVES_AT + i][0] for i in range(6)) == len(trace.moves)
    drawn_wh = sum(
        sum(before.tier_w) * (after.t_ms - before.t_ms) / 3_600_000
        for before, after in pairwise(trace.samples)
    )
    assert import_mj(folder, 0) / MJ_PER_WH == pytest.approx(drawn_wh, rel=0.05)
