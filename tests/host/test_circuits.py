"""Loads of a scenario on the circuits that they name, or the next; and on one without a relay."""

import pytest

from tests.desk_bridge import ROOT
from tomo import checkout
from tomo.jobs.node_settings import node_settings
from tomo.scenario.read import ScenarioError, read
from tomo.world.site import World

CASE = (ROOT / "scenarios" / "cases" / "three_circuits.toml").read_text(encoding="utf-8")
ROWS = (ROOT / "boards" / "submeter3" / "board.py").read_text(encoding="utf-8")
LOADS = ("till and lights", "fridge", "heater")


@pytest.fixture
def site(tmp_path, monkeypatch):
    """site(*circuits): the case on a board `shop` whose second circuit has no relay."""
    folder = tmp_path / "shop"
    folder.mkdir()
    text = ROWS.replace('"submeter3"', '"shop"').replace("    (2, 26, 0, 1),\n", "")
    (folder / "board.py").write_text(text, encoding="utf-8")
    monkeypatch.setenv(checkout.OWN_BOARDS, str(folder))

    def write(*circuits):
        given = CASE.replace('board = "submeter3"', 'board = "shop"')
        for name, circuit in zip(LOADS, circuits, strict=True):
            if circuit is not None:
                line = f'name = "{name}"\n'
                assert line in given
                given = given.replace(line, f"{line}circuit = {circuit}\n", 1)
        path = tmp_path / "site.toml"
        path.write_text(given, encoding="utf-8")
        return read(path)

    return write


def on_circuits(scenario):
    return {load.name: load.number for load in World(scenario).loads["shop"]}


def test_those_that_name_none_take_what_is_left_in_order(site):
    fridge_fixed = {"till and lights": 1, "fridge": 2, "heater": 3}
    assert on_circuits(site(None, 2, None)) == fridge_fixed
    assert on_circuits(site(3, 2, None)) == fridge_fixed | {"till and lights": 3, "heater": 1}


def test_one_on_a_circuit_without_a_relay_is_on_and_its_node_is_told_nothing_of_it(site):
    scenario = site(None, 2, None)
    world = World(scenario)
    world.advance(1_000)
    drawn_w = {load.name: load.power_w for load in world.loads["shop"]}
    assert drawn_w == {"till and lights": 0, "fridge": 320, "heater": 0}
    told = node_settings(scenario, scenario.node[0])["loads"]
    assert [row["name"] for row in told] == ["till and lights", "heater"]
    assert {one.number for one in world.trace.switched} == {1, 3}


def test_a_relay_without_a_load_is_an_empty_row_for_its_node(site):
    scenario = site(3, 2, None)
    only = scenario.node[0].load[:2]
    assert [load.circuit for load in only] == [3, 2]
    node = type(scenario.node[0])("shop", "shop", "", {}, only)
    assert node_settings(scenario, node)["loads"][0] == {}


@pytest.mark.parametrize(
    ("circuits", "told"),
    [
        ((4, 2, None), "load[1].circuit: shop has loads on circuits 1, 2, 3, got 4"),
        ((1, 2, 1), "load[3].circuit: a second load on circuit 1"),
        ((None, None, None), "load[3]: shop switches 2 loads at most"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(site, circuits, told):
    with pytest.raises(ScenarioError) as error:
        site(*circuits)
    assert any(told in problem for problem in error.value.problems), error.value.problems
