"""The inventory: one SQLite file. No serial number and no chip is in it twice, and of each node of
a site one board in service.

Keys are not in it, only their fingerprints: they lie beside it, see `keys.py`.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, fields
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path

from tomo.errors import HostError, MachineRefused
from tomo.files import writing
from tomo.inventory.records import REPLACED, WIPED, Board, Entry

# Names another inventory than the one in the user's data folder.
OTHER = "TOMO_INVENTORY"
_VERSION = 2
_BOARD = """CREATE TABLE board (
    mac TEXT PRIMARY KEY, serial TEXT NOT NULL UNIQUE, board TEXT NOT NULL,
    hardware TEXT NOT NULL, site TEXT NOT NULL, node TEXT NOT NULL, place TEXT NOT NULL,
    state TEXT NOT NULL, firmware TEXT NOT NULL, secret TEXT NOT NULL, key TEXT NOT NULL) STRICT"""
_ONE_A_NODE = (
    "CREATE UNIQUE INDEX one_a_node ON board (site, node)"
    f" WHERE state NOT IN ('{REPLACED}', '{WIPED}')"
)
_HISTORY = """CREATE TABLE history (
    at TEXT NOT NULL, who TEXT NOT NULL, mac TEXT NOT NULL REFERENCES board,
    what TEXT NOT NULL) STRICT"""
_KNOWN = f"PRAGMA user_version = {_VERSION}"
# What brings a file of each version up to this one. In the first a node had one board for ever.
_STEPS = {
    0: (_BOARD, _ONE_A_NODE, _HISTORY, _KNOWN),
    1: (
        _BOARD.replace("board", "newer", 1), "INSERT INTO newer SELECT * FROM board",
        "DROP TABLE board", "ALTER TABLE newer RENAME TO board", _ONE_A_NODE, _KNOWN,
    ),
}  # fmt: skip
_COLUMNS = ", ".join(one.name for one in fields(Board))
_HOLES = ", ".join("?" for _ in fields(Board))
_WAIT_S = 5.0  # for another `tomo` that writes to it


class Taken(HostError):
    """A serial number, a chip or a node of a site is another's already."""


def default_path() -> Path:
    """Where it is if nobody says otherwise: $TOMO_INVENTORY, or in the user's data folder."""
    if os.environ.get(OTHER):
        return Path(os.environ[OTHER])
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "tomoshibi" / "inventory.db"


