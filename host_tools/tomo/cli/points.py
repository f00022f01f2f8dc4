"""`tomo points`: the values that nodes show."""

from typing import Annotated

import typer

from tomo.cli.streams import wide_console
from tomo.client import points
from tomo.render.node import json_line
from tomo.render.points import points_table

app = typer.Typer(help="The values that nodes show.", no_args_is_help=True)


@app.callback()
def _points() -> None:
    """Here so that `list` stays a word of its own."""


@app.command(name="list")
def list_points(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List every value: name, part, resolution, where ECHONET Lite shows it, what it is."""
    found = points.table()
    if as_json:
        for each in found:
            typer.echo(json_line(each))
    else:
        wide_console().print(points_table(found))
