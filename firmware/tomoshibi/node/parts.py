"""Finds rows of the board's list of parts (docs/boards.md)."""

import board


def sense(what: str) -> tuple | None:
    """The row of the sense `what`, None if the board has none."""
    return _first(board.SENSES, what)


def bus(name: str) -> tuple:
    """The row of the bus `name`, without its name: the kind, the port and what follows.

    Raises ValueError if no row has that name.
    """
    row = _first(board.BUSES, name)
    if row is None:
        raise ValueError("no bus " + name)
    return row[1:]


def _first(rows: tuple, name: str) -> tuple | None:
    for row in rows:
        if row[0] == name:
            return row
    return None
