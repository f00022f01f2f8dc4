"""scenarios/cases: what once went wrong at a site, each with what must hold, in virtual time.

Where the numbers come from stands in each file's head.
"""

import re

import pytest

from tests.desk_bridge import ROOT
from tests.node.runs import run

CASES = sorted((ROOT / "scenarios" / "cases").glob("*.toml"))


def failed(path, folder):
    """The expectations that did not hold, with what was found."""
    expectations = run(path, folder).summary["expectations"]
    return [(one["name"], one["value"]) for one in expectations if not one["held"]]


@pytest.mark.usefixtures("desk32")
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_case_holds(path, tmp_path):
    assert failed(path, tmp_path) == []


@pytest.mark.usefixtures("desk32")
@pytest.mark.parametrize("lasts_ms", [22, 25, 28, 30])
def test_a_dip_of_any_length_about_the_transfer_is_as_short(lasts_ms, tmp_path):
    text = (ROOT / "scenarios" / "cases" / "dip21.toml").read_text(encoding="utf-8")
    path = tmp_path / "dip.toml"
    path.write_text(re.sub("lasts_ms = 21", f"lasts_ms = {lasts_ms}", text), encoding="utf-8")
    assert failed(path, tmp_path / "out") == []
