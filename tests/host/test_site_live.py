"""`tomo site check --live`: what differs is told of each node, and who is not reached."""

import json
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from tests.desk_bridge import ROOT
from tests.host.fresh_board import FreshBoard
from tomo.cli.app import app
from tomo.errors import HostError, NodeSilent, UsageError
from tomo.inventory.store import Inventory
from tomo.provision import compare
from tomo.provision.node import Node
from tomo.provision.steps import Order, provision
from tomo.site.read import read

FILE = ROOT / "examples" / "site.toml"
SITE = read(FILE).site


@pytest.fixture
def live(tmp_path, monkeypatch):
    """The house on its console, the pole on the network, and nobody in the shop."""
    board, inventory = FreshBoard(), Inventory(tmp_path / "inventory.db")
    provision(Order(SITE, SITE.node[0]), Node(board), inventory, lambda *_: None)  # pyright: ignore
    pole = {"product": "streetlight", "serial": "TL-000012"}

    @contextmanager
    def opened(_port):
        yield board

    def about(_controller, ip, _objects):
        if ip != "192.168.10.21":
            raise NodeSilent(f"{ip} is silent")
        return pole

    monkeypatch.setattr(compare, "open_console", opened)
    monkeypatch.setattr(compare, "about", about)

    def call(*more, file=FILE):
        typed = ["site", "check", str(file), "--live", "--json", "--inventory"]
        done = CliRunner().invoke(app, [*typed, str(inventory.path), *more])
        told = [json.loads(line) for line in done.stdout.splitlines()]
        return done, [(one["node"], one["state"], one["key"]) for one in told if "node" in one]

    return board, pole, call


def test_what_is_as_the_file_says_and_who_is_silent(live):
    _, _, call = live
    done, told = call("--port", "house=port")
    assert told == [
        ("house", "same", ""), ("shop", "unreachable", "192.168.10.12"), ("pole-17", "same", ""),
    ]  # fmt: skip
    assert isinstance(done.exception, HostError)
    assert str(done.exception).endswith("not reached: shop")


def test_each_difference_is_told(live):
    board, pole, call = live
    board.settings["loads"][2]["tier"] = 4
    board._running["serial"] = "TM-000103"
    board.local = None
    pole["product"] = "submeter6"
    _, told = call("--port", "house=port")
    differing = [(node, key) for node, state, key in told if state == "differs"]
    assert differing == [
        ("house", "serial"), ("house", "clock"), ("house", "loads.2.tier"), ("pole-17", "board"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "told"), [("0.9.1", []), ("0.9.2", [("house", "differs", "firmware")])]
)
def test_the_version_that_the_file_says_is_compared_on_a_console(live, tmp_path, wanted, told):
    text = FILE.read_text().replace("[site]\n", f'[site]\nfirmware = "{wanted}"\n', 1)
    (tmp_path / "site.toml").write_text(text)
    _, seen = live[2]("--port", "house=port", file=tmp_path / "site.toml")
    assert [one for one in seen if one[2] == "firmware"] == told
    assert ("house", "same", "") in seen or told


@pytest.mark.parametrize("text", ["house", "house=", "hut=port"])
def test_a_port_of_no_node_is_usage(live, text):
    assert isinstance(live[2]("--port", text)[0].exception, UsageError)
