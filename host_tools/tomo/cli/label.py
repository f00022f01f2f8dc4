"""`tomo label`: the rating plate of a board."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tomo.cli.inventory import Where, opened
from tomo.errors import HostError
from tomo.files import write_whole
from tomo.inventory.records import Board
from tomo.label.plate import CLASSES, Plate, plate_of
from tomo.site import records
from tomo.site.read import read


class Class(StrEnum):
    """One of CLASSES, as typed."""

    NONE, HALF, ONE, TWO = CLASSES


def label(
    board: Annotated[str, typer.Argument(metavar="BOARD", help="Serial, MAC, or node's name.")],
    site: Annotated[Path, typer.Option(help="Site file: its volts and hertz.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="PNG, 70 by 30 mm; text alone if not given.")
    ] = None,
    accuracy: Annotated[
        Class, typer.Option("--class", help="Accuracy that was proved against a reference.")
    ] = Class.NONE,
    inventory: Where = None,
) -> None:
    """Print the label of a board in the inventory, and draw it: its rating plate.

    Serial, MAC, volts, hertz, class; no key is on it. Ends with status 1 for a board that is not in
    the inventory, or is no node of the site.
    """
    found = read(site).site
    known = opened(inventory).find(board)
    plate = plate_of(known, found, _node_of(found, known), accuracy.value)
    from tomo.render.label import lines

    typer.echo(lines(plate))
    if out:
        draw(plate, out)


def draw(plate: Plate, out: Path) -> None:
    """Write the picture. Raises HostError."""
    from tomo.render.label import png

    write_whole(out, png(plate))


def _node_of(site: records.Site, board: Board) -> records.Node:
    named = [one for one in site.node if one.name == board.node]
    if site.name != board.site or not named:
        raise HostError(
            f"board {board.serial} is {board.node} of {board.site!r}, which {site.path} does not"
            " have",
            "Name the site file that it was provisioned with.",
        )
    return named[0]
