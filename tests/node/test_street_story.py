"""Three blank chips become a street: flashed, provisioned, commissioned, through a blackout.

Flashing and provisioning are in real time on virtual boards. On the same chips the rest is in
virtual time, where a walk of half a minute takes a second or two.
"""

import io
from contextlib import contextmanager

import pytest

from proofs.tray.bench import Bench
from proofs.tray.street import flash_all, provision
from tests.desk_bridge import ROOT
from tests.node.desk_nodes import seats
from tests.node.in_world import InWorld
from tomo.board.read import parts_of
from tomo.commission.expect import by_site
from tomo.commission.journal import Journal
from tomo.commission.node import Node
from tomo.commission.walk import Hands, Walk
from tomo.image import documents, flash_image
from tomo.inventory.store import Inventory
from tomo.jobs.chips import chips_of
from tomo.jobs.run_site import Options, run_site
from tomo.render.timeline import JsonView
from tomo.scenario import read as scenarios
from tomo.site.read import read
from tomo.transport.desk_node import Desk, DeskNode
from tomo.virtual.board import flash_file
from tomo.world.site import World

pytestmark = pytest.mark.usefixtures("desk32")

STREET = ROOT / "scenarios" / "street.toml"
SEATS = {"house": 1, "shop": 2, "pole-17": 3}
# Until loads return: the site's hold time.
_START_S = 35
WIRED_WRONG = """
[[event]]
at = "00:00:10"
kind = "ct-reversed"
node = "house"
circuit = 3
[[event]]
at = "00:00:10"
kind = "ct-swapped"
node = "shop"
circuit = 1
with_circuit = 4
[[event]]
at = "00:00:10"
kind = "grid-sense-dead"
node = "pole-17"
"""
FOUND = {
    "house": {"ct-reversed": (3,)},
    "shop": {"cts-swapped": (1, 4)},
    "pole-17": {"dead-sense": ()},
}


@pytest.fixture(scope="module")
def site():
    return read(ROOT / "examples" / "site.toml").site


@pytest.fixture(scope="module")
def street(site, tmp_path_factory):
    """Where the nodes' chips are, each in its folder; and the inventory."""
    folder = tmp_path_factory.mktemp("street")
    inventory = Inventory(folder / "inventory.db")
    with Bench(folder / "tray", len(SEATS), {}, None, seats(1)[0]) as bench:
        flash_all(bench, folder, site, SEATS)
        for name, number in SEATS.items():
            bench.order(number, "power on")
            provision(bench, site, name, number, inventory.path)
            bench.order(number, "power off")
    chips = folder / "chips"
    for name, number in SEATS.items():
        (chips / name).mkdir(parents=True)
        chip = flash_file(folder / "tray", bench.board(number).name)
        chip.rename(chips / name / documents.FLASH_FILE)
    return chips, inventory


def serial(chip):
    part = flash_image.load(chip).partition("identity")
    return (documents.read(part, documents.KINDS["identity"]).document() or {})["serial"]


@contextmanager
def started(scenario, node, folder):
    """A node of the scenario on the chip in its folder, as it is."""
    desk = Desk(node.name, node.board, clock="lockstep", start_s=scenario.site.start_2000_s)
    with DeskNode(desk, folder) as running:
        running.hello()
        console = InWorld(running, World(scenario))
        console.wait(_START_S)
        yield console


def walked(console, site, name):
    """The findings of a walk by the site file, {kind: circuits}; hands let loads be dark."""
    node = Node(console, console.wait)
    seen = node.see()
    fitted = next(one for one in site.node if one.name == name)
    journal = Journal(seen.mac, "", lambda _text: None)
    hands = Hands(lambda question: "feeds" in question, lambda _check: None, close_s=60)
    Walk(node, parts_of(seen.board), by_site(site, fitted, seen), journal, hands).run()
    return {one["kind"]: one["circuits"] for one in journal.report({})["findings"]}


def test_each_fault_in_the_wiring_is_found_and_named_on_the_chips_as_provisioned(
    street, site, tmp_path
):
    chips, inventory = street
    text = STREET.read_text(encoding="utf-8").partition("[[event]]")[0]
    text = text.replace('"../examples/site.toml"', f'"{site.path}"').replace("02:50", "59:00")
    (tmp_path / "wrong.toml").write_text(text + WIRED_WRONG, encoding="utf-8")
    scenario = scenarios.read(tmp_path / "wrong.toml")
    found = {}
    for node in scenario.node:
        with started(scenario, node, chips / node.name) as console:
            found[node.name] = walked(console, site, node.name)
    assert found == FOUND
    stored = {board.node: board.serial for board in inventory.boards()}
    assert stored == {name: serial(chips / name / documents.FLASH_FILE) for name in SEATS}


def test_the_same_chips_wired_right_live_through_the_blackout_as_the_street_they_are(
    street, tmp_path
):
    chips, _ = street
    scenario = scenarios.read(STREET)
    given = chips_of(chips, scenario)
    assert given.warnings == ()
    options = Options(tmp_path / "run", clock="virtual", chips=given.of)
    outcome = run_site(scenario, options, JsonView(scenario, io.StringIO()))
    assert outcome.held, outcome.summary
    for name, chip in given.of.items():
        assert serial(tmp_path / "run" / "nodes" / name / documents.FLASH_FILE) == serial(chip)
