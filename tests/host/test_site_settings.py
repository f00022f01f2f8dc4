"""The settings that a site file gives its nodes: as on the desk, and what only a real one needs."""

import pytest

from tests.desk_bridge import ROOT
from tomo.jobs.node_settings import node_settings
from tomo.jobs.stored_settings import need_good, unknown_keys
from tomo.scenario.read import read as read_scenario
from tomo.site.node_settings import settings_of
from tomo.site.read import read as read_site

SITE = ROOT / "examples" / "site.toml"
NETWORK = {"wifi_ssid": "street-nodes", "ntp_server": "192.168.10.1"}


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_node_of_a_site_is_told_what_it_is_told_on_the_desk(number):
    site = read_site(SITE).site
    scenario = read_scenario(ROOT / "scenarios" / "street.toml")
    told = settings_of(site, site.node[number])
    assert told == NETWORK | node_settings(scenario, scenario.node[number])
    need_good(told)
    assert not unknown_keys(told)


def test_a_nodes_own_line_goes_before_the_sites_and_no_network_is_not_told(tmp_path):
    text = SITE.read_text("utf-8")
    text = text.replace('name = "pole-17"', 'name = "pole-17"\nline_v = 200')
    text = text.replace('ssid = "street-nodes"', "").replace("[network]\n", "[network]\n# none\n")
    (tmp_path / "site.toml").write_text(text.replace('ntp_server = "192.168.10.1"', ""))
    site = read_site(tmp_path / "site.toml").site
    house, _, pole = (settings_of(site, node) for node in site.node)
    assert (house["line_v"], pole["line_v"]) == (100, 200)
    assert not {"wifi_ssid", "ntp_server"} & set(house)
