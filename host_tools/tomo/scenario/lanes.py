"""The lanes of the timeline: every kind of event, declared once, and which events clash.

Of each lane one part of the world takes care (`tomo.world.site` lists them); a new kind is a row
here and what it does there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tomo.scenario.keys import Key
from tomo.scenario.records import Event

_LASTS = Key("lasts_ms", "integer", low=1, high=86_400_000, unit="ms")
_MAY_LAST = Key("lasts_ms", "integer", None, 1, 86_400_000, "ms")


@dataclass(frozen=True)
class Kind:
    """One kind of event.

    says      how its begin is told, with its keys put in
    over      how its end is told; empty if it is over at once
    keys      what it has besides `at` and `kind`
    ended_by  the kind that ends it if it has no `lasts_ms`; without one it lasts to the end
    meanwhile what is so until then
    """

    says: str
    over: str = ""
    keys: tuple[Key, ...] = ()
    ended_by: str = ""
    meanwhile: str = ""


@dataclass(frozen=True)
class Lane:
    """Events of one sort. Two of them clash if they `claim` the same at one time."""

    kinds: dict[str, Kind]
    claim: Callable[[Event], tuple]


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

LANES = {
    "grid": Lane(_GRID, _all_of_it),
}
KINDS = {name: kind for lane in LANES.values() for name, kind in lane.kinds.items()}
