"""tomo.jobs.story: what a node's console lines are in words."""

import pytest

from tests.host.sites import load, site
from tomo.jobs.story import Story
from tomo.world.site import World


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            {"job": "app keep", "code": 0, "fault": "KeyError('x',)", "at": "app.py:12"},
            "fault of app keep at app.py:12: code 0, KeyError('x',)",
        ),
        (
            {"job": "sky", "code": 4, "fault": "JobStalled('sky', 310)", "late_ms": 310},
            "fault of sky: code 4, JobStalled('sky', 310), 310 ms past its deadline",
        ),
    ],
)
def test_a_fault_tells_its_place_or_how_late_it_is(line, words):
    story = Story(World(site([load("pump")])))
    assert story.told("panel", {"event": "fault", "t": 1.5} | line).text == words
