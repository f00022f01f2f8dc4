"""Loads and lamps as tables of the live view, in words or short, and no longer than they may be."""

from collections.abc import Sequence
from typing import TypeVar

from rich.table import Table
from rich.text import Text

from tomo.render.palette import TIER_NAMES, TIER_STYLES
from tomo.world.lamps import Lamp
from tomo.world.loads import Load

_T = TypeVar("_T")
_SHORT_NAME = 18
_BAR_WIDE, _BAR_SHORT = 10, 5


def load_table(loads: Sequence[Load], rows: int, in_words: bool) -> Table:
    """Loads as they stand in `loads`; those that find no row are counted in the last one."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="grey62")
    _column(table, "tier")
    _column(table, "load", None if in_words else _SHORT_NAME)
    _column(table, "state")
    _column(table, "W", right=True)
    for load in _first(loads, rows):
        closed = load.contact.closed
        state = Text("● on" if closed else "○ off", style="green3" if closed else "orange3")
        tier = f"{load.tier} {TIER_NAMES[load.tier]}" if in_words else str(load.tier)
        name = Text(load.name)
        table.add_row(Text(tier, TIER_STYLES[load.tier]), name, state, f"{load.power_w:.0f}")
    _tell_rest(table, "", left=len(loads) - table.row_count)
    return table


def lamp_table(lamps: Sequence[Lamp], rows: int, in_words: bool) -> Table:
    """Lamps likewise; `in_words` tells their role, too."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="grey62")
    _column(table, "lamp", None if in_words else _SHORT_NAME)
    if in_words:
        _column(table, "role")
    _column(table, "light")
    _column(table, "W", right=True)
    bar = _BAR_WIDE if in_words else _BAR_SHORT
    for lamp in _first(lamps, rows):
        filled = round(bar * lamp.light_permille / 1_000)
        light = Text("█" * filled, style="yellow") + Text("░" * (bar - filled), style="grey37")
        light += Text(f" {lamp.light_permille / 10:3.0f} %")
        role = [lamp.data.role] if in_words else []
        table.add_row(Text(lamp.name), *role, light, f"{lamp.power_w:.1f}")
    _tell_rest(table, left=len(lamps) - table.row_count)
    return table


def _column(table: Table, name: str, most: int | None = None, right: bool = False) -> None:
    """A column whose cells are one line whatever happens: rows are counted."""
    side = "right" if right else "left"
    table.add_column(name, max_width=most, justify=side, no_wrap=True, overflow="ellipsis")


def _first(things: Sequence[_T], rows: int) -> Sequence[_T]:
    return things if len(things) <= rows else things[: max(0, rows - 1)]


def _tell_rest(table: Table, *before: str, left: int) -> None:
    if left:
        table.add_row(*before, f"... and {left} more")