class Inventory:
    """The one in the file `path`, which need not be there. Each call is done whole or not at all.

    Raises MachineRefused where the disk is full or may not be written, HostError for a file that
    is no inventory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def boards(self) -> list[Board]:
        """All, by site and node."""
        return [
            Board(*row) for row in self._rows(f"SELECT {_COLUMNS} FROM board ORDER BY site, node")
        ]

    def history(self, mac: str = "") -> list[Entry]:
        """What was done to a board, or to all, the oldest first."""
        where, values = ("WHERE mac = ?", (mac,)) if mac else ("", ())
        text = f"SELECT at, who, mac, what FROM history {where} ORDER BY rowid"
        return [Entry(*row) for row in self._rows(text, values)]

    def find(self, name: str) -> Board:
        """The board of this serial, MAC or node. Raises HostError for none and for several."""
        mac = name.replace(":", "").upper()
        found = [one for one in self.boards() if mac == one.mac or name in (one.serial, one.node)]
        found = [one for one in found if one.in_service] or found
        if len(found) == 1:
            return found[0]
        if found:
            raise HostError(
                f"{name!r} is the name of {len(found)} boards: "
                + ", ".join(f"{one.serial} ({one.site})" for one in found),
                "Name one of these serial numbers.",
            )
        raise HostError(
            f"no board {name!r} in {self.path}", "`tomo inventory ls` shows those there are."
        )

    def of_chip(self, mac: str) -> Board | None:
        """The board with this chip."""
        return next((one for one in self.boards() if one.mac == mac), None)

    def put(self, board: Board, what: str) -> None:
        """Store a board, in place of what was known of this chip, and that this was done to it.

        Raises Taken, and then nothing is changed.
        """
        self.put_all([(board, what)])

    def put_all(self, boards: Sequence[tuple[Board, str]]) -> None:
        """Store several, in their order, or none; else as `put`."""
        with self._changing() as database:
            for board, what in boards:
                _need_free(database, board)
                row = f"INSERT OR REPLACE INTO board ({_COLUMNS}) VALUES ({_HOLES})"
                database.execute(row, astuple(board))
                at = datetime.now(UTC).isoformat(timespec="seconds")
                database.execute(
                    "INSERT INTO history VALUES (?, ?, ?, ?)", (at, _who(), board.mac, what)
                )

    def of_node(self, site: str, node: str) -> Board | None:
        """The board that is this node, or is to be."""
        found = (one for one in self.boards() if (one.site, one.node) == (site, node))
        return next((one for one in found if one.in_service), None)

    def need_free(self, board: Board, leaving: Board | None = None) -> None:
        """Raise Taken if `put` would, once `leaving` is out of service."""
        with self._changing() as database:
            _need_free(database, board, leaving.mac if leaving else "")

    def need_room(self) -> None:
        """Raise HostError if nothing could be written now."""
        with self._changing() as database:
            database.execute(f"PRAGMA user_version = {_VERSION}")

    def _rows(self, text: str, values: tuple = ()) -> list[tuple]:
        """What an inventory that is not there holds is nothing: reading makes none. A disk that was
        full as it was to be made leaves an empty file.
        """
        if not self.path.exists():
            return []
        with self._open() as database:
            if not _version(database):
                return []
            return database.execute(text, values).fetchall()

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with writing(self.path.parent):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as database:
            # Held from the first look on: two `tomo` at once give no serial number twice.
            database.execute("BEGIN IMMEDIATE")
            for statement in _STEPS.get(_version(database), ()):
                database.execute(statement)
            yield database
            database.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Whatever is not committed when the `with` ends did not happen."""
        try:
            with closing(sqlite3.connect(self.path, _WAIT_S, isolation_level=None)) as database:
                self._need_known(database)
                yield database
        except sqlite3.OperationalError as error:
            raise MachineRefused(
                f"cannot use {self.path}: {error}",
                f"Make room or give yourself the right to write there, or name another: {OTHER}.",
            ) from None
        except sqlite3.DatabaseError as error:
            raise HostError(
                f"{self.path} is no inventory: {error}", "Name another file, or restore this one."
            ) from None

    def _need_known(self, database: sqlite3.Connection) -> None:
        version = _version(database)
        strange = not version and database.execute("SELECT 1 FROM sqlite_master").fetchone()
        if strange or version > _VERSION:
            what = "of a newer `tomo`" if version else "no inventory"
            raise HostError(f"{self.path} is {what}", "Name another file.")


def _version(database: sqlite3.Connection) -> int:
    return database.execute("PRAGMA user_version").fetchone()[0]


def _need_free(database: sqlite3.Connection, board: Board, leaving: str = "") -> None:
    """leaving: MAC of a board that goes out of service with the same."""
    text = f"SELECT {_COLUMNS} FROM board WHERE mac != ? AND (serial = ? OR site = ? AND node = ?)"
    values = (board.mac, board.serial, board.site, board.node)
    others = (Board(*row) for row in database.execute(text, values))
    other = next((one for one in others if _clashes(one, board, leaving)), None)
    if other is None:
        return
    if other.serial == board.serial:
        raise Taken(
            f"serial {board.serial} is that of board {other.mac} ({other.node}, {other.site}),"
            f" not of {board.mac}",
            "No serial number is given twice: give this node another in the site file.",
        )
    raise Taken(
        f"{board.node} of {board.site} is board {other.serial} ({other.mac}) already",
        f"Is this the right board? `tomo inventory show {other.serial}` tells of the other;"
        " `tomo replace` puts this one in its place.",
    )


def _clashes(one: Board, board: Board, leaving: str) -> bool:
    both = one.in_service and board.in_service
    return one.serial == board.serial or (both and one.mac != leaving)


def _who() -> str:
    try:
        return getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        return str(os.getuid())
