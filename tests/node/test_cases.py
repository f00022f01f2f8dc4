"""Sites that once went wrong, each with the right outcome among its expectations: scenarios/cases.

What is expected follows from almanac times of the place and P = standby + (full - standby) x level;
the numbers stand in each file's head.
"""

import io

import pytest

from tests.desk_bridge import ROOT
from tomo.jobs.run_site import Options, run_site
from tomo.render.timeline import JsonView
from tomo.scenario.read import read

CASES = sorted((ROOT / "scenarios" / "cases").glob("*.toml"))


@pytest.mark.usefixtures("desk32")
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_case_ends_as_it_should(path, tmp_path):
    scenario = read(path)
    view = JsonView(scenario, io.StringIO())
    outcome = run_site(scenario, Options(tmp_path, clock="virtual", net="none"), view)
    assert [one for one in outcome.summary["expectations"] if not one["held"]] == []
    assert outcome.summary["verdict"] == "held"
