"""What a node answers on its console, for people."""

from collections.abc import Iterator
from typing import Any

from rich.markup import escape
from rich.table import Table

from tomo.client import points
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
    """Each value of an answer to `points`: part, number, name, value (None: no data), unit.

    In the order of the table of points; what a newer firmware has besides is last.
    """
    order = {(row["part"], row["name"]): i for i, row in enumerate(points.table())}
    found = [
        {
            "part": part,
            "number": int(number),
            "name": name,
            "value": value,
            "unit": shown["units"].get(name, ""),
        }
        for part, shown in told.items()
        if part not in _LINE
        for number, values in shown.items()
        if number != "units"
        for name, value in values.items()
    ]
    yield from sorted(
        found,
        key=lambda each: (order.get((each["part"], each["name"]), len(order)), each["number"]),
    )


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
        cells = (_value(found.get(n)) for n in numbers)
        table.add_row(escape(name), *map(escape, cells), units[name])
    return table


def _value(value: Any) -> str:
    """Of a point; a list is a date, a time of day or both."""
    if value is None:
        return "no data"
    if isinstance(value, list):
        date, clock = (value[:3], value[3:]) if value[0] > 23 else ([], value)
        words = ("-".join(f"{part:02d}" for part in date), ":".join(f"{p:02d}" for p in clock))
        return " ".join(filter(None, words))
    return _words(value)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(f"{each['number']}: {each['cause']}" for each in value) or "none"
    return str(value)
