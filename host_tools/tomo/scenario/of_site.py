"""A scenario whose site stands in a file of its own (`tomo.site`): the two put together.

The site says what is fitted; the scenario what only a simulated world needs to know: when, what
appliances draw, how the inverter behaves, and what happens.
"""

from dataclasses import asdict
from typing import Any

from tomo.guess import meant
from tomo.site.records import Load, Node, Site
from tomo.tables.locate import Path, Problem

_NAMED = {"appliance": "load", "lamp": "lamp"}  # arrays of the scenario: arrays of a node
_HEALTHY_V = {100: 101.0, 200: 202.0}  # a grid that nodes of this line_v find well


def whole(values: dict, site: Site, unsaid: dict) -> dict:
    """The values that a scenario with the site in itself would have.

    unsaid: what an appliance and a lamp are that the scenario says nothing of
    """
    inverter = asdict(site.inverter) | values["inverter"]
    place = ("name", "place", "latitude", "longitude", "utc_offset_min")
    grid = values["grid"] | {"nominal_hz": site.line_hz}
    grid["nominal_v"] = grid["nominal_v"] or _HEALTHY_V[site.line_v]
    said = {kind: {one["of"]: one for one in values[kind]} for kind in _NAMED}
    return values | {
        "site": {name: getattr(site, name) for name in place} | values["run"],
        "grid": grid,
        "inverter": inverter,
        "node": [_node(node, said, unsaid) for node in site.node],
    }


def strangers(values: dict, site: Site) -> list[Problem]:
    """What the scenario says of loads and lamps that the site does not have, or says twice."""
    problems: list[Problem] = []
    for kind, array in _NAMED.items():
        known = [one.name for node in site.node for one in getattr(node, array)]
        seen: set[str] = set()
        for number, one in enumerate(values[kind]):
            name, at = one["of"], (kind, number, "of")
            if name not in known:
                near = meant(name, known)
                guess = f"; did you mean {near!r}?" if near else ""
                problems.append((at, f"no {array} {name!r} in {site.path}{guess}"))
            elif name in seen:
                problems.append((at, f"a second time of {name!r}"))
            seen.add(name)
    return problems


def said_here(values: dict, site: Site, where: Path) -> Path:
    """Where the scenario says what is at `where` of the whole; its key `site` if it does not."""
    if where[:1] != ("node",):
        return where
    for kind, array in _NAMED.items():
        if len(where) > 3 and where[2] == array:
            name = getattr(site.node[int(where[1])], array)[int(where[3])].name
            named = [number for number, one in enumerate(values[kind]) if one["of"] == name]
            if named:
                return (kind, named[0], *where[4:])
    return ("site",)


def _node(node: Node, said: dict, unsaid: dict) -> dict[str, Any]:
    appliance, lamp = unsaid["appliance"], unsaid["lamp"]
    own = {name: getattr(node, name) for name in ("line_hz", "line_v")}
    return {
        "name": node.name,
        "board": node.board,
        "ip": _on_the_desk(node.ip),
        "settings": node.settings | {name: one for name, one in own.items() if one is not None},
        "load": [_load(one, said["appliance"].get(one.name, appliance)) for one in node.load],
        "lamp": [asdict(one) | _without_of(said["lamp"].get(one.name, lamp)) for one in node.lamp],
    }


def _on_the_desk(ip: str) -> str:
    """The address moved into this machine's own network, 127: the real one is another's."""
    return ip and "127." + ip.partition(".")[2]


def _load(load: Load, appliance: dict) -> dict[str, Any]:
    known = asdict(load)
    known |= known.pop("settings")
    del known["feeds"], known["confirm"]
    profile = appliance["profile"] or {}
    if not profile.get("file") and profile.get("watts") is None:
        profile = profile | {"watts": float(load.rated_w)}
    return known | _without_of(appliance) | {"profile": profile}


def _without_of(said: dict) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name != "of"}
