"""Builds the circuits of a board from its rows: measured, switched or lit, with counters.

What only some circuits need is imported with the first of them, for memory.
"""

from micropython import const
from typing import TYPE_CHECKING

import board
from tomoshibi.core.energy import EnergyCounter
from tomoshibi.core.events import CONSOLE
from tomoshibi.node import parts
from tomoshibi.node.storage import running
from tomoshibi.wire import registers

if TYPE_CHECKING:
    from tomoshibi.core.branch import Branch
    from tomoshibi.core.lamp import Lamp
    from tomoshibi.core.loads import Load
    from tomoshibi.node.storage import Storage
    from tomoshibi.settings.store import Settings

_UNNAMED_W = const(1_500)


def build_circuits(
    storage: Storage, settings: Settings
) -> tuple[dict[int, Branch | Lamp], list[Branch], Branch | None]:
    """All circuits by their numbers, the branches among them, and the main conductor if measured.

    That is circuit 0 and no branch: what it counts is the board's as a whole.
    The loads of the settings go to the relays in order of circuit.
    """
    circuits, branches, loads = {}, [], 0
    lit, switched = parts.circuits(board.LAMPS), parts.circuits(board.RELAYS)
    for number in range(1, parts.circuit_count() + 1):
        if number in lit:
            circuits[number] = _lamp(storage, number)
            continue
        load = None
        if number in switched:
            load = _load(storage, settings.loads[loads : loads + 1], number)
            loads += 1
        circuits[number] = _branch(storage, number, load)
        branches.append(circuits[number])
    main = None
    if 0 in parts.measured():
        main = circuits[0] = _branch(storage, 0, None)
    return circuits, branches, main


def _lamp(storage: Storage, number: int) -> Lamp:
    from tomoshibi.core.lamp import Lamp

    journal = storage.journal
    energy = EnergyCounter(*running(journal, number, registers.IMPORT))
    lamp = Lamp(energy, journal.saved_whole)
    lamp.locked_off = storage.view(registers.LAMP_STATE, 1)[0] >= registers.LAMP_LOCKED
    return lamp


def _branch(storage: Storage, number: int, load: Load | None) -> Branch:
    from tomoshibi.core.branch import Branch

    journal = storage.journal
    return Branch(
        number,
        load,
        EnergyCounter(*running(journal, number, registers.IMPORT)),
        EnergyCounter(*running(journal, number, registers.REACTIVE_IMPORT)),
        journal.saved_whole,
    )


def _load(storage: Storage, rows: list[dict], number: int) -> Load:
    """The load of a row of the settings, as it was commanded last.

    A relay that they do not name is a deferrable load.
    """
    from tomoshibi.core.loads import DEFERRABLE, Load

    load = Load("load %d" % number, DEFERRABLE, _UNNAMED_W)
    for row in rows:
        load = Load(row["name"] or load.name, row["tier"], row["rated_w"], row["min_off_s"])
        load.locked_off = bool(row["locked_off"])
    state = storage.view(registers.LOAD_STATE + number - 1, 1)[0]
    if state & registers.NOT_WANTED:
        load.off_by, load.wanted = 1 << CONSOLE, False
    load.locked_off = load.locked_off or bool(state & registers.LOCKED_OFF)
    return load
