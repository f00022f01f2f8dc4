"""`tomo provision` against a stand-in: what it writes and refuses, cuts, and what is secret."""

import json
import logging
import re
import resource
import traceback
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.desk_bridge import ROOT
from tests.host.fresh_board import FreshBoard, pulled, whole
from tomo.cli import provision as command
from tomo.cli.app import app
from tomo.errors import HostError, MachineRefused, NodeSilent
from tomo.inventory.keys import KeyFolder, fingerprint, make
from tomo.inventory.records import BEGUN, PROVISIONED, Board
from tomo.inventory.store import Inventory, Taken
from tomo.provision.clock import ClockDoubtful, need_credible
from tomo.provision.node import Node
from tomo.provision.serial import WrongIdentity
from tomo.provision.steps import Order, provision
from tomo.site.node_settings import settings_of
from tomo.site.read import read

SITE = read(ROOT / "examples" / "site.toml").site
PASSWORD = "correct horse"
STEPS = ["keys", "identity", "key", "settings", "restart", "time"]
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
YEAR = timedelta(days=365)


@contextmanager
def no_room(bytes_left=0):
    """No file of this process gets longer than that, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_left, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def order(name="house", **other: Any):
    node = next(one for one in SITE.node if one.name == name)
    return replace(Order(SITE, node, PASSWORD), **other)


@pytest.fixture
def inventory(tmp_path):
    return Inventory(tmp_path / "inventory.db")


def run(board, inventory, **other):
    """{step: how it was found}, in their order."""
    told = {}
    provision(order(**other), Node(board), inventory, told.__setitem__)
    return told


def of_chip(inventory, board):
    stored = inventory.of_chip(board.mac)
    assert stored
    return stored


def keys_of(inventory, board):
    keys = KeyFolder(inventory.path).read(board.mac)
    assert keys
    return keys


def need_whole(board, inventory, serial="TM-000101", node="house"):
    """The board has all that the site says, and the inventory has it as good."""
    keys = keys_of(inventory, board)
    assert board.identity == {
        "serial": serial, "hardware": "B", "secret": keys.secret, "key": keys.key,
    }  # fmt: skip
    wanted = settings_of(SITE, order(node).node)
    assert board.settings == wanted | {"wifi_password": PASSWORD}
    assert abs(board.local - timedelta(hours=9) - datetime.now(UTC)) < timedelta(minutes=2)
    stored = of_chip(inventory, board)
    assert (stored.state, stored.serial, stored.node) == (PROVISIONED, serial, node)
    assert (stored.key, stored.secret) == (fingerprint(keys.key), fingerprint(keys.secret))


def test_a_fresh_board_becomes_the_node(inventory):
    board = FreshBoard()
    assert run(board, inventory) == dict.fromkeys(STEPS, "done")
    need_whole(board, inventory)
    done = [one.what for one in inventory.history(board.mac)]
    assert done == [
        "begun for house", "provisioned as house: identity, key, settings, restart, time",
    ]  # fmt: skip


def test_what_is_there_is_found_and_nothing_is_written(inventory):
    board = FreshBoard()
    run(board, inventory)
    board.heard.clear()
    told = run(board, inventory, password="")
    assert told == dict.fromkeys(STEPS[:-1], "found") | {"time": "done"}
    written = [one for one in board.heard if one.startswith(("set ", "identify - ", "reboot"))]
    assert not written
    need_whole(board, inventory)


def test_the_inventory_has_the_firmware_that_a_board_told_last(inventory):
    board = FreshBoard()
    run(board, inventory)
    assert of_chip(inventory, board).firmware == "0.9.1"
    board.firmware = "0.10.0"
    assert run(board, inventory, password="")["settings"] == "found"
    stored = of_chip(inventory, board)
    assert (stored.firmware, stored.state) == ("0.10.0", PROVISIONED)
    shown = CliRunner().invoke(app, ["inventory", "ls", "--inventory", str(inventory.path)])
    assert "0.10.0" in shown.stdout


def test_firmware_that_tells_no_version_is_provisioned_all_the_same(inventory, monkeypatch):
    board = FreshBoard()
    status = board.do_status("")
    del status["firmware"]
    monkeypatch.setattr(board, "do_status", lambda _rest: status)
    run(board, inventory)
    assert of_chip(inventory, board).firmware == ""


def test_only_what_differs_is_set_again(inventory):
    board = FreshBoard()
    run(board, inventory)
    board.settings["loads"][2]["tier"] = 4
    board.heard.clear()
    told = run(board, inventory, password="")
    assert [one for one in board.heard if one.startswith("set ")] == ['set [["loads.2.tier",2]]']
    assert (told["key"], told["settings"], told["restart"]) == ("found", "done", "done")
    need_whole(board, inventory)


def test_cut_anywhere_it_goes_on_and_no_half_is_called_good(tmp_path):
    """The first question is not heard, or the answer of any is lost."""
    cuts = chain([(1, False)], ((at, True) for at in count(1)))
    for number, cut in enumerate(cuts):
        board, inventory = FreshBoard(), Inventory(tmp_path / str(number) / "inventory.db")
        board.cut = pulled(*cut)
        try:
            run(board, inventory)
            break
        except NodeSilent:
            stored = inventory.of_chip(board.mac)
            assert stored is None or stored.state != PROVISIONED
        board.cut = whole
        assert list(run(board, inventory)) == STEPS
        need_whole(board, inventory)
    assert number > 20


def unplugged(_rest):
    raise NodeSilent("port is gone")


def test_a_node_that_is_changed_is_not_good_until_all_of_it_is(inventory, monkeypatch):
    board = FreshBoard()
    run(board, inventory)
    board.settings["line_hz"] = 60
    board.heard.clear()
    monkeypatch.setattr(board, "do_reboot", unplugged)
    with pytest.raises(NodeSilent):
        run(board, inventory, password="")
    assert of_chip(inventory, board).state != PROVISIONED
    monkeypatch.undo()
    assert run(board, inventory, password="")["restart"] == "done"
    need_whole(board, inventory)


@pytest.mark.parametrize("what", ["begin", "keys", "record"])
def test_ctrl_c_leaves_nothing_that_is_called_good(inventory, monkeypatch, what):
    """Before the inventory or the keys are written."""
    end = KeyboardInterrupt
    board = FreshBoard()
    put_all, keep = Inventory.put_all, KeyFolder.keep

    def cramped(self, changes):
        ((stored, _words),) = changes
        if (what == "record") == (stored.state == PROVISIONED) and what != "keys":
            raise end
        put_all(self, changes)

    def kept(self, mac, keys):
        if what == "keys":
            raise end
        keep(self, mac, keys)

    with monkeypatch.context() as patch:
        patch.setattr(Inventory, "put_all", cramped)
        patch.setattr(KeyFolder, "keep", kept)
        with pytest.raises(KeyboardInterrupt):
            run(board, inventory)
    stored = inventory.of_chip(board.mac)
    assert stored is None or stored.state != PROVISIONED
    assert what == "record" or not board.identity  # no key that only the board knows
    run(board, inventory)
    need_whole(board, inventory)


def test_each_board_gets_a_serial_of_its_own(inventory):
    run(FreshBoard(), inventory)
    shop = FreshBoard(mac="020000000002")
    run(shop, inventory, name="shop")
    need_whole(shop, inventory, "TM-000102", "shop")


def test_what_a_factory_wrote_stays(inventory):
    board = FreshBoard()
    factory = {"serial": "TM-000107", "hardware": "B", "secret": "ab" * 32, "calibration": {}}
    board.identity = dict(factory)
    assert run(board, inventory)["identity"] == "found"
    assert {name: board.identity[name] for name in factory} == factory
    stored = of_chip(inventory, board)
    assert (stored.state, stored.serial, stored.secret) == (PROVISIONED, "TM-000107", "")


def untouched(board, inventory, error, match, **other):
    """What was refused, with nothing written anywhere."""
    before = (dict(board.identity), dict(board.settings), inventory.boards())
    with pytest.raises(error, match=match) as refused:
        run(board, inventory, **other)
    assert (board.identity, board.settings, inventory.boards()) == before
    return refused.value


@pytest.mark.parametrize(
    ("identity", "match"),
    [
        ({"serial": "TM-000999", "hardware": "B"}, "has serial number TM-000999, .* TM-000101 to"),
        ({"serial": "TM-000103", "hardware": "A"}, "hardware revision A, and house is to have B"),
    ],
)
def test_another_boards_identity_is_refused_with_both_named(inventory, identity, match):
    board = FreshBoard()
    board.identity = identity | {"secret": "ab" * 32}
    assert untouched(board, inventory, WrongIdentity, match).exit_code == 1


def test_another_serial_than_the_nodes_own_is_refused(inventory):
    board = FreshBoard("streetlight")
    board.identity = {"serial": "TL-000007", "hardware": "A", "secret": "ab" * 32}
    match = "serial number TL-000007, and pole-17 is to have TL-000012"
    untouched(board, inventory, WrongIdentity, match, name="pole-17")


def test_a_board_whose_key_we_do_not_hold_is_refused(inventory, tmp_path):
    board = FreshBoard()
    run(board, Inventory(tmp_path / "other" / "inventory.db"))
    untouched(board, inventory, WrongIdentity, "has a key already")


def test_a_board_with_another_key_than_ours_is_refused(inventory):
    board = FreshBoard()
    run(board, inventory)
    board.identity["key"] = "cd" * 32
    untouched(board, inventory, WrongIdentity, "another key than", password="")


def test_a_board_of_another_kind_is_refused(inventory):
    untouched(FreshBoard("streetlight"), inventory, HostError, "is a streetlight board, and house")


def test_a_serial_that_another_board_has_is_refused(inventory):
    board = FreshBoard()
    board.identity = {"serial": "TM-000101", "hardware": "B", "secret": "ab" * 32}
    other = Board("020000000009", "TM-000101", "submeter6", "B", "Lane", "hut", "")
    inventory.put(other, "begun")
    untouched(board, inventory, Taken, "serial TM-000101 is that of board 020000000009")


def test_a_node_has_one_board_and_a_board_moves_only_when_told(inventory):
    board = FreshBoard()
    run(board, inventory)
    untouched(FreshBoard(mac="020000000002"), inventory, Taken, "house .* is board TM-000101")
    untouched(board, inventory, Taken, "this board is house", name="shop")
    run(board, inventory, name="shop", move=True)
    assert (of_chip(inventory, board).node, board.settings["name"]) == ("shop", "shop")


def test_a_full_disk_is_told_before_anything_is_written(shell, inventory):
    board = FreshBoard()
    with no_room():
        refused = shell(board).exception
    assert isinstance(refused, MachineRefused)
    assert (refused.exit_code, str(inventory.path) in str(refused)) == (5, True)
    assert "Make room" in refused.hint
    assert (board.identity, board.settings, inventory.boards()) == ({}, {}, [])


def test_a_disk_that_is_full_from_any_moment_on_leaves_nothing_that_is_called_good(tmp_path):
    for number in count(1):
        board, inventory = FreshBoard(), Inventory(tmp_path / str(number) / "inventory.db")
        with ExitStack() as full:
            board.cut = lambda at, _answered, full=full, number=number: (
                full.enter_context(no_room()) if at == number else None
            )
            try:
                run(board, inventory)
                break  # more questions than it asks
            except MachineRefused:
                pass  # as it is to be told
        stored = inventory.of_chip(board.mac)
        assert stored is None or stored.state == BEGUN
        board.cut = whole
        assert list(run(board, inventory)) == STEPS
        need_whole(board, inventory)
    assert number > 15


def test_keys_for_which_there_is_no_room_are_given_to_no_board(inventory, monkeypatch):
    board = FreshBoard()
    with ExitStack() as full, monkeypatch.context() as patch:

        def made():
            full.enter_context(no_room(20))
            return make()

        patch.setattr("tomo.provision.steps.make", made)
        with pytest.raises(MachineRefused, match=r"cannot write to .*020000000001\.json"):
            run(board, inventory)
    assert (board.identity, of_chip(inventory, board).state) == ({}, BEGUN)
    assert not list(KeyFolder(inventory.path).folder.iterdir())
    run(board, inventory)
    need_whole(board, inventory)


@pytest.mark.parametrize(
    ("tools", "last_work", "node", "says"),
    [
        (NOW - YEAR, None, None, "tools were installed"),
        (NOW + YEAR, None, None, "tools were installed"),
        (NOW - 2 * YEAR, NOW + YEAR, None, "the inventory's last entry"),
        (NOW - 2 * YEAR, NOW - YEAR, None, "the inventory's last entry"),
        (NOW, None, NOW + YEAR, "by a time server"),
        (NOW, None, NOW - timedelta(hours=1), "by a time server"),
    ],
)
def test_a_clock_that_cannot_be_is_told_with_what_speaks_against_it(tools, last_work, node, says):
    with pytest.raises(ClockDoubtful, match=says):
        need_credible(NOW, tools, last_work, node)


@pytest.mark.parametrize("last_work", [None, NOW - timedelta(days=200), NOW])
@pytest.mark.parametrize("node", [None, NOW + timedelta(minutes=1)])
def test_a_clock_that_can_be_is_believed(last_work, node):
    need_credible(NOW, NOW - timedelta(days=250), last_work, node)


def test_with_a_doubtful_clock_nothing_is_set_unless_it_is_trusted(inventory, monkeypatch):
    monkeypatch.setattr("tomo.provision.steps.installed", lambda: datetime.now(UTC) + YEAR)
    board = FreshBoard()
    untouched(board, inventory, ClockDoubtful, "--trust-clock|this machine's clock")
    assert board.local is None
    run(board, inventory, trust_clock=True)
    need_whole(board, inventory)


@pytest.fixture
def shell(inventory, monkeypatch):
    """shell(board, *arguments): the command, as typed, at the stand-in."""
    monkeypatch.delenv(command.PASSWORD, raising=False)

    def call(board, *arguments, **other):
        @contextmanager
        def opened(_port):
            yield board

        monkeypatch.setattr(command, "open_console", opened)
        site = ["--site", str(ROOT / "examples" / "site.toml"), "--inventory", str(inventory.path)]
        typed = ["provision", "port", *site, "--node", "house", *map(str, arguments)]
        return CliRunner().invoke(app, typed, **other)

    return call


def a_year_off(_board, _inventory, patch):
    patch.setattr("tomo.provision.steps.installed", lambda: datetime.now(UTC) + YEAR)
    return 5, "this machine's clock says .* but these tools were installed"


def another_kind(board, _inventory, patch):
    patch.setattr(board, "board", "streetlight")
    return 1, "this is a streetlight board, and house is a submeter6"


def a_serial_twice(board, inventory, patch):
    patch.setitem(board.identity, "serial", "TM-000101")
    patch.setitem(board.identity, "hardware", "B")
    patch.setitem(board.identity, "secret", "ab" * 32)
    inventory.put(Board("020000000009", "TM-000101", "submeter6", "B", "Lane", "hut", ""), "begun")
    return 1, "serial TM-000101 is that of board 020000000009"


@pytest.mark.parametrize("what", [a_year_off, another_kind, a_serial_twice])
def test_what_the_command_refuses_it_tells_and_writes_nothing_and_then_it_goes_on(
    shell, inventory, monkeypatch, what
):
    board = FreshBoard()
    with monkeypatch.context() as patch:
        status, says = what(board, inventory, patch)
        before = (dict(board.identity), inventory.boards(), inventory.history())
        refused = shell(board, env={command.PASSWORD: PASSWORD}).exception
        assert isinstance(refused, HostError)
        assert (refused.exit_code, bool(refused.hint)) == (status, True)
        assert re.match(says, str(refused))
        assert (board.identity, inventory.boards(), inventory.history()) == before
        assert (board.settings, board.local) == ({}, None)
        assert not KeyFolder(inventory.path).folder.exists()
    inventory.put(Board("020000000009", "TM-000109", "submeter6", "B", "Lane", "hut", ""), "begun")
    assert shell(board, env={command.PASSWORD: PASSWORD}).exit_code == 0
    need_whole(board, inventory)


def test_the_password_comes_from_a_file_or_the_environment(shell, tmp_path, inventory):
    (tmp_path / "password").write_text(PASSWORD + "\n")
    board = FreshBoard()
    done = shell(board, "--wifi-password-file", tmp_path / "password", "--json")
    *steps, last = map(json.loads, done.stdout.splitlines())
    assert [one["step"] for one in steps] == STEPS
    assert (last["serial"], last["state"]) == ("TM-000101", PROVISIONED)
    need_whole(board, inventory)
    board.settings["wifi_password"] = ""
    assert shell(board, env={command.PASSWORD: PASSWORD}).exit_code == 0
    need_whole(board, inventory)


def test_the_label_is_drawn_or_told_as_what_comes_next(shell, tmp_path):
    board = FreshBoard()
    secret = {command.PASSWORD: PASSWORD}
    assert "tomo label TM-000101 --site " in shell(board, env=secret).stdout
    assert "tomo label" not in shell(board, "--label", tmp_path / "a.png", env=secret).stdout
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("text", ["", "short"])
def test_a_password_that_cannot_be_is_refused_unsaid(shell, tmp_path, text):
    (tmp_path / "password").write_text(text)
    board = FreshBoard()
    done = shell(board, "--wifi-password-file", tmp_path / "password")
    assert isinstance(done.exception, HostError)
    assert not board.heard
    assert "short" not in str(done.exception).replace("password", "")


def test_a_node_that_is_not_in_the_file_is_told_with_those_that_are(shell):
    done = shell(FreshBoard(), "--node", "hous")
    assert "house" in str(done.exception.hint)


@pytest.mark.parametrize("at", [0, 8, 13])
def test_no_key_and_no_password_is_in_anything_but_the_board_and_its_file(
    shell, inventory, tmp_path, caplog, at
):
    """Of a run that ends well, and of runs that are cut in the midst of writing."""
    caplog.set_level(logging.DEBUG)
    board = FreshBoard()
    board.cut = pulled(at, True)
    done = shell(board, env={command.PASSWORD: PASSWORD})
    assert (done.exit_code == 0) == (at == 0)
    said = done.output + caplog.text
    if done.exception:
        said += "".join(traceback.format_exception(done.exception))
    for name in ("ls", "show", "export"):
        arguments = ["house"] if name == "show" else []
        shown = CliRunner().invoke(
            app, ["inventory", name, *arguments, "--inventory", str(inventory.path)]
        )
        said += shown.output
    keys = keys_of(inventory, board)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    del files[KeyFolder(inventory.path).path(board.mac)]
    assert files
    for secret in (keys.secret, keys.key, PASSWORD):
        assert secret not in said
        assert not [path for path, data in files.items() if secret.encode() in data]


def test_a_board_that_has_no_serial_left_to_get(inventory):
    bare = replace(SITE, serials=())
    work = replace(order(), site=bare)
    board: Any = FreshBoard()
    with pytest.raises(HostError, match="no serial number left for house"):
        provision(work, Node(board), inventory, lambda _step, _state: None)
