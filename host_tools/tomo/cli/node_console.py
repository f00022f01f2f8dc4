"""`tomo node`: what a node tells on its console alone."""

from typing import Annotated

import typer

from tomo.cli.streams import wide_console
from tomo.errors import UsageError
from tomo.jobs.node_clock import moment, typed
from tomo.render import console as render
from tomo.render.node import json_line
from tomo.render.why import sentence
from tomo.transport.console import open_console

Node = Annotated[
    str,
    typer.Argument(metavar="NODE", help="Serial port, pyserial URL, or a desk node's folder."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def status(node: Node, as_json: AsJson = False) -> None:
    """Tell how a node is, and what it has lost or refused since its start.

    Ends with status 3 if it stays silent, and 2 if NODE is an address.
    """
    with open_console(node) as console:
        told = console.ask("status", "status")
    if as_json:
        typer.echo(json_line(told))
    else:
        wide_console().print(render.status_table(node, told))


def points(node: str, as_json: bool) -> None:
    """Print every value of a node by point, in its own resolution."""
    with open_console(node) as console:
        values = list(render.points_of(console.ask("points", "points")))
    if as_json:
        for value in values:
            typer.echo(json_line({"node": node} | value))
        return
    for part in dict.fromkeys(value["part"] for value in values):
        of_part = [value for value in values if value["part"] == part]
        wide_console().print(render.points_table(part, of_part))


def why(
    node: Node,
    load: Annotated[str, typer.Argument(metavar="LOAD", help="Its number or its name.")],
    as_json: AsJson = False,
) -> None:
    """Tell why a load is on or off, and what will change it.

    Ends with status 3 if the node stays silent, 1 if it has no such load, and 2 if NODE is an
    address.
    """
    with open_console(node) as console:
        told = console.ask(f"why {load}", "why")
    typer.echo(json_line(told) if as_json else sentence(told))


def set_time(
    node: Node,
    when: Annotated[
        str | None,
        typer.Argument(
            metavar="WHEN", help="Such as 2026-11-25T12:00:00+09:00; local without an offset."
        ),
    ] = None,
    now: Annotated[bool, typer.Option("--now", help="This machine's time; so is no WHEN.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set a node's clock, by its console.

    Ends with status 3 if the node stays silent, 1 if it refuses, and 2 if NODE is an address: over
    ECHONET Lite nobody sets a node's clock.
    """
    if when is not None and now:
        raise UsageError("a time and --now: say one of them")
    with open_console(node) as console:
        told = console.ask(f"time {typed(moment(when))}", "time")
    typer.echo(json_line(told) if as_json else f"the clock of {node} is set: {told['utc']} UTC")
