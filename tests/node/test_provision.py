"""`tomo provision` and a whole node behind a serial port: read back by the other commands."""

import json

import pytest

from tests.desk_bridge import ROOT
from tests.node.desk_nodes import with_port
from tests.node.held_nodes import tomo
from tomo import __version__
from tomo.image import documents, flash_image
from tomo.inventory.keys import KeyFolder
from tomo.inventory.records import PROVISIONED, REPLACED, WIPED
from tomo.inventory.store import Inventory
from tomo.provision.node import Node
from tomo.provision.readings import in_flash
from tomo.site.node_settings import settings_of
from tomo.site.read import read
from tomo.transport.console import open_console

pytestmark = pytest.mark.usefixtures("desk32")

SITE = ROOT / "examples" / "site.toml"
PASSWORD = "correct horse"


def kept(folder, what):
    """A document as it lies in a node's chip."""
    image = flash_image.load(folder / documents.FLASH_FILE)
    return documents.read(image.partition(what), documents.KINDS[what]).document()


def test_a_fresh_board_becomes_the_house_of_the_example(tmp_path, monkeypatch):
    monkeypatch.setenv("TOMO_WIFI_PASSWORD", PASSWORD)
    inventory = Inventory(tmp_path / "inventory.db")
    folder = tmp_path / "node"

    def provisioned(port):
        options = ("--site", SITE, "--node", "house", "--inventory", inventory.path, "--json")
        status, out, told = tomo("provision", port, *options)
        assert status == 0, told
        *steps, board = map(json.loads, out.splitlines())
        return {one["step"]: one["state"] for one in steps}, board, out + told

    with with_port("submeter6", folder) as port:
        steps, board, said = provisioned(port)
        assert set(steps.values()) == {"done"}
        assert board["took_s"] < 10  # a loaded machine; some two seconds on an idle one
        keys = KeyFolder(inventory.path).read(board["mac"])
        assert keys
        told = json.loads(tomo("settings", "export", port)[1])
        steps, _, again = provisioned(port)
        assert (steps["identity"], steps["key"]) == ("found", "found")
        with open_console(port) as console:
            node = Node(console)
            assert node.identity().serial == node.see().serial == "TM-000101"
            assert node.knows({"key": ""}, keys.key)
            assert node.knows({}, keys.secret)
            assert not node.knows({"key": ""}, keys.secret)
            assert not node.knows({}, keys.key)
            node.start(2, 4_711_000, 120)
    site = read(SITE).site
    wanted = settings_of(site, site.node[0])
    assert told == wanted
    assert kept(folder, "settings") == wanted | {"wifi_password": PASSWORD}
    assert kept(folder, "identity") == {
        "serial": "TM-000101", "hardware": "B", "secret": keys.secret, "key": keys.key,
    }  # fmt: skip
    (stored,) = inventory.boards()
    assert (stored.state, stored.mac, stored.node) == (PROVISIONED, "020000000001", "house")
    assert stored.firmware == __version__
    for secret in (keys.secret, keys.key, PASSWORD):
        assert secret not in said + again
        assert secret.encode() not in inventory.path.read_bytes()

    # Another board takes its place, and leaves service.
    newer = tmp_path / "newer"
    with with_port("submeter6", newer, "--seed", "2") as port:
        options = ("--site", SITE, "--node", "house", "--inventory", inventory.path)
        status, _, told = tomo("replace", port, *options, "--old", folder)
        assert status == 0, told
        image = flash_image.load(newer / documents.FLASH_FILE)
        assert in_flash(image)[2] == (4_711_000, 120)
        assert [one.state for one in inventory.boards()] == [REPLACED, PROVISIONED]
        keys = KeyFolder(inventory.path).read("020000000002")
        assert keys
        traces = [keys.key, keys.secret, PASSWORD, "TM-000102", site.network.ssid]
        assert found_in(newer, traces) == traces
        options = ("--confirm", "TM-000102", "--inventory", inventory.path)
        status, _, told = tomo("wipe", port, *options)
        assert status == 0, told
        assert found_in(newer, traces) == []
        with open_console(port) as console:
            assert Node(console).identity().blank
            assert console.ask("status", "status")["boots"] == 1
    assert inventory.find("TM-000102").state == WIPED


def found_in(folder, traces):
    """Which of these texts are anywhere in a node's chip."""
    data = (folder / documents.FLASH_FILE).read_bytes()
    return [text for text in traces if text.encode() in data]
