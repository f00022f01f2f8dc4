"""`tomo site check --live`: are the nodes that run those of the file?"""

from dataclasses import asdict
from pathlib import Path

import typer

from tomo.cli.inventory import opened
from tomo.cli.provision import node_of
from tomo.cli.streams import say
from tomo.client.echonet import Controller
from tomo.errors import HostError, UsageError
from tomo.provision.compare import DIFFERS, NOT_ASKED, SAME, Seen, compare
from tomo.render.node import json_line
from tomo.site.records import Site

_COLOURS = {SAME: "green", NOT_ASKED: "yellow"}


def check_live(site: Site, ports: list[str], inventory: Path | None, as_json: bool) -> None:
    """Ask the nodes and tell of each. Raises HostError if one differs or is not reached."""
    consoles = dict(_port(site, text) for text in ports)
    boards = {one.node: one for one in opened(inventory).boards() if one.in_service}
    known = {name: one.serial for name, one in boards.items() if one.site == site.name}
    serials = known | {one.name: one.serial for one in site.node if one.serial}
    bad = set()
    with Controller() as controller:
        for seen in compare(site, serials, consoles, controller):
            if seen.state not in _COLOURS:
                bad.add(seen.node)
            if as_json:
                typer.echo(json_line(asdict(seen)))
            else:
                say(_words(seen), _COLOURS.get(seen.state, "red"))
    if bad:
        raise HostError(f"{site.path}: not as it says, or not reached: {', '.join(sorted(bad))}")


def _port(site: Site, text: str) -> tuple[str, str]:
    name, equals, port = text.partition("=")
    if not (equals and port):
        raise UsageError(f"--port: expected NODE=PORT such as house=/dev/ttyUSB0, got {text!r}")
    return node_of(site, name).name, port


def _words(seen: Seen) -> str:
    if seen.state == DIFFERS:
        return f"{seen.node}: {seen.key} is {seen.found!r}, and the file says {seen.wanted!r}"
    why = f": {seen.found}" if seen.found else ": neither `ip` nor --port" if seen.key else ""
    return f"{seen.node}: {seen.state}{why}"
