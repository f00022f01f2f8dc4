"""A node that cannot be stopped where its grant ends: world and other nodes get there in turn."""

from tests.host.sites import load, site
from tomo.scenario.records import Event
from tomo.world.lockstep import Lockstep, Report
from tomo.world.site import World

BEGAN_MS = 2_000
# As long as a full collection, and past the next few grants.
OVER_MS = 37
OTHER_MS = BEGAN_MS + 10


class Node:
    """Closes its relay once: at `at_ms`, or `over_ms` after the grant that ends there."""

    def __init__(self, name, at_ms, over_ms=0):
        self.name = name
        self.granted = []
        self._at_ms, self._over_ms = at_ms, over_ms

    def grant(self, until_ms, changed):
        del changed  # it feels nothing
        self.granted.append(until_ms)

    def report(self):
        until_ms = self.granted[-1]
        if self._at_ms is None or until_ms < self._at_ms:
            return Report(until_ms)
        at_ms = self._at_ms + self._over_ms
        self._at_ms = None
        return Report(at_ms, [(at_ms, "relay1", 1)])

    def cut(self):
        return {1: 0.0}

    def boot(self, now_ms):
        pass


def played(*events):
    """The node that runs past its grant, and the moves of all: (world's time, own time, node)."""
    world = World(site([load(watts=100)], lamps=True, events=events))
    late = Node("panel", BEGAN_MS, OVER_MS)
    other = Node("streetlight", OTHER_MS)
    moved = []
    command = world.command

    def noted(node, output, value, t_ms):
        moved.append((world.now_ms, t_ms, node))
        command(node, output, value, t_ms)

    world.command = noted
    Lockstep(world, [late, other], {"panel": late}).run(3_000, lambda: None)
    return late, moved


def test_the_world_takes_in_what_it_did_when_it_gets_there_and_others_before():
    late_ms = BEGAN_MS + OVER_MS
    assert played()[1] == [
        (OTHER_MS, OTHER_MS, "streetlight"),
        (late_ms, late_ms, "panel"),
    ]


def test_it_is_granted_nothing_before_where_it_is():
    granted = played()[0].granted
    assert granted[granted.index(BEGAN_MS) + 1] > BEGAN_MS + OVER_MS


def test_what_it_would_have_done_after_its_supply_failed_is_not_done():
    figures = {"hold_up_ms": 0, "torn": False}
    fails = Event(BEGAN_MS + 5, "supply-lost", 500, "panel", figures=figures)
    assert [node for _, _, node in played(fails)[1]] == ["streetlight"]
