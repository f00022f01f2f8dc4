"""Finds rows of the board's list of parts (docs/boards.md)."""

import board


def sense(what: str) -> tuple | None:
    """The row of the sense `what`, None if the board has none."""
    return _first(board.SENSES, what)


def alive_level(what: str) -> int:
    """The level of the detector `what` while there is mains."""
    row = _first(board.SENSES, what)
    return row[3] if row and len(row) > 3 else 1


def bus(name: str) -> tuple:
    """The row of the bus `name`, without its name: the kind, the port and what follows.

    Raises ValueError if no row has that name.
    """
    row = _first(board.BUSES, name)
    if row is None:
        raise ValueError("no bus " + name)
    return row[1:]


def circuits(rows: tuple) -> list[int]:
    """The circuits of rows that begin with one: relays or lamps."""
    return [row[0] for row in rows]


def measured() -> list[int]:
    """The circuits of METERS; 0 among them is the main conductor."""
    return [circuit for row in board.METERS for circuit in row[4]]


def is_latching(row: tuple) -> bool:
    """Whether a row of RELAYS is of one with a coil for each direction."""
    return len(row) > 4


def circuit_count() -> int:
    """Circuits are numbered from 1 without a gap (`tomo board check`): the highest number."""
    return max(circuits(board.RELAYS + board.LAMPS) + measured())


def _first(rows: tuple, name: str) -> tuple | None:
    for row in rows:
        if row[0] == name:
            return row
    return None
