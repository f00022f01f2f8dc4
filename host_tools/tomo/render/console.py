"""What a node answers on its console, for people."""

from collections.abc import Iterator
from typing import Any

from rich.markup import escape
from rich.table import Table

from tomoshibi.wire.status import NAME, SENTENCE, STATUS, UNIT

_LINE = ("t", "event")  # of every line of a console


def status_table(node: str, told: dict[str, Any]) -> Table:
    """Every field in the order of the rows; what a newer firmware tells besides is last."""
    table = Table(title=escape(node), title_justify="left")
    for heading in ("field", "value", ""):
        table.add_column(heading, overflow="fold")
    table.add_row("t", f"{told.get('t')} s", "Since its start.")
    rows = {row[NAME]: row for row in STATUS}
    names = [name for name in rows if name in told]
    for name in names + [name for name in told if name not in rows and name not in _LINE]:
        row = rows.get(name, (name, "", ""))
        value = f"{_words(told[name])} {row[UNIT]}".strip()
        table.add_row(escape(name), escape(value), row[SENTENCE])
    return table


def points_of(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each value of an answer to `points`: part, number, name, value (None: no data), unit."""
    for part, shown in told.items():
        if part in _LINE:
            continue
        for number, values in shown.items():
            if number == "units":
                continue
            for name, value in values.items():
                yield {
                    "part": part,
                    "number": int(number),
                    "name": name,
                    "value": value,
                    "unit": shown["units"].get(name, ""),
                }


def points_table(part: str, values: list[dict[str, Any]]) -> Table:
    """One part of a node: a line a point, a column for each of its kind, such as the circuits."""
    numbers = sorted({each["number"] for each in values})
    table = Table(title=escape(part), title_justify="left")
    for heading in ("point", *(str(number) if len(numbers) > 1 else "value" for number in numbers)):
        table.add_column(heading, overflow="fold")
    table.add_column("unit")
    lines: dict[str, dict[int, Any]] = {}
    units = {each["name"]: each["unit"] for each in values}
    for each in values:
        lines.setdefault(each["name"], {})[each["number"]] = each["value"]
    for name, found in lines.items():
        cells = ("no data" if found[n] is None else str(found[n]) for n in numbers)
        table.add_row(escape(name), *map(escape, cells), units[name])
    return table


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(f"{each['number']}: {each['cause']}" for each in value) or "none"
    return str(value)
