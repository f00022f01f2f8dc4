"""tomo.jobs.story: what a node's console lines are in words."""

import json
from types import SimpleNamespace

import pytest

from tests.host.sites import load, site
from tomo.jobs import run_site
from tomo.jobs.story import Story
from tomo.world.site import World


def told(**event):
    """The words for a line of a node's console."""
    return Story(World(site([load("pump")]))).told("panel", {"t": 1.5} | event).text


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
    assert told(event="fault", **line) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            {"event": "load", "load": "heater", "to": "off", "actor": "application"},
            "switches off heater (commanded by the application)",
        ),
        (
            {"event": "lamp relay", "to": "on", "actor": "console"},
            "closes the lamp's relay (commanded by the console)",
        ),
        ({"event": "load", "load": "heater", "to": "on"}, "switches on heater (commanded)"),
    ],
)
def test_what_was_commanded_tells_by_whom(line, words):
    assert told(cause="commanded", **line) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"load": "pump", "number": 1}, "pump is faulty (a welded relay)"),
        ({"number": 7}, "circuit 7 is faulty (a welded relay)"),
        ({"main": 1}, "the main conductor is faulty (a welded relay)"),
    ],
)
def test_a_load_that_is_faulty_is_told_with_its_cause(line, words):
    assert told(event="load fault", to="faulty", cause="a welded relay", **line) == words


def test_one_that_is_sound_again_tells_what_it_was():
    line = {"event": "load fault", "load": "pump", "number": 1, "to": "sound", "was": "welded"}
    assert told(**line) == "pump is sound again, was: welded"


def test_what_somebody_asked_on_a_console_is_no_part_of_the_story():
    said = [{"t": 1, "event": "why", "load": "fridge"}, {"t": 2, "event": "boot"}]
    lines = [json.dumps(one) for one in said]
    story = Story(World(site([load("pump")])))
    node = SimpleNamespace(name="panel", pass_on=lambda _terminal: [(0, line) for line in lines])
    consoles: list = [(node, None)]
    assert [entry.data for entry in run_site._news(story, consoles)] == [said[1]]
