"""`tomo replace` against stand-ins: readings that never go back, cuts, both boards' history."""

import json
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.desk_bridge import ROOT
from tests.host import chips
from tests.host.fresh_board import FreshBoard, whole
from tomo.cli import provision as command
from tomo.cli.app import app
from tomo.errors import HostError, NodeSilent, UsageError
from tomo.inventory.records import BEGUN, PROVISIONED, REPLACED
from tomo.inventory.store import Inventory, Taken
from tomo.provision import old_board
from tomo.provision.node import Node
from tomo.provision.readings import completed, in_dump, in_flash, typed
from tomo.provision.serial import WrongIdentity
from tomo.provision.steps import Order, provision
from tomo.site.read import read
from tomo.transport.console import ConsoleFlash

SITE = read(ROOT / "examples" / "site.toml").site
HOUSE = SITE.node[0]
READINGS = {1: (4_711_000, 120), 2: (5, 0), 3: (0, 0)}
OLD, NEW = "TM-000101", "TM-000102"


@pytest.fixture
def inventory(tmp_path):
    """The house is a board already."""
    inventory = Inventory(tmp_path / "inventory.db")
    run(FreshBoard(), inventory, None)
    return inventory


def run(board, inventory, readings=READINGS, **other):
    told = {}
    replaces = inventory.of_node(SITE.name, HOUSE.name)
    order = Order(SITE, HOUSE, "correct horse", replaces=replaces, readings=readings, **other)
    provision(order, Node(board), inventory, told.__setitem__)
    return told


def newer():
    return FreshBoard(mac="020000000002")


def need_replaced(inventory, board):
    states = {one.serial: (one.state, one.node) for one in inventory.boards()}
    assert states == {OLD: (REPLACED, "house"), NEW: (PROVISIONED, "house")}
    assert board.counters == {1: (4_711_000, 120), 2: (5, 0)}
    assert inventory.find("house").serial == NEW


def test_the_new_board_goes_on_and_both_histories_tell(inventory):
    board = newer()
    assert run(board, inventory)["readings"] == "done"
    need_replaced(inventory, board)
    old, new = (inventory.history(inventory.find(one).mac) for one in (OLD, NEW))
    assert old[-1].what == f"replaced as house by {NEW}"
    assert [one.what for one in new][:2] == [
        "begun for house", "takes over readings: 1=4711000/120 Wh, 2=5/0 Wh, 3=0/0 Wh",
    ]  # fmt: skip
    board.counters[1] = (4_711_500, 130)  # it has counted on since
    board.heard.clear()
    assert run(board, inventory)["readings"] == "found"
    assert not [one for one in board.heard if one.startswith("start")]


def test_cut_while_readings_are_given_it_goes_on_and_no_counter_goes_back(tmp_path):
    """Cuts elsewhere: test_provision.py."""
    for nth, word in enumerate(("identify", "start", "start", "reboot")):
        inventory = Inventory(tmp_path / str(nth) / "inventory.db")
        run(FreshBoard(), inventory, None)
        board = newer()
        board.cut = pulled_at(board, word, 1 + (nth == 2))
        with pytest.raises(NodeSilent):
            run(board, inventory)
        assert [one.state for one in inventory.boards()] == [REPLACED, BEGUN]
        board.cut = whole
        # What was started goes on meanwhile.
        counted = board.counters = {
            branch: (wh + 3, out) for branch, (wh, out) in board.counters.items()
        }
        run(board, inventory)
        assert board.counters == {1: READINGS[1], 2: READINGS[2]} | counted
        assert [one.state for one in inventory.boards()] == [REPLACED, PROVISIONED]


def pulled_at(board, word, times):
    """The cable is pulled when this command has been carried out so often."""

    def cut(_number, late):
        heard = [one for one in board.heard if one.startswith(word)]
        if late and board.heard[-1].startswith(word) and len(heard) == times:
            raise NodeSilent("port is gone")

    return cut


def test_a_board_that_has_counted_on_its_own_is_refused_untouched(inventory):
    board = newer()
    board.counters = {2: (6, 0)}
    before = inventory.boards()
    with pytest.raises(HostError, match=r"has counted already: 2=6/0 Wh"):
        run(board, inventory)
    assert (board.identity, inventory.boards()) == ({}, before)


