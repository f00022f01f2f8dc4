"""`tomo settings` and the whole desk nodes that live by what it wrote, in a chip or on a port."""

import json

import pytest

from tests.node.desk_nodes import with_port
from tests.node.held_nodes import chip, copies, life, squeezed, tomo
from tomo.image.documents import WHOLE, put_node_settings

pytestmark = pytest.mark.usefixtures("desk32")

GIVEN = {
    "name": "east wing",
    "wifi_ssid": "desk",
    "wifi_password": "do not tell",
    "line_hz": 60,
    "loads": [{"name": "lights", "tier": 0}, {"name": "heater", "tier": 4, "locked_off": 1}],
}
PUBLIC = {key: value for key, value in GIVEN.items() if key != "wifi_password"}
TWICE_WRONG = {"loads": [{"rated_w": 12_001}], "stagger_s": -1}


def settings(*arguments):
    return tomo("settings", *arguments)


@pytest.fixture
def folder(tmp_path):
    """Of a node that was given settings, has run, and is stopped."""
    with life(tmp_path, settings=GIVEN) as node:
        node.run(1_000)
    return tmp_path


def stored(folder):
    """The document that both copies hold."""
    first, second = copies(chip(folder), "settings").copies
    assert (first.state, second.state) == (WHOLE, WHOLE)
    assert first.body == second.body
    return json.loads(first.body)


def console_document(node):
    """The settings as the node itself tells them."""
    return node.ask("settings", "settings")["document"]


def test_show_tells_what_a_node_lives_by(folder):
    status, out, told = settings("show", folder, "--json")
    rows = {row["key"]: row for row in map(json.loads, out.splitlines())}
    assert (status, told) == (0, "")
    given = {key: row["value"] for key, row in rows.items() if row["given"]}
    assert given == {
        "name": "east wing", "wifi_ssid": "desk", "wifi_password": None, "line_hz": 60,
        "loads.0.name": "lights", "loads.0.tier": 0,
        "loads.1.name": "heater", "loads.1.locked_off": 1,
    }  # fmt: skip
    assert "do not tell" not in out + settings("show", folder)[1]


HOLD = {"return_hold_s": 5}


def test_what_is_set_in_a_chip_is_what_its_node_starts_with(folder):
    for key, value in (("name", "灯火"), ("loads.0.tier", "3"), ("loads.2.name", "pump")):
        assert settings("set", folder, key, value)[0] == 0
    wanted = PUBLIC | {"name": "灯火"}
    wanted["loads"] = [GIVEN["loads"][0] | {"tier": 3}, GIVEN["loads"][1], {"name": "pump"}]
    with life(folder) as node:
        node.run(1_000)
        assert node.wait("boot")["name"] == "灯火"
        assert console_document(node) == wanted
        # 300 s of healthy grid, 30 s of random delay at most, 5 s and a second between six closes.
        node.run(370_000, grid_mhz=60_000, load_mhz=60_000)
        assert node.wait("load")["load"] == "lights"
        closed = {name for name, value in node.outputs.items() if value}
    # All but the heater, which is locked off.
    assert closed == {"relay1", "relay3", "relay4", "relay5", "relay6"}


def test_what_one_node_exports_another_lives_by(folder, tmp_path):
    file, other = tmp_path / "settings.json", tmp_path / "other"
    assert settings("export", folder, file, "--with-secrets")[0] == 0
    with life(other) as node:
        node.run(1_000)
    assert settings("import", other, file)[0] == 0
    # What the file does not name stays: a new desk node has a short hold.
    assert stored(other) == GIVEN | HOLD
    with life(other) as node:
        node.run(1_000)
        assert node.wait("boot")["name"] == "east wing"
        assert console_document(node) == PUBLIC | HOLD
    status, out, told = settings("export", other)
    assert (status, json.loads(out)) == (0, PUBLIC | HOLD)
    assert "left out: wifi_password" in told


