"""docs/events.md and docs/console.md, from the rows that the firmware has: `make docs`.

A test compares. What is not in rows stands here.
"""

import ast
from collections.abc import Iterable, Iterator

from tomo.checkout import ROOT
from tomoshibi.wire import events, why
from tomoshibi.wire.status import STATUS

_NODE = ROOT / "firmware" / "tomoshibi" / "node"
# Where the rows of commands stand beside their handlers, and which node has them.
_COMMANDS = (
    ("commands.py", "Every node"),
    ("load_commands.py", "A board with loads"),
    ("lamp_commands.py", "A board with a lamp"),
)
_GENERATED = "Generated from {}; `make docs` writes it anew.\n"
_TABLES = (
    ("CAUSES", "Causes"),
    ("ACTORS", "Actors"),
    ("GRID_STATES", "States of the grid"),
    ("RESETS", "Resets"),
    ("STORED", "What is kept in flash"),
    ("SENSES", "Senses"),
    ("LIMITS", "Whose limit an island has"),
    ("SWITCH", "Positions of a relay"),
    ("LOCKS", "Locks"),
    ("QUALITIES", "Qualities of the clock"),
    ("HALVES", "Halves of the identity"),
    ("SOUND", "Relays and meters"),
)
_EVENTS = """What happens in a node is an event: a line on its console, a record of its log in flash
(`tomo registers events TARGET`), a line in the story of a run. Each has a kind, a cause, the power
at that moment, `budget_w` while an island's limit is in force, and `actor` if it was not the node
itself. Numbers are those in flash, and are never given twice.
"""
_CONSOLE = """Commands are lines of text, answers are one JSON object a line: 115200 baud on a
board's serial port, or the link `console` in a desk node's folder. `t` is the uptime in seconds,
`event` says what kind of line it is; [events](events.md) come between as they happen. What is
refused is answered with `"event": "error"`. `tomo node status NODE` and `tomo node why NODE LOAD`
ask there, and show the answer for people or with `--json`.
"""
_WHY = """`closed`, `since_s` and, if the clock is set, `since`; `cause` and `actor` of the last
movement; `grid`; in an island `budget_w`, `source` and `room_w` beside `needs_w`; and in `waits`
what keeps it off, with `left_s` where that is known. It takes the way that is open first, but
never before what is on none:
"""


def pages() -> dict[str, str]:
    """{name in docs/: text}"""
    return {"events.md": _events_page(), "console.md": _console_page()}


def _events_page() -> str:
    parts = ["# Events", _GENERATED.format("`firmware/tomoshibi/wire/events.py`") + "\n" + _EVENTS]
    kinds = (
        (row[0], f"`{row[events.WORD]}`", row[events.SENTENCE], *_fields(row))
        for row in events.KINDS
    )
    heading = ("number", "event", "", "of what", "before", "after")
    parts += ["## Kinds", _table(heading, kinds)]
    for name, title in _TABLES:
        rows = ((row[0], f"`{row[2]}`", row[3]) for row in getattr(events, name))
        parts += [f"## {title}", _table(("number", "word", ""), rows)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _fields(row: tuple) -> Iterator[str]:
    """Key and meaning of subject, before and after."""
    titles = dict(_TABLES) | {"LOADS": "`number` from 1, `lamp` or `main`"}
    for key, unit in (row[events.SUBJECT], row[events.BEFORE], row[events.AFTER]):
        words = titles.get(unit, unit)
        yield (f"`{key}`: {words}" if words else f"`{key}`") if key else ""


def _console_page() -> str:
    rows_in = "`firmware/tomoshibi`: rows `HELP` in `node`, `wire/status.py`, `wire/why.py`"
    parts = ["# The console", _GENERATED.format(rows_in) + "\n" + _CONSOLE, "## Commands"]
    for file, who in _COMMANDS:
        rows = ((f"`{usage}`", sentence) for usage, sentence in commands(file))
        parts.append(_table((who, ""), rows))
    status = ((f"`{name}`", unit, sentence) for name, unit, sentence in STATUS)
    parts += ["## `status`", _table(("field", "unit", ""), status)]
    waits = ((f"`{row[why.WORD]}`", row[why.WAY], row[why.SAYS]) for row in why.WAITS)
    parts += [
        "## `why`",
        _WHY,
        _table(("`for`", "way", "It waits until"), waits),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def commands(file: str) -> list[tuple[str, str]]:
    """The rows of a file that imports a board's hardware: read, not imported."""
    for node in ast.walk(ast.parse((_NODE / file).read_text("utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id.strip("_") == "HELP":
                return list(ast.literal_eval(node.value))
    raise LookupError(f"no rows HELP in {file}")


def _table(heading: tuple[str, ...], rows: Iterable[tuple]) -> str:
    lines = [heading, ("---",) * len(heading), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", r"\|") for cell in line) + " |" for line in lines
    )
