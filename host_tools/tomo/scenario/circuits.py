"""On which circuit each load of a node is: the one it names, else the next of the board's."""

from tomo.board.read import Board
from tomo.scenario.records import Load, Node


def placed_loads(board: Board, node: Node) -> list[tuple[int, Load]]:
    """(circuit, load) in the file's order.

    Loads without a number take the switched circuits that nobody names, ascending; those for which
    there is none are left out, as the checks refuse them.
    """
    named = {load.circuit for load in node.load}
    left = iter([circuit for circuit in board.load_circuits if circuit not in named])
    placed = [(load.circuit or next(left, 0), load) for load in node.load]
    return [(circuit, load) for circuit, load in placed if circuit]
