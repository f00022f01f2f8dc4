"""A scenario that names a site file: the site as it is there, and who is told of what is wrong."""

import re
from dataclasses import replace

import pytest

from tests.desk_bridge import ROOT
from tomo.jobs.node_settings import node_settings
from tomo.scenario.read import ScenarioError, read

STREET = ROOT / "scenarios" / "street.toml"
SITE = ROOT / "examples" / "site.toml"


@pytest.fixture
def street(tmp_path):
    """street(*(old, new)): the scenario read, with these places of it or of its site changed."""

    def scenario(*changes):
        texts = {"street.toml": STREET.read_text("utf-8"), "site.toml": SITE.read_text("utf-8")}
        texts["street.toml"] = texts["street.toml"].replace("../examples/", "")
        for old, new in changes:
            name = next(name for name, text in texts.items() if old in text)
            texts[name] = texts[name].replace(old, new, 1)
        for name, text in texts.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return read(tmp_path / "street.toml")

    return scenario


def test_nodes_are_told_what_the_site_says():
    scenario = read(STREET)
    house, shop, pole = scenario.node
    assert (scenario.site.name, scenario.site.seed) == ("House, shop and street", 17)
    assert (scenario.inverter.continuous_w, scenario.inverter.reconnect_s) == (3000, 5)
    told = node_settings(scenario, house)
    assert told["island_limit_w"] == 1500
    assert told["loads"][2] == {
        "name": "house fridge", "tier": 2, "rated_w": 300, "min_off_s": 30, "locked_off": 0,
    }  # fmt: skip
    assert len(node_settings(scenario, shop)["loads"]) == 5
    assert node_settings(scenario, pole)["lamp_role"] == "evacuation"


def test_a_load_draws_what_the_scenario_says_else_its_rating():
    loads = {load.name: load for load in read(STREET).node[0].load}
    fridge, heater = loads["house fridge"], loads["house water heater"]
    assert (fridge.profile.watts, fridge.power_factor) == (120, 0.85)
    assert (heater.profile.watts, heater.power_factor) == (3000, 0.95)


def test_nodes_live_in_this_machines_own_network():
    assert [node.ip for node in read(STREET).node] == [
        "127.168.10.11", "127.168.10.12", "127.168.10.21",
    ]  # fmt: skip


def test_the_site_in_the_scenario_itself_is_the_same(tmp_path, street):
    """What the example says, written into a scenario: both are read as the same."""
    path = tmp_path / "own.toml"
    text = SITE.read_text("utf-8")
    text = re.sub(r"\[network\].*?(?=\[inverter)", "", text, flags=re.DOTALL)
    text = re.sub(r"\[\[serials\]\].*?(?=\[\[node)", "", text, flags=re.DOTALL)
    text = re.sub(
        r'(?m)^(feeds|confirm|line_hz|line_v|serial|place = "1|place = "pole).*\n', "", text
    )
    text = text.replace("192.168", "127.168")
    text = text.replace(
        "[inverter]", "[battery]\ncapacity_wh = 9000\nsoc_percent = 70\n[inverter]\nreconnect_s = 5"
    )
    text = text.replace(
        "latitude", 'start = 2026-11-23T17:00:00\nduration = "00:02:50"\nseed = 17\nlatitude'
    )
    text = re.sub(r"(?m)^(rated_w = (\d+))$", r"\1\nprofile = { watts = \2 }", text)
    path.write_text(text, encoding="utf-8")
    own = read(path)
    scenario = STREET.read_text("utf-8")
    plain = scenario[scenario.index("# What is not said") : scenario.index("[[event]]")]
    named = replace(street((plain, "")), path=path, event=(), expect=())
    assert named == own


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('of = "house fridge"', 'of = "house fidge"',
         r"appliance\[1\].of: no load 'house fidge' in .*site.toml; did you mean 'house fridge'"),
        ('of = "shop counter"', 'of = "house fridge"',
         r"street.toml:\d+: appliance\[3\].of: a second time of 'house fridge'"),
        ("watts = 120", 'file = "none.csv", column = "a", start = 2014-11-20T17:05:00Z',
         r"street.toml:\d+: appliance\[1\].profile.file: no data file"),
        ("soc_percent = 70", "soc_percent = 7", r"street.toml:\d+: battery.soc_percent: below"),
        ('of = "street"', 'of = "road"', r"street.toml:\d+: expect\[7\].of: expected a load or la"),
        ("reconnect_s = 5", "continuous_w = 5", r"street.toml:\d+: inverter.continuous_w: unknown"),
        ('ip = "192.168.10.12"', 'ip = "10.168.10.11"',
         r"street.toml:4: site: a second node at 127.168.10.11"),
        ("[run]", "[site]", "stands there twice|Cannot"),
        ('site = "site.toml"', 'site = "sight.toml"', "sight.toml: cannot be read"),
        ("tier = 4", "tier = 5",
         r"site.toml:\d+: node\[1\].load\[6\].tier: expected 0 to 4, got 5"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_where_it_stands(street, old, new, told):
    with pytest.raises(ScenarioError) as error:
        street((old, new))
    assert len(error.value.problems) == 1
    assert re.search(told, error.value.problems[0]), error.value.problems


def test_what_the_site_is_warned_of_is_told_before_the_run_too(street):
    warnings = street(('ip = "192.168.10.12"', "line_hz = 60")).warnings
    assert [re.sub(r".*\.toml:\d+: ", "", one) for one in warnings] == [
        "node[2].line_hz: 60, but the site has 50"
    ]
