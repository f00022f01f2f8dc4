"""Faults in a board's wiring, as somebody makes them by hand: words, and what they do to a world.

They are those of scenarios, so what finds them there finds them here.
"""

from tomo.board.read import parts_of
from tomo.scenario.records import Event

# What stands after the word.
ORDERS = {"ct-reversed": "CIRCUIT", "ct-swapped": "CIRCUIT CIRCUIT", "grid-sense-dead": ""}


def fault_of(board: str, words: str) -> Event:
    """The fault, of the node that is named as its board. Raises ValueError for none it can have."""
    kind, *numbers = words.split()
    circuits = [int(number) for number in numbers]
    if kind not in ORDERS or len(circuits) != len(ORDERS[kind].split()):
        raise ValueError(words)
    parts = parts_of(board)
    known = parts.load_circuits + ([] if kind == "ct-swapped" else parts.lamp_circuits)
    if len(set(circuits) & set(known)) != len(circuits):
        raise ValueError(words)
    first, *others = circuits or [0]
    figures = {"with_circuit": float(others[0])} if others else {}
    return Event(0, kind, node=board, circuit=first, figures=figures)
