"""The console command `points`: all values of the node by name, in their own resolution.

    {"event": "points", "circuit": {"units": {"power": "mW", …}, "1": {"power": 1234000, …}, …}, …}

A part that a node has once is "1". null is "no data"; octets are hexadecimal digits.
"""

from typing import TYPE_CHECKING

from tomoshibi.core.modules import let_go

if TYPE_CHECKING:
    from tomoshibi.reporting.source import NodeSource


def points(node: NodeSource, wanted: str) -> dict:
    """The answer; of one part only if `wanted` says which. Raises ValueError if there is none."""
    from tomoshibi.reporting.points import NAME, UNIT, parts, resolution

    answer: dict = {"event": "points"}
    for part, rows in parts():
        for source in (node,) + tuple(node.others):
            if source.points == rows and wanted in ("", part):
                shown: dict = {"units": {row[NAME]: resolution(row) for row in rows if row[UNIT]}}
                for i in range(len(source.parts)):
                    number = getattr(source.parts[i], "number", 1)
                    shown[str(number)] = {row[NAME]: _plain(source.value(row, i)) for row in rows}
                answer[part] = shown
    let_go("reporting.points")
    if len(answer) == 1:
        raise ValueError("no such part")
    return answer


def _plain(value):
    return value.hex().upper() if isinstance(value, bytes) else value
