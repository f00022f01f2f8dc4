"""What a scenario says of settings is what the firmware declares, checked and in the docs."""

import re

import pytest

from tests.desk_bridge import ROOT
from tomo.jobs.node_settings import node_settings
from tomo.scenario.read import ScenarioError, read
from tomo.scenario.schema import GRID, INVERTER, LAMP, LOAD, SETTINGS, SITE
from tomo.tables.keys import REQUIRED
from tomoshibi.settings.check import fits
from tomoshibi.settings.declared import LOAD_SETTINGS
from tomoshibi.settings.declared import SETTINGS as ROWS

BLACKOUT = ROOT / "scenarios" / "blackout.toml"
# The keys of a scenario that are settings of another name, or of another table.
RENAMED = {
    "lamp_role": (LAMP, "role"), "lamp_full_w": (LAMP, "full_w"),
    "lamp_standby_mw": (LAMP, "standby_mw"), "island_energy_wh": (LAMP, "island_energy_wh"),
    "line_hz": (GRID, "nominal_hz"), "utc_offset_min": (SITE, "utc_offset_min"),
}  # fmt: skip
ABSENT = {
    "name", "wifi_ssid", "wifi_password", "ntp_server", "time_from", "latitude_e4", "longitude_e4",
    "line_v",
}  # fmt: skip


def key(table, name):
    return next(one for one in table.keys if one.name == name)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_nodes_setting_is_a_key_with_its_range(row):
    if row[0] in ABSENT:
        assert row[0] not in SETTINGS.names()
        return
    found = key(*RENAMED.get(row[0], (SETTINGS, row[0])))
    assert found.default == (row[5] if row[0] in RENAMED else None)
    assert found.unit == row[4]
    if row[1] == "choice":
        assert found.choices == row[3]
    else:
        assert (found.low, found.high) == row[2:4]


def test_loads_and_inverter_have_the_rows_ranges():
    for row in LOAD_SETTINGS:
        found = key(LOAD, row[0])
        if found.kind == "flag":
            assert (row[0], found.default) == ("locked_off", False)
            continue
        assert (found.low, found.high) == row[2:4]
        assert found.default in (REQUIRED, row[5])
    surge = key(INVERTER, "surge_ms")
    assert (surge.low, surge.high, surge.default) == (100, 60_000, 5_000)


def changed(tmp_path, settings, load=""):
    path = tmp_path / "x.toml"
    text = BLACKOUT.read_text(encoding="utf-8")
    text = text.replace("settings = {", "settings = { " + settings, 1)
    path.write_text(text.replace("rated_w = 50", load or "rated_w = 50", 1))
    (tmp_path / "data").symlink_to(BLACKOUT.parent / "data")
    return path


def test_any_setting_reaches_its_node(tmp_path):
    said = "grid_gain_permille = 1050, trust_s = 600,"
    scenario = read(changed(tmp_path, said, "rated_w = 77"))
    settings = node_settings(scenario, scenario.node[0])
    assert (settings["grid_gain_permille"], settings["trust_s"]) == (1050, 600)
    assert settings["loads"][0]["rated_w"] == 77
    assert all(fits(row, settings[row[0]]) for row in ROWS if row[0] in settings)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("trust_s = 600.0,", "trust_s: expected a whole number, written without a point"),
        ("trust_s = true,", "trust_s: expected 300 to 86400 s, got True"),
        ("line_hz = 50,", "line_hz: unknown key"),
        ("wifi_ssid = 'x',", "wifi_ssid: unknown key"),
    ],
)
def test_what_a_node_would_refuse_or_the_scenario_says_elsewhere_is_told(tmp_path, said, told):
    with pytest.raises(ScenarioError) as error:
        read(changed(tmp_path, said))
    assert told in str(error.value)


def told_in_docs(heading):
    """{key: (type, range, default)} of the table below a heading of docs/scenarios.md."""
    text = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    table = text.split(f"\n{heading}", 1)[1].split("\n\n`", 1)[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| `")]
    closed = re.compile(r"(?<=\d) (?=\d{3})")
    return {cells[1].strip(" `"): [closed.sub("", cell).strip() for cell in cells[2:5]]
            for cells in rows}  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "table", "names"),
    [
        ("`[site]`", SITE, ("utc_offset_min",)),
        ("`[grid]`", GRID, ("nominal_hz",)),
        ("`[inverter]`", INVERTER, ("surge_ms",)),
        ("`[[node.load]]`", LOAD, [row[0] for row in LOAD_SETTINGS]),
        ("`[[node.lamp]]`", LAMP, ("role", "full_w", "standby_mw", "island_energy_wh")),
    ],
)
def test_the_docs_have_the_ranges_and_defaults_that_are_checked(heading, table, names):
    told = told_in_docs(heading)
    for name in names:
        declared = key(table, name)
        kind, span, default = told[name]
        if declared.kind == "choice":
            assert re.findall(r"\w+", kind.replace(" or ", " ")) == list(map(str, declared.choices))
        elif declared.kind != "flag":
            words = f"{declared.low} to {declared.high} {declared.unit}".strip()
            assert span.replace("−", "-") == words
        wanted = "" if declared.default is REQUIRED else str(declared.default).lower()
        assert default.strip("`") == wanted