def test_provisioning_another_board_names_the_way(inventory):
    fresh: Any = newer()
    with pytest.raises(Taken) as refused:
        provision(Order(SITE, HOUSE), Node(fresh), inventory, lambda *_: None)
    assert "tomo replace" in refused.value.hint


def test_what_was_set_besides_goes_on_but_what_is_the_old_boards_own():
    old = old_board.OldBoard(
        settings={"name": "x", "trust_s": 900, "grid_gain_permille": 990, "loads.9.tier": 1}
    )
    assert old_board.more_settings(old, {"name": "house"}) == {"trust_s": 900}


def test_more_settings_are_set_and_looked_for(inventory):
    board = newer()
    run(board, inventory, more={"trust_s": 900})
    assert board.settings["trust_s"] == 900


def test_readings_are_the_same_from_flash_and_from_its_dump(tmp_path):
    board = newer()
    board.counters = {1: (4_711_000, 120), 2: (5, 0)}
    read_back = in_flash(ConsoleFlash(board))  # pyright: ignore
    assert read_back == board.counters
    image = tmp_path / "flash.bin"
    image.write_bytes(chips.whole_chip())
    dump = tmp_path / "old.json"
    dump.write_text(CliRunner().invoke(app, ["registers", "dump", str(image), "--json"]).stdout)
    shown = old_board.read_old(str(image)).readings
    assert shown == in_dump(dump) == old_board.read_old(str(dump)).readings != {}


@pytest.mark.parametrize("text", ["", "{}", "no", '{"number": 3, "value": 4}'])
def test_what_is_no_dump_is_told(tmp_path, text):
    (tmp_path / "old.json").write_text(text)
    with pytest.raises(HostError, match="has no counters"):
        in_dump(tmp_path / "old.json")


def test_typed_readings_count_but_never_go_back():
    assert typed(["2=4711000/120", "1=7"]) == {2: (4_711_000, 120), 1: (7, 0)}
    shown = {1: (5, 5), 2: (9, 9)}
    assert completed(shown, {2: (10, 9), 3: (1, 0)}) == {1: (5, 5), 2: (10, 9), 3: (1, 0)}
    for lower in ({2: (8, 9)}, {2: (10, 8)}):
        with pytest.raises(HostError, match=r"shows 2=9/9 Wh, and 2="):
            completed(shown, lower)


@pytest.mark.parametrize("text", ["2", "2:5", "17=1", "0=1", "2=100000000", "2=-1"])
def test_a_reading_that_cannot_be_is_usage(text):
    with pytest.raises(UsageError):
        typed([text])


@pytest.fixture
def shell(inventory, monkeypatch):
    def call(boards, *arguments):
        @contextmanager
        def opened(port):
            yield boards[port]

        for module in (command, old_board):
            monkeypatch.setattr(module, "open_console", opened)
        monkeypatch.setenv(command.PASSWORD, "correct horse")
        site = ["--site", str(ROOT / "examples" / "site.toml"), "--inventory", str(inventory.path)]
        return CliRunner().invoke(app, ["replace", "new", *site, "--node", "house", *arguments])

    return call


def test_without_a_word_of_the_readings_nothing_is_done(shell):
    done = shell({})
    assert isinstance(done.exception, UsageError)
    assert "--reading" in done.exception.hint


def test_a_live_old_board_notes_that_it_was_replaced(shell, monkeypatch, inventory):
    board, old = newer(), FreshBoard()
    was = old_board.OldBoard(OLD, {1: (4_711_000, 120)}, {"wifi_password": "of the old"}, True)
    monkeypatch.setattr("tomo.cli.replace.read_old", lambda _where: was)
    done = shell({"new": board, "old": old}, "--old", "old", "--reading", "2=5", "--json")
    assert done.exit_code == 0, done.output
    need_replaced(inventory, board)
    assert old.heard == ["retire"]
    assert json.loads(done.stdout.splitlines()[-1])["serial"] == NEW
    monkeypatch.setattr("tomo.cli.replace.read_old", lambda _where: replace(was, serial="TM-9"))
    done = shell({"new": board}, "--old", "old")
    assert isinstance(done.exception, WrongIdentity)
    assert "the old board is TM-9, and house was TM-000101, TM-000102" in str(done.exception)
