"""The table of points for people. docs/points.md is made by it: `make docs`."""

from typing import Any

from rich.table import Table

from tomo.client import points

_HEAD = """\
# Points: every value that a node shows

Made by `make docs` from `firmware/tomoshibi/reporting/points.py` and the rows of ECHONET Lite
beside it; do not edit. `tomo points list` prints the same. The console command `points` shows a
node's values by these names in the resolution given here, `tomo node read` as ECHONET Lite rounds
them ([echonet-lite.md](echonet-lite.md)). "No data" is a value of its own everywhere, never 0. What
is announced is told unasked when it changes.
"""


def points_table(found: list[dict[str, Any]]) -> Table:
    """One line a point."""
    table = Table("part", "point", "resolution", "announced", "ECHONET Lite", "what it is")
    for each in found:
        table.add_row(*_cells(each))
    return table


def document() -> str:
    """The whole of docs/points.md."""
    found = points.table()
    lines = [_HEAD]
    for part in dict.fromkeys(each["part"] for each in found):
        lines.append(f"## {part.capitalize()}\n")
        lines.append("| point | resolution | announced | ECHONET Lite | what it is |")
        lines.append("|---|---|---|---|---|")
        for each in found:
            if each["part"] == part:
                _, name, *rest = _cells(each)
                lines.append("| " + " | ".join([f"`{name}`", *rest]) + " |")
        lines.append("")
    return "\n".join(lines)


def _cells(each: dict[str, Any]) -> list[str]:
    """Of what has no unit, the kind stands for the resolution."""
    return [
        each["part"],
        each["name"],
        each["resolution"] or each["kind"],
        "yes" if each["announced"] else "",
        ", ".join(each["echonet"]),
        each["sentence"],
    ]
