"""What a node answers on its console, for people."""

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


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(f"{each['number']}: {each['cause']}" for each in value) or "none"
    return str(value)
