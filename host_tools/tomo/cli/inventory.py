"""`tomo inventory`: the boards that were provisioned from this machine."""

import csv
import io
from dataclasses import asdict, fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tomo.cli.streams import wide_console
from tomo.files import write_whole
from tomo.inventory.records import Board
from tomo.inventory.store import OTHER, Inventory, default_path
from tomo.render import inventory as render
from tomo.render.node import json_line

app = typer.Typer(help="The boards that were provisioned from this machine.", no_args_is_help=True)

Where = Annotated[
    Path | None,
    typer.Option(
        "--inventory",
        metavar="FILE",
        help=f"Another inventory than {OTHER} or the user's own names.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


class Format(StrEnum):
    """What the boards are exported as."""

    CSV = "csv"
    JSON = "json"


def opened(where: Path | None) -> Inventory:
    """The inventory that an option names, or none does."""
    return Inventory(where or default_path())


@app.command()
def ls(where: Where = None, as_json: AsJson = False) -> None:
    """List the boards: serial, MAC, kind, where they are fitted, how far they have come."""
    boards = opened(where).boards()
    if as_json:
        for one in boards:
            typer.echo(json_line(asdict(one)))
    else:
        wide_console().print(render.boards_table(boards))


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Serial, MAC, or the node's name.")],
    where: Where = None,
    as_json: AsJson = False,
) -> None:
    """Show one board and what was done to it, when and by whom; status 1 if it is not there."""
    inventory = opened(where)
    board = inventory.find(name)
    history = inventory.history(board.mac)
    if as_json:
        done = [{"at": one.at, "who": one.who, "what": one.what} for one in history]
        typer.echo(json_line(asdict(board) | {"history": done}))
    else:
        wide_console().print(render.board_table(board))
        wide_console().print(render.history_table(history))


@app.command()
def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Written there; stdout if not given.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="Of what is written.")] = Format.CSV,
    where: Where = None,
) -> None:
    """Write all boards as CSV, or as JSON with their history. Keys are in neither."""
    inventory = opened(where)
    text = _csv(inventory.boards()) if form is Format.CSV else _json(inventory)
    if file is None:
        typer.echo(text, nl=False)
    else:
        write_whole(file, text.encode())


def _csv(boards: list[Board]) -> str:
    text = io.StringIO()
    table = csv.DictWriter(text, [one.name for one in fields(Board)], lineterminator="\n")
    table.writeheader()
    table.writerows(asdict(one) for one in boards)
    return text.getvalue()


def _json(inventory: Inventory) -> str:
    history = [asdict(one) for one in inventory.history()]
    boards = [asdict(one) for one in inventory.boards()]
    return json_line({"boards": boards, "history": history}) + "\n"
