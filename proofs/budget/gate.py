"""Holds instructions and bytes of stack against the figures kept beside this file, by compiler.

Another compiler makes other code, so each has figures of its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FIGURES = Path(__file__).with_name("figures.json")
GROWTH_PERCENT = 5
REACTION = "reaction"
STACK = "stack, bytes: both"
# What an operation may take whatever is kept.
MOST = {
    # 20 ms of an ESP32-C3 at 160 MHz, if it took a cycle for each.
    REACTION: 3_200_000,
    # The 15 KiB of the chip, and 2 KiB to spare: how much more Xtensa's frames take is not known.
    STACK: 13 * 1_024,
}


@dataclass(frozen=True)
class Row:
    """An operation: what it takes now and what it took; None if it is not counted or not kept."""

    name: str
    counted: int | None
    kept: int | None

    @property
    def change_percent(self) -> float | None:
        if self.counted is None or not self.kept:
            return None
        return 100 * (self.counted - self.kept) / self.kept

    def wrong(self) -> str:
        """Why this fails, or nothing."""
        if self.counted is None:
            return "is not counted any more"
        most = MOST.get(self.name)
        if most is not None and self.counted > most:
            return f"takes {self.counted}, {most} at most"
        if self.kept is None:
            return "has no figure"
        # In whole numbers: a figure at the very limit passes on every machine.
        if 100 * (self.counted - self.kept) > GROWTH_PERCENT * self.kept:
            return f"has grown by {self.change_percent:.1f} %, from {self.kept} to {self.counted}"
        return ""


def rows(counted: Mapping[str, int], kept: Mapping[str, int]) -> list[Row]:
    """All operations by name, those too that only one side has."""
    names = sorted({*counted, *kept})
    return [Row(name, counted.get(name), kept.get(name)) for name in names]


def wrong(found: list[Row]) -> list[str]:
    return [f"{row.name} {row.wrong()}" for row in found if row.wrong()]


def read(compiler: str, path: Path = FIGURES) -> dict[str, int]:
    """The figures of this compiler; none if it has not been counted with."""
    return _all(path).get(compiler, {})


def renew(compiler: str, counted: Mapping[str, int], path: Path = FIGURES) -> None:
    """Keep these figures; other compilers' stay."""
    whole = _all(path) | {compiler: dict(sorted(counted.items()))}
    path.write_text(json.dumps(whole, indent=2, sort_keys=True) + "\n")


def _all(path: Path) -> dict[str, dict[str, int]]:
    return json.loads(path.read_text()) if path.exists() else {}
