"""`tomo desk`: one desk node in the foreground."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from tomo.checkout import SIZES, board_folder
from tomo.errors import UsageError
from tomo.jobs.run_desk import CLOCKS, DeskOptions, run_desk
from tomo.transport.signals import Stopped, stoppable


def desk(
    board: Annotated[str, typer.Argument(help="Board, as in boards/.")],
    ip: Annotated[str, typer.Option(help="Local address of the node.")] = "127.0.0.11",
    size: Annotated[int, typer.Option(help="Desk program: 32 or 64 bits.")] = 32,
    clock: Annotated[str, typer.Option(help="real, or virtual: as fast as it goes.")] = "real",
    scenario: Annotated[
        Path | None, typer.Option(help="Take world and settings from this scenario.")
    ] = None,
    node: Annotated[str | None, typer.Option(help="Which node of the scenario.")] = None,
    seed: Annotated[int, typer.Option(help="For the node's identity and random numbers.")] = 1,
    folder: Annotated[
        Path | None, typer.Option(help="The node's own folder; build/desk/BOARD-IP if not given.")
    ] = None,
) -> None:
    """Boot one node; its console is on stdin and stdout. Ctrl-C ends it."""
    board_folder(board)
    if size not in SIZES:
        raise UsageError(f"no desk program of {size} bits", "Sizes: 32, 64")
    if clock not in CLOCKS:
        raise UsageError(f"no clock {clock!r}", "Clocks: " + ", ".join(CLOCKS))
    options = DeskOptions(
        board=board,
        ip=ip,
        folder=folder or Path("build/desk") / f"{board}-{ip}",
        size=size,
        clock=clock,
        seed=seed,
        scenario=scenario,
        node=node,
    )
    try:
        with stoppable():
            run_desk(options, sys.stdin, sys.stdout)
    except Stopped:
        _end()


def _end() -> None:
    """Leave with status 0. The thread that waits for keys would hold up the usual way out."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
