"""The firmware's table of points, with where ECHONET Lite shows each."""

from collections.abc import Iterator
from typing import Any

from tomo.client.classes import OWN_ROWS
from tomoshibi.reporting import echonet_view as view
from tomoshibi.reporting import points
from tomoshibi.reporting.echonet_meters import CHANNEL_ROWS

# Whose points a class shows first; what these have not is the node's.
_PART_OF = {
    view.SUBMETER: "circuit",
    view.PANEL: "whole",
    view.LAMP: "lamp",
    view.ILLUMINANCE: "photocell",
    view.NODE_PROFILE: "node",
}


def table() -> list[dict[str, Any]]:
    """Every point, part by part: what `tomo points list` and docs/points.md show."""
    shown = _echonet()
    return [
        {
            "part": part,
            "name": row[points.NAME],
            "kind": row[points.KIND],
            "unit": row[points.UNIT],
            "resolution": points.resolution(row),
            "writer": row[points.WRITER],
            "announced": row[points.ANNOUNCED],
            "echonet": shown.get((part, row[points.NAME]), []),
            "sentence": row[points.SENTENCE],
        }
        for part, rows in points.parts()
        for row in rows
    ]


def _echonet() -> dict[tuple[str, str], list[str]]:
    """{(part, point): ["CLASS EPC", …]}."""
    rows_of = {part: {row[points.NAME] for row in rows} for part, rows in points.parts()}
    found: dict[tuple[str, str], list[str]] = {}
    for class_code, rows in OWN_ROWS.items():
        part = _PART_OF[class_code]
        for row in rows:
            channel = row in CHANNEL_ROWS
            for name in _names(row):
                where = "circuit" if channel else part if name in rows_of[part] else "node"
                places = found.setdefault((where, name), [])
                epc = "D0…" if channel else f"{row[view.EPC]:02X}"
                place = f"{class_code:04X} {epc}"
                if place not in places:
                    places.append(place)
    return found


def _names(row: tuple) -> Iterator[str]:
    """The points that a row of the view shows."""
    if row[view.FORMAT] == ("place",):
        return
    if len(row) == view.SHOWS:
        yield row[view.NAME]
    elif isinstance(row[view.SHOWS], tuple):
        yield from _flat(row[view.SHOWS])


def _flat(names: tuple) -> Iterator[str]:
    for name in names:
        if isinstance(name, tuple):
            yield from _flat(name)
        elif name:
            yield name
