"""`tomo board`: what is soldered on a board, and the tests of what it brings along."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tomo.board.check import Use, check, misshapen, uses
from tomo.board.read import Board, parts_of, read_board
from tomo.checkout import SIZES
from tomo.cli.streams import say, wide_console
from tomo.errors import HostError, UsageError
from tomo.jobs.own_tests import run_tests
from tomo.render.node import json_line

app = typer.Typer(help="Check a board's list of parts, run its tests.", no_args_is_help=True)


@app.command(name="check")
def check_board(
    board: Annotated[str, typer.Argument(help="A board's name, its board.py, or its folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show a board's pins and say what is wrong with its rows; status 1 if anything is."""
    parts = _parts(board)
    findings = check(parts)
    sound = not any(finding.fails for finding in findings)
    pins = [] if misshapen(parts) else uses(parts)
    if as_json:
        for use in pins:
            typer.echo(json_line({"pin": use.pin, "part": use.part, "signal": use.signal}))
        for one in findings:
            typer.echo(json_line(asdict(one) | {"file": one.file or parts.path.name}))
    else:
        if pins:
            wide_console().print(_table(parts, pins))
        for one in findings:
            say(one.told(parts.path), "red" if one.fails else "yellow", err=True)
    if not sound:
        wrong = sum(finding.fails for finding in findings)
        known = len(findings) - wrong
        count = f"{wrong} to mend" + (f", {known} to know" if known else "")
        raise HostError(f"{parts.path}: {count}", "docs/boards.md has the rows.")


@app.command(name="test")
def run_own_tests(
    board: Annotated[str, typer.Argument(help="A board's name, its board.py, or its folder.")],
    size: Annotated[int, typer.Option(help="Desk program: 32 or 64 bits.")] = 32,
) -> None:
    """Run the tests beside a board.py, test_*.py, on MicroPython; status 1 if any goes wrong."""
    if size not in SIZES:
        raise UsageError(f"no desk program of {size} bits", "Sizes: 32, 64")
    path = _parts(board).path
    wrong = run_tests(path.parent, size)
    if wrong:
        raise HostError(f"{path.parent}: {_counted(wrong, 'file')} of tests went wrong")


def _parts(board: str) -> Board:
    path = Path(board)
    if path.is_dir():
        path /= "board.py"
    return read_board(path) if path.is_file() else parts_of(board)


def _table(parts: Board, pins: list[Use]) -> Table:
    loads, lamps = len(parts.load_circuits), len(parts.lamp_circuits)
    table = Table(
        "GPIO",
        "part",
        "signal",
        title=f"{parts.name}  {_counted(loads, 'load')}, {_counted(lamps, 'lamp')}",
    )
    for use in sorted(pins, key=lambda use: use.pin):
        table.add_row(str(use.pin), use.part, use.signal + (" (out)" if use.drives else ""))
    return table


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
