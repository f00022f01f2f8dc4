"""The lanes of the timeline: every kind of event, declared once, and which events clash.

Of each lane one part of the world takes care (`tomo.world.site` lists them). A new kind is a row
here and what it does there; a new lane (a price, a controller) a table here and one part more.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tomo.scenario.records import Event
from tomo.tables.keys import Key

_LASTS = Key("lasts_ms", "integer", low=1, high=86_400_000, unit="ms")
_MAY_LAST = Key("lasts_ms", "integer", None, 1, 86_400_000, "ms")
_NODE = Key("node", "text", low=1, high=32)
_PART = Key("part", "text", low=1, high=32)
_CIRCUIT = Key("circuit", "integer", low=1, high=99)
_CHIPS = ("meters", "photocells")


@dataclass(frozen=True)
class Kind:
    """One kind of event.

    says      how its begin is told, with its keys put in
    over      how its end is told; empty if it is over at once
    keys      what it has besides `at` and `kind`
    ended_by  the kind that ends it if it has no `lasts_ms`; without one it lasts to the end
    meanwhile what is so until then
    rows      it happens to a part from these rows of the node's board
    circuits  it happens to a circuit: "loads", or "metered" ones, lamps included
    sense     the board must have it
    organ     what of all this it takes hold of; empty: what no other kind does
    """

    says: str
    over: str = ""
    keys: tuple[Key, ...] = ()
    ended_by: str = ""
    meanwhile: str = ""
    rows: tuple[str, ...] = ()
    circuits: str = ""
    sense: str = ""
    organ: str = ""


@dataclass(frozen=True)
class Lane:
    """Events of one sort. Two of them clash if they `claim` the same at one time."""

    kinds: dict[str, Kind]
    claim: Callable[[Event], tuple]


def _of_part(says: str, over: str, rows: tuple[str, ...], *keys: Key, organ: str = "") -> Kind:
    return Kind(says, over, (_NODE, _PART, *keys), rows=rows, organ=organ)


def _of_circuit(says: str, over: str, circuits: str, *keys: Key, organ: str = "") -> Kind:
    return Kind(says, over, (_NODE, _CIRCUIT, *keys), circuits=circuits, organ=organ)


def _of_sense(says: str, over: str, sense: str, *keys: Key) -> Kind:
    return Kind(says, over, (_NODE, *keys, _MAY_LAST), sense=sense)


def _all_of_it(_event: Event) -> tuple:
    """One event at a time."""
    return ()


_GRID = {
    "grid-lost": Kind(
        "grid lost", "grid back", (_MAY_LAST,), ended_by="grid-back", meanwhile="the grid is lost"
    ),
    "grid-back": Kind("grid back"),
    "grid-dip": Kind(
        "grid voltage dips",
        "dip over",
        (_LASTS, Key("to_percent", "number", low=0, high=200, unit="%")),
    ),
    "grid-voltage": Kind(
        "grid voltage off nominal",
        "grid voltage nominal again",
        (_LASTS, Key("volts", "number", low=0, high=300, unit="V")),
    ),
    "grid-frequency": Kind(
        "grid frequency off nominal",
        "grid frequency nominal again",
        (_LASTS, Key("hz", "number", low=40, high=70, unit="Hz")),
    ),
}

_SUN = {
    "sun-clouded": Kind(
        "clouds: {to_percent:g} % of a clear sky's light",
        "clear sky again",
        (_MAY_LAST, Key("to_percent", "number", low=0, high=100, unit="%")),
    ),
}
_LOAD = {
    "load-draws": _of_circuit(
        "{load} draws {watts:g} W while it is on",
        "{load} draws by its profile again",
        "loads",
        Key("watts", "number", low=0, high=100_000, unit="W"),
        _MAY_LAST,
    ),
}


def _one_load(event: Event) -> tuple:
    """One event of a load at a time."""
    return event.node, event.circuit


def _one_organ(event: Event) -> tuple:
    """One fault of the same organ at a time."""
    organ = KINDS[event.kind].organ or event.kind
    return organ, event.node, event.circuit, event.part


_FAULT = {
    "chip-silent": _of_part(
        "{node}'s {part} falls silent",
        "{node}'s {part} answers again",
        _CHIPS,
        _MAY_LAST,
        organ="answers",
    ),
    "chip-corrupt": _of_part(
        "answers of {node}'s {part} are damaged: {answers}",
        "",
        ("meters",),
        Key("answers", "integer", low=1, high=10_000),
        organ="answers",
    ),
    "chip-reset": _of_part("{node}'s {part} is reset by a dip of its supply", "", _CHIPS),
    "bus-stuck": _of_part(
        "the bus of {node}'s {part} is stuck",
        "the bus of {node}'s {part} is free again",
        ("photocells",),
        _MAY_LAST,
    ),
    "ct-reversed": _of_circuit(
        "{load}: its meter sees the power backward",
        "{load}: its meter sees the power as it is",
        "metered",
        _MAY_LAST,
        organ="ct",
    ),
    "ct-open": _of_circuit(
        "{load}: its meter sees no current",
        "{load}: its meter sees the current again",
        "metered",
        _MAY_LAST,
        organ="ct",
    ),
    "ct-swapped": _of_circuit(
        "{load}: its current transformer and that of circuit {with_circuit} are swapped",
        "{load}: its current transformer is its own again",
        "loads",
        Key("with_circuit", "integer", low=1, high=99),
        _MAY_LAST,
    ),
    "relay-welded": _of_circuit(
        "{load}: its relay welds if it is closed",
        "{load}: its relay opens again",
        "loads",
        _MAY_LAST,
    ),
    "sense-chatter": _of_sense(
        "{node}'s grid sense chatters",
        "{node}'s grid sense is quiet again",
        "grid",
        Key("falls_a_ms", "integer", low=1, high=1_000),
    ),
    "grid-sense-dead": _of_sense(
        "{node}'s senses of the grid side are dead",
        "{node}'s senses of the grid side are alive again",
        "grid",
    ),
    "contact-dead": _of_sense(
        "{node}'s dry contact stays open",
        "{node}'s dry contact moves again",
        "contact",
    ),
    "contact-bounce": _of_sense(
        "{node}'s dry contact bounces when it moves",
        "{node}'s dry contact bounces no more",
        "contact",
        Key("bounce_ms", "integer", low=1, high=1_000, unit="ms"),
    ),
    "adc-gain": _of_sense(
        "{node}'s converter shows {gain_permille} permille",
        "{node}'s converter has its gain again",
        "grid-level",
        Key("gain_permille", "integer", low=0, high=2_000, unit="permille"),
    ),
    "adc-offset": _of_sense(
        "{node}'s converter is {offset_mv} mV off",
        "{node}'s converter has no offset any more",
        "grid-level",
        Key("offset_mv", "integer", low=-1_000, high=1_000, unit="mV"),
    ),
    "adc-noise": _of_sense(
        "{node}'s converter is noisy",
        "{node}'s converter is quiet again",
        "grid-level",
        Key("noise_mv", "integer", low=1, high=1_000, unit="mV"),
    ),
    "adc-uncalibrated": _of_sense(
        "{node}'s converter has lost its calibration",
        "{node}'s converter has its calibration again",
        "grid-level",
    ),
}


def _one_node(event: Event) -> tuple:
    """One event of a node at a time."""
    return (event.node,)


_SUPPLY = {
    "supply-lost": Kind(
        "{node}'s own supply fails",
        "{node}'s own supply is back",
        (
            _NODE,
            _MAY_LAST,
            Key("hold_up_ms", "integer", 0, 0, 10_000, "ms"),
            Key("torn", "flag", False),
        ),
        ended_by="supply-back",
        meanwhile="the node's supply is lost",
    ),
    "supply-back": Kind("{node}'s own supply is back", keys=(_NODE,)),
}
# What a load's key `fault` says from `fault_at` on, as the kind of event that it is.
LOAD_FAULTS = {"welded": "relay-welded", "reversed": "ct-reversed", "silent": "chip-silent"}

LANES = {
    "grid": Lane(_GRID, _all_of_it),
    "sun": Lane(_SUN, _all_of_it),
    "load": Lane(_LOAD, _one_load),
    "fault": Lane(_FAULT, _one_organ),
    "supply": Lane(_SUPPLY, _one_node),
}
KINDS = {name: kind for lane in LANES.values() for name, kind in lane.kinds.items()}
# What ends a lasting event, and which.
ENDERS = {kind.ended_by: name for name, kind in KINDS.items() if kind.ended_by}
