"""The inventory: nothing is in it twice, its keys are its owner's; what it shows and exports."""

import csv
import json
import os
import sqlite3
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from tomo.cli.app import app
from tomo.errors import HostError, MachineRefused
from tomo.inventory import keys
from tomo.inventory.records import PROVISIONED, REPLACED, WIPED, Board
from tomo.inventory.store import Inventory, Taken, default_path

HOUSE = Board("020000000001", "TM-000101", "submeter6", "B", "Street", "house", "hall, panel")
SHOP = Board("020000000002", "TM-000102", "submeter6", "B", "Street", "shop", "back room")


@pytest.fixture
def inventory(tmp_path, monkeypatch):
    monkeypatch.setenv("TOMO_INVENTORY", str(tmp_path / "data" / "inventory.db"))
    return Inventory(default_path())


def tomo(*arguments):
    return CliRunner().invoke(app, ["inventory", *map(str, arguments)])


def test_reading_what_is_not_there_makes_nothing(inventory):
    assert (inventory.boards(), inventory.history()) == ([], [])
    assert not inventory.path.parent.exists()


def test_it_is_in_the_users_data_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("TOMO_INVENTORY", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_path() == tmp_path / "tomoshibi" / "inventory.db"


@pytest.mark.parametrize(
    ("second", "named"),
    [
        (replace(SHOP, serial="TM-000101"), "serial TM-000101 is that of board 020000000001"),
        (replace(SHOP, node="house"), "house of Street is board TM-000101"),
    ],
)
def test_nothing_is_in_it_twice(inventory, second, named):
    inventory.put(HOUSE, "begun")
    with pytest.raises(Taken, match=named):
        inventory.put(second, "begun")
    assert inventory.boards() == [HOUSE]
    assert [one.mac for one in inventory.history()] == [HOUSE.mac]


def test_a_board_is_known_by_its_chip(inventory):
    inventory.put(HOUSE, "begun")
    inventory.put(replace(HOUSE, state=PROVISIONED), "provisioned")
    assert [one.state for one in inventory.boards()] == [PROVISIONED]
    assert [one.what for one in inventory.history(HOUSE.mac)] == ["begun", "provisioned"]


@pytest.mark.parametrize("state", [REPLACED, WIPED])
def test_a_node_gets_another_board_when_its_own_leaves_service(inventory, state):
    inventory.put(HOUSE, "begun")
    gone = replace(HOUSE, state=state)
    with pytest.raises(Taken, match="house of Street is board TM-000101"):
        inventory.put_all([(replace(SHOP, node="house"), "begun"), (gone, state)])
    assert inventory.boards() == [HOUSE], "both or none"
    inventory.need_free(replace(SHOP, node="house"), leaving=HOUSE)
    inventory.put_all([(gone, state), (replace(SHOP, node="house"), "begun")])
    assert inventory.find("house").serial == SHOP.serial
    assert inventory.of_node("Street", "house") == replace(SHOP, node="house")
    assert inventory.find("TM-000101") == gone
    with pytest.raises(Taken):
        inventory.put(HOUSE, "begun")
    with pytest.raises(Taken, match="serial TM-000101"):
        inventory.put(replace(SHOP, serial="TM-000101", node="hut"), "begun")


OF_VERSION_1 = """CREATE TABLE board (
    mac TEXT PRIMARY KEY, serial TEXT NOT NULL UNIQUE, board TEXT NOT NULL,
    hardware TEXT NOT NULL, site TEXT NOT NULL, node TEXT NOT NULL, place TEXT NOT NULL,
    state TEXT NOT NULL, firmware TEXT NOT NULL, secret TEXT NOT NULL, key TEXT NOT NULL,
    UNIQUE (site, node)) STRICT;
CREATE TABLE history (
    at TEXT NOT NULL, who TEXT NOT NULL, mac TEXT NOT NULL REFERENCES board,
    what TEXT NOT NULL) STRICT;
INSERT INTO board VALUES ('020000000001', 'TM-000101', 'submeter6', 'B', 'Street', 'house',
    'hall, panel', 'begun', '', '', '');
INSERT INTO history VALUES ('2026-11-27T08:00:00+00:00', 'sato', '020000000001', 'begun');
PRAGMA user_version = 1;"""


def test_an_inventory_of_before_is_read_and_brought_up(inventory):
    inventory.path.parent.mkdir()
    with sqlite3.connect(inventory.path) as database:
        database.executescript(OF_VERSION_1)
    database.close()
    assert inventory.boards() == [HOUSE]
    gone = replace(HOUSE, state=REPLACED)
    inventory.put_all([(gone, "replaced"), (replace(SHOP, node="house"), "begun")])
    assert {one.serial for one in inventory.boards()} == {"TM-000101", "TM-000102"}
    assert [one.what for one in inventory.history(HOUSE.mac)] == ["begun", "replaced"]


def test_who_and_when_is_told(inventory, monkeypatch):
    monkeypatch.setenv("LOGNAME", "sato")
    inventory.put(HOUSE, "begun")
    (entry,) = inventory.history()
    assert (entry.who, entry.at[-6:]) == ("sato", "+00:00")


@pytest.mark.parametrize("name", ["TM-000101", "02:00:00:00:00:01", "020000000001", "house"])
def test_a_board_is_found_by_any_of_its_names(inventory, name):
    inventory.put(HOUSE, "begun")
    inventory.put(SHOP, "begun")
    assert inventory.find(name) == HOUSE
    done = tomo("show", name, "--json")
    assert json.loads(done.stdout)["history"][0]["what"] == "begun"


def test_two_boards_of_one_name_are_both_named(inventory):
    inventory.put(HOUSE, "begun")
    inventory.put(replace(SHOP, node="house", site="Lane"), "begun")
    with pytest.raises(HostError, match=r"TM-000102 \(Lane\), TM-000101 \(Street\)"):
        inventory.find("house")


def test_another_program_that_writes_to_it_is_waited_for(inventory, monkeypatch):
    inventory.put(HOUSE, "begun")
    monkeypatch.setattr("tomo.inventory.store._WAIT_S", 0.0)
    other = sqlite3.connect(inventory.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(MachineRefused, match="database is locked"):
        inventory.put(SHOP, "begun")
    other.execute("ROLLBACK")
    inventory.put(SHOP, "begun")
    other.close()


def test_a_full_disk_is_told_and_leaves_what_was_there(inventory, monkeypatch):
    inventory.put(HOUSE, "begun")
    connect = sqlite3.connect

    def cramped(*arguments, **other):
        database = connect(*arguments, **other)
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        database.execute(f"PRAGMA max_page_count = {pages}")
        return database

    monkeypatch.setattr(sqlite3, "connect", cramped)
    with pytest.raises(MachineRefused, match="full"):
        inventory.put(replace(SHOP, place="p" * 50_000), "begun")
    monkeypatch.undo()
    assert Inventory(inventory.path).boards() == [HOUSE]


@pytest.mark.parametrize("what", ["text", "other database", "newer"])
def test_what_is_no_inventory_is_left_alone(tmp_path, what):
    path = tmp_path / "file.db"
    if what == "text":
        path.write_text(
            "a letter, and no short one at that: longer than the head of a database" * 9
        )
    else:
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE letter (text)")
            database.execute(f"PRAGMA user_version = {9 if what == 'newer' else 0}")
        database.close()
    before = path.read_bytes()
    with pytest.raises(HostError, match=r"no inventory|newer"):
        Inventory(path).put(HOUSE, "begun")
    assert path.read_bytes() == before


def test_export_to_csv_and_json(inventory, tmp_path):
    inventory.put(HOUSE, "begun")
    inventory.put(SHOP, "begun")
    assert tomo("export", tmp_path / "boards.csv").exit_code == 0
    with open(tmp_path / "boards.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["serial"], row["place"]) for row in rows] == [
        ("TM-000101", "hall, panel"), ("TM-000102", "back room"),
    ]  # fmt: skip
    told = json.loads(tomo("export", "--format", "json").stdout)
    assert [one["node"] for one in told["boards"]] == ["house", "shop"]
    assert [one["mac"] for one in told["history"]] == [HOUSE.mac, SHOP.mac]


def test_ls_shows_place_and_state(inventory):
    inventory.put(HOUSE, "begun")
    out = tomo("ls").stdout
    assert all(word in out for word in ("TM-000101", "02:00:00:00:00:01", "hall, panel", "begun"))
    assert json.loads(tomo("ls", "--json", "--inventory", inventory.path).stdout)["node"] == "house"


def test_keys_are_their_owners_alone_and_never_written_over(tmp_path):
    folder = keys.KeyFolder(tmp_path / "inventory.db")
    made = keys.make()
    before = os.umask(0)
    try:
        folder.keep(HOUSE.mac, made)
    finally:
        os.umask(before)
    assert folder.folder.stat().st_mode & 0o777 == 0o700
    assert folder.path(HOUSE.mac).stat().st_mode & 0o777 == 0o600
    with pytest.raises(HostError):
        folder.keep(HOUSE.mac, keys.make())
    assert folder.read(HOUSE.mac) == made
    assert [one.name for one in folder.folder.iterdir()] == [f"{HOUSE.mac}.json"]
    assert folder.read(SHOP.mac) is None


def test_keys_are_in_no_repr_and_no_two_are_alike():
    made = keys.make()
    assert made.key not in repr(made)
    assert made.secret not in repr(made)
    assert len({made.key, made.secret, keys.make().key, keys.make().secret}) == 4
    assert keys.fingerprint(made.key) not in made.key


@pytest.mark.parametrize("text", ["", "{}", '{"secret": "ab", "key": "cd"}', "[]"])
def test_damaged_keys_are_told(tmp_path, text):
    folder = keys.KeyFolder(tmp_path / "inventory.db")
    folder.folder.mkdir()
    folder.path(HOUSE.mac).write_text(text)
    with pytest.raises(HostError, match="damaged"):
        folder.read(HOUSE.mac)
