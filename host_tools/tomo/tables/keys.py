"""What the tables and keys of a file are declared with."""

from dataclasses import dataclass, field
from itertools import chain

REQUIRED = object()


@dataclass(frozen=True)
class Key:
    """One key. `low` to `high` bound numbers (inclusive) and the length of texts."""

    name: str
    kind: str  # text, texts, serial, board, integer, number, flag, choice, clock, ip, never,
    # local-time, utc-time
    default: object = REQUIRED
    low: float | None = None
    high: float | None = None
    unit: str = ""
    choices: tuple[str | int, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table of keys; `tables` are single sub-tables, `arrays` are lists of them.

    by_kind   what it has besides, by the value of its key `kind`
    """

    keys: tuple[Key, ...] = ()
    tables: dict[str, "Table"] = field(default_factory=dict)
    arrays: dict[str, "Table"] = field(default_factory=dict)
    required: bool = True
    by_kind: dict[str, tuple[Key, ...]] = field(default_factory=dict)

    def of_kind(self, kind: object) -> tuple[Key, ...]:
        """The keys that only this kind has; none for a kind that there is not."""
        return self.by_kind.get(kind, ()) if isinstance(kind, str) else ()

    def names(self) -> list[str]:
        """Every name that may stand in this table."""
        own = [key.name for key in (*self.keys, *chain(*self.by_kind.values()))]
        return [*dict.fromkeys(own), *self.tables, *self.arrays]
