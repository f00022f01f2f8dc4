"""`tomo wipe` against a stand-in: what it needs, refuses, and leaves on this machine."""

import json
from contextlib import contextmanager
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.desk_bridge import ROOT
from tests.host.fresh_board import FreshBoard
from tomo.cli import wipe as command
from tomo.cli.app import app
from tomo.errors import HostError, MachineRefused, NodeSilent, NodeWrong, UsageError
from tomo.inventory.keys import KeyFolder
from tomo.inventory.records import PROVISIONED, WIPED
from tomo.inventory.store import Inventory
from tomo.provision.node import Node
from tomo.provision.serial import WrongIdentity
from tomo.provision.steps import Order, provision
from tomo.provision.wipe import Blank, wipe
from tomo.site.read import read

SITE = read(ROOT / "examples" / "site.toml").site
SERIAL = "TM-000101"


@pytest.fixture
def inventory(tmp_path):
    return Inventory(tmp_path / "inventory.db")


@pytest.fixture
def board(inventory) -> Any:
    """The house, provisioned."""
    board: Any = FreshBoard()
    again(board, inventory)
    return board


def again(board, inventory):
    provision(Order(SITE, SITE.node[0]), Node(board), inventory, lambda *_: None)


def keys(inventory, board):
    return KeyFolder(inventory.path).read(board.mac)


def test_nothing_is_left_but_its_history_and_its_serial_number(board, inventory):
    assert wipe(Node(board), inventory, SERIAL) == SERIAL
    assert (board.identity, board.settings) == ({}, {})
    stored = inventory.of_chip(board.mac)
    assert (stored.state, stored.serial, stored.key, stored.secret) == (WIPED, SERIAL, "", "")
    assert inventory.history(board.mac)[-1].what == "wiped, keys destroyed"
    assert not KeyFolder(inventory.path).path(board.mac).exists()
    again(board, inventory)
    stored = inventory.of_chip(board.mac)
    assert (stored.state, stored.serial) == (PROVISIONED, SERIAL)


def test_its_place_is_free_for_another(board, inventory):
    wipe(Node(board), inventory, SERIAL)
    again(FreshBoard(mac="020000000002"), inventory)
    assert inventory.find("house").serial == "TM-000102"


def test_keys_are_kept_when_told_so(board, inventory):
    wipe(Node(board), inventory, SERIAL, keep_key=True)
    assert keys(inventory, board)
    assert inventory.history(board.mac)[-1].what == "wiped, keys kept"


def test_another_board_than_the_one_meant_is_refused(board, inventory):
    with pytest.raises(WrongIdentity, match="this is board TM-000101, and TM-000102 was"):
        wipe(Node(board), inventory, "TM-000102")
    assert board.identity


def test_a_board_whose_key_is_elsewhere_is_refused(board, tmp_path):
    with pytest.raises(WrongIdentity, match="has a key"):
        wipe(Node(board), Inventory(tmp_path / "other.db"), SERIAL)
    assert board.identity


def test_a_board_without_a_key_goes_by_its_name(inventory):
    board: Any = FreshBoard()
    board.settings["name"] = "x"
    assert wipe(Node(board), inventory, board.mac) == board.mac
    assert not board.settings
    with pytest.raises(Blank):
        wipe(Node(board), inventory, board.mac)


@pytest.mark.parametrize("what", ["before", "after", "keys"])
def test_cut_it_goes_on_and_keys_go_last(board, inventory, monkeypatch, what):
    def cut(_number, late):
        if board.heard[-1].startswith("wipe") and late == (what == "after"):
            raise NodeSilent("port is gone")

    def full(*_):
        raise MachineRefused("disk is gone")

    with monkeypatch.context() as patch:
        if what == "keys":
            patch.setattr(KeyFolder, "destroy", full)
        else:
            board.cut = cut
        with pytest.raises(HostError):
            wipe(Node(board), inventory, SERIAL)
    assert keys(inventory, board)
    assert inventory.of_chip(board.mac).state == PROVISIONED
    board.cut = lambda *_: None
    wipe(Node(board), inventory, SERIAL)
    assert inventory.of_chip(board.mac).state == WIPED
    assert not keys(inventory, board)


def test_a_board_that_keeps_something_is_not_wiped(board, inventory, monkeypatch):
    def half(_rest):
        board.identity, board.settings = {}, {"wiping": True}
        return {"event": "wiping"}

    with monkeypatch.context() as patch:
        patch.setattr(board, "do_wipe", half)
        with pytest.raises(NodeWrong, match="does not find itself blank"):
            wipe(Node(board), inventory, SERIAL)
    assert inventory.of_chip(board.mac).state == PROVISIONED
    assert keys(inventory, board)
    board._running = {}
    wipe(Node(board), inventory, SERIAL)
    assert not board.settings


def test_without_a_terminal_it_wants_to_be_told_which(board, inventory, monkeypatch):
    @contextmanager
    def opened(_port):
        yield board

    monkeypatch.setattr(command, "open_console", opened)
    typed = ["wipe", "port", "--inventory", str(inventory.path)]
    done = CliRunner().invoke(app, typed)
    assert isinstance(done.exception, UsageError)
    assert board.identity
    done = CliRunner().invoke(app, [*typed, "--confirm", SERIAL, "--json"])
    assert json.loads(done.stdout) == {"serial": SERIAL, "state": "wiped", "keys_kept": False}
