"""docs/troubleshooting.md quotes what nodes say: each cause and reset is one that there is."""

import re

from tests.desk_bridge import ROOT
from tomoshibi.wire import events

TEXT = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")


def quoted(before):
    """What stands in code quotes right after a word, or after an `or` behind such a quote."""
    for found in re.findall(rf"{before} ((?:`[^`]+`(?: or )?)+)", TEXT):
        yield from re.findall(r"`([^`]+)`", found)


def words(rows):
    return {row[events.WORD] for row in rows}


def test_every_cause_that_is_quoted_is_one():
    causes = [*quoted("cause"), *quoted("`waits_for`")]
    assert len(causes) > 10
    for cause in causes:
        start = cause.removesuffix("...")
        assert any(known.startswith(start) for known in words(events.CAUSES)), cause


def test_every_reset_and_grid_state_that_is_quoted_is_one():
    assert {*quoted("`reset`")} == words(events.RESETS)
    assert {*quoted("`grid`")} <= words(events.GRID_STATES)
    assert {"load fault", "lamp relay", "storage", "lock", "sense"} <= words(events.KINDS)
