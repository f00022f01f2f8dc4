"""The inventory as tables for people."""

from collections.abc import Iterable
from dataclasses import asdict

from rich.table import Table

from tomo.inventory.records import Board, Entry

_WORDS = {
    "mac": "MAC",
    "firmware": "firmware version",
    "secret": "fingerprint of the factory's secret",
    "key": "fingerprint of the node's key",
}


def boards_table(boards: Iterable[Board]) -> Table:
    """One line a board."""
    table = Table("site", "node", "serial", "MAC", "board", "firmware", "place", "state")
    for one in boards:
        table.add_row(
            one.site, one.node, one.serial, spaced(one.mac), one.board, one.firmware, one.place,
            one.state,
        )  # fmt: skip
    return table


def board_table(board: Board) -> Table:
    """Everything that is known of one board, a line each."""
    table = Table(show_header=False)
    for name, value in asdict(board).items():
        table.add_row(
            _WORDS.get(name, name), spaced(value) if name == "mac" else value or "unknown"
        )
    return table


def history_table(history: Iterable[Entry]) -> Table:
    """What was done, when and by whom."""
    table = Table("when (UTC)", "who", "what")
    for one in history:
        table.add_row(one.at.removesuffix("+00:00"), one.who, one.what)
    return table


def spaced(mac: str) -> str:
    """A MAC as labels have it, such as 24:0A:C4:00:00:01."""
    return ":".join(mac[at : at + 2] for at in range(0, len(mac), 2))
