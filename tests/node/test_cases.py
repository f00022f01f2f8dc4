"""scenarios/cases: what once went wrong at a site, each with what must hold, in virtual time.

And scenarios/street.toml, whose site stands in a file of its own.

Where the numbers come from stands in each file's head.
"""

import re

import pytest

from tests.desk_bridge import ROOT
from tests.node.runs import run

CASES = sorted((ROOT / "scenarios" / "cases").glob("*.toml"))
STREET = ROOT / "scenarios" / "street.toml"


def failed(path, folder):
    """The expectations that did not hold, with what was found."""
    expectations = run(path, folder).summary["expectations"]
    return [(one["name"], one["value"]) for one in expectations if not one["held"]]


@pytest.mark.usefixtures("desk32")
@pytest.mark.parametrize("path", [*CASES, STREET], ids=lambda path: path.stem)
def test_the_case_holds(path, tmp_path):
    assert failed(path, tmp_path) == []


def case_with(name, key, value, folder):
    """What fails of the case with another value of a key that it has once."""
    text = (ROOT / "scenarios" / "cases" / f"{name}.toml").read_text(encoding="utf-8")
    changed, count = re.subn(rf"\b{key} = \d+", f"{key} = {value}", text)
    assert count == 1
    path = folder / "case.toml"
    path.write_text(changed, encoding="utf-8")
    return failed(path, folder / "out")


@pytest.mark.usefixtures("desk32")
@pytest.mark.parametrize("lasts_ms", [22, 25, 28, 30])
def test_a_dip_of_any_length_about_the_transfer_is_as_short(lasts_ms, tmp_path):
    assert case_with("dip21", "lasts_ms", lasts_ms, tmp_path) == []


@pytest.mark.usefixtures("desk32")
@pytest.mark.parametrize("trip_ms", [20, 200])
def test_an_inverter_is_learnt_from_however_late_it_trips(trip_ms, tmp_path):
    assert case_with("inverter_trips_at_once", "trip_ms", trip_ms, tmp_path) == []
