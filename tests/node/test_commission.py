"""`tomo commission`'s walk and a whole node in a scenario's world: each wiring fault by name."""

from contextlib import contextmanager

import pytest

from tests.node.in_world import InWorld
from tomo.board.read import parts_of
from tomo.commission.expect import by_itself
from tomo.commission.journal import Journal
from tomo.commission.node import Node
from tomo.commission.walk import Hands, Walk
from tomo.jobs.node_settings import node_settings
from tomo.scenario.read import read
from tomo.transport.desk_node import Desk, DeskNode
from tomo.world.site import World

pytestmark = pytest.mark.usefixtures("desk32")

# Until all six loads are on.
_START_S = 40
_FAULTS_MS = 140_000
SITE = """
[site]
name = "Wired wrong"
latitude = 35.7
longitude = 139.7
start = 2026-11-23T12:00:00
duration = "01:00:00"
[inverter]
continuous_w = 3000
[battery]
capacity_wh = 2000
soc_percent = 80
[[node]]
name = "panel"
board = "submeter6"
settings = { return_hold_s = 5, stagger_s = 0 }
"""
LOAD = """
[[node.load]]
name = "load %d"
tier = 3
rated_w = 100
min_off_s = 0
profile = { watts = %d }
"""
FAULTS = """
[[event]]
at = "00:02:20"
kind = "ct-reversed"
node = "panel"
circuit = 1
[[event]]
at = "00:02:20"
kind = "ct-swapped"
node = "panel"
circuit = 2
with_circuit = 5
[[event]]
at = "00:02:20"
kind = "grid-sense-dead"
node = "panel"
"""


@contextmanager
def panel(folder):
    """The node, its loads on; the faults come later."""
    loads = "".join(LOAD % (n, 50 + 10 * n) for n in range(1, 7))
    (folder / "site.toml").write_text(SITE + loads + FAULTS)
    scenario = read(folder / "site.toml")
    desk = Desk("panel", "submeter6", clock="lockstep", start_s=scenario.site.start_2000_s)
    settings = node_settings(scenario, scenario.node[0])
    with DeskNode(desk, folder / "node", settings) as node:
        node.hello()
        console = InWorld(node, World(scenario))
        console.wait(_START_S)
        yield console


def walked(console):
    """{(finding, circuits): its words} of a walk; all loads are wanted on again."""
    node = Node(console, console.wait)
    seen = node.see()
    board = parts_of(seen.board)
    journal = Journal(seen.mac, "", lambda _text: None)
    hands = Hands(lambda _question: False, lambda _check: None, close_s=0)
    Walk(node, board, by_itself(node, seen, board), journal, hands).run()
    assert all(one.wanted for one in node.loads())
    found = journal.report({})["findings"]
    return {(one["kind"], tuple(one["circuits"])): one["says"] for one in found}


def test_nothing_is_found_before_and_each_fault_by_name_after_it_came(tmp_path):
    with panel(tmp_path) as console:
        assert walked(console) == {}
        left_ms = _FAULTS_MS - console.world.now_ms
        assert left_ms > 0
        console.wait(left_ms / 1000 + 5)
        found = walked(console)
    assert set(found) == {("ct-reversed", (1,)), ("cts-swapped", (2, 5)), ("dead-sense", ())}
    assert "the grid sense is dead" in found["dead-sense", ()]