def test_after_defaults_a_node_starts_with_nothing_but_its_counters(folder):
    assert settings("defaults", folder)[0] == 0
    assert stored(folder) == {}
    with life(folder) as node:
        node.run(1_000)
        assert node.wait("boot")["name"] == ""
        assert console_document(node) == {}
        assert node.ask("status", "status")["boots"] == 2


WRONG = [
    (("show", "{folder}/nothing"), 2, "is no flash image, no desk node's folder"),
    (("show", "{folder}/wrong.json"), 1, "wrong.json has"),
    (("show", "{folder}", "name"), 2, "unexpected extra argument"),
    (("set", "{folder}", "stagger_s", "301"), 1, "stagger_s may be 0 to 300 s, not 301"),
    (("set", "{folder}", "lamp_role", "any"), 1, "lamp_role may be evacuation or main or other"),
    (("set", "{folder}", "loads.3.tier", "1"), 1, "there are 2 loads, counted from 0"),
    (("set", "{folder}", "name"), 2, "Missing argument 'value'"),
    (("export", "{folder}", "/no/such/folder/x"), 2, "/no/such/folder/x"),
    (("export", "{folder}", "--secrets"), 2, "No such option"),
    (("export", "/dev/no-such-port"), 5, "/dev/no-such-port is not there"),
    (("import", "{folder}", "{folder}/nothing"), 2, "nothing"),
    (("import", "{folder}", "{folder}/flash.bin"), 1, "is not JSON"),
    (("import", "{folder}", "{folder}/wrong.json"), 1, "loads.0.rated_w may be 0 to 12000 W"),
    (("defaults",), 2, "Missing argument"),
    (("defaults", "{folder}/nothing"), 2, "is no flash image, no desk node's folder"),
    (("defaults", "{folder}", "name"), 2, "unexpected extra argument"),
]


@pytest.mark.parametrize(("arguments", "status", "told"), WRONG)
def test_what_is_asked_wrongly_is_told_and_changes_nothing(folder, arguments, status, told):
    (folder / "wrong.json").write_text(json.dumps(TWICE_WRONG))
    before = chip(folder).read_bytes()
    found, out, error = settings(*(argument.format(folder=folder) for argument in arguments))
    assert (found, out) == (status, "")
    assert told in squeezed(error)
    assert chip(folder).read_bytes() == before


def test_a_running_node_is_set_on_its_port_and_its_chip_is_for_nobody_else(tmp_path):
    file = tmp_path / "settings.json"
    # All of it comes before the first load is closed: then flash may not be erased for a while.
    started = {"wifi_ssid": "desk", "name": "submeter6", "return_hold_s": 600}
    put_node_settings(tmp_path, started)
    with with_port("submeter6", tmp_path) as port:
        status, _, told = settings("set", port, "line_hz", "60")
        assert (status, told) == (0, "takes effect when the node starts next\n")
        assert settings("set", port, "loads.0.name", "pump")[0] == 0
        changed = started | {"line_hz": 60, "loads": [{"name": "pump"}]}
        assert json.loads(settings("export", port)[1]) == stored(tmp_path) == changed
        for wrong in (("set", tmp_path, "line_hz", "50"), ("defaults", chip(tmp_path))):
            status, _, told = settings(*wrong)
            assert (status, told.split(":")[0]) == (5, f"a node runs in {tmp_path}")
        # What only the node can refuse: it has a load, and here it is told of the third.
        status, _, told = settings("set", port, "loads.2.tier", "1")
        assert (status, "the node refuses loads.2.tier" in told) == (1, True)
        assert stored(tmp_path) == changed
        assert settings("defaults", port)[0] == 0
        assert stored(tmp_path) == {}
        file.write_text(json.dumps(changed))
        assert settings("import", port, file)[0] == 0
        shown = map(json.loads, settings("show", port, "--json")[1].splitlines())
        assert {row["key"]: row["value"] for row in shown if row["given"]} == {
            "wifi_ssid": "desk", "name": "submeter6", "line_hz": 60, "loads.0.name": "pump",
            "return_hold_s": 600,
        }  # fmt: skip
    assert stored(tmp_path) == changed
