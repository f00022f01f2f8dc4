"""On which circuit each load of a node is: the one it names, else the next of the board's."""

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

from tomo.board.read import Board


class OnCircuit(Protocol):
    """A load. circuit: 0 if it names none."""

    @property
    def name(self) -> str: ...
    @property
    def circuit(self) -> int: ...


Load = TypeVar("Load", bound=OnCircuit)
Blamed = tuple[int, tuple[str, ...], str]  # place of the load, its key, what is wrong


def placed_loads(board: Board, loads: Sequence[Load]) -> list[tuple[int, Load]]:
    """(circuit, load) in the file's order.

    Loads without a number take the switched circuits that nobody names, ascending; those for which
    there is none are left out, as the checks refuse them.
    """
    named = {load.circuit for load in loads}
    left = iter([circuit for circuit in board.load_circuits if circuit not in named])
    placed = [(load.circuit or next(left, 0), load) for load in loads]
    return [(circuit, load) for circuit, load in placed if circuit]


def misplaced_loads(board: Board, loads: Sequence[OnCircuit]) -> Iterator[Blamed]:
    """Loads on circuits that the board does not have, or that another load is on."""
    taken: set[int] = set()
    can = sorted((*board.load_circuits, *board.fixed_circuits))
    left = len(set(board.load_circuits).difference(load.circuit for load in loads))
    for place, load in enumerate(loads):
        if not load.circuit:
            left -= 1
            if left == -1:
                yield place, (), f"{board.name} switches {len(board.load_circuits)} loads at most"
        elif load.circuit not in can:
            known = ", ".join(str(circuit) for circuit in can) or "none"
            what = f"{board.name} has loads on circuits {known}, got {load.circuit}"
            yield place, ("circuit",), what
        elif load.circuit in taken:
            yield place, ("circuit",), f"a second load on circuit {load.circuit}"
        taken.add(load.circuit)
