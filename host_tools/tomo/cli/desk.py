"""`tomo desk`: one desk node in the foreground."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tomo.checkout import ROOT, SIZES
from tomo.cli.streams import print_warnings
from tomo.errors import UsageError
from tomo.jobs.addresses import given_address
from tomo.jobs.costs import typed_ps
from tomo.jobs.run_desk import CLOCKS, DeskOptions, run_desk
from tomo.scenario.read import read
from tomo.transport.signals import Stopped, stoppable

_CLOCKS = (
    "real; virtual: as fast as it goes; costed: likewise, and time passes while Python runs, too."
)


def desk(
    board: Annotated[str, typer.Argument(help="Board, as in boards/.")],
    ip: Annotated[str, typer.Option(help="Local address of the node.")] = "127.0.0.11",
    size: Annotated[int, typer.Option(help="Desk program: 32 or 64 bits.")] = 32,
    clock: Annotated[str, typer.Option(help=_CLOCKS)] = "real",
    instruction_ns: Annotated[
        float | None,
        typer.Option(
            metavar="NS",
            help="For costed: what an RV32 instruction takes. 10 if not given: an estimate, which "
            "may be 2 to 3 times too short or too long.",
        ),
    ] = None,
    scenario: Annotated[
        Path | None, typer.Option(help="Take world and settings from this scenario.")
    ] = None,
    node: Annotated[str | None, typer.Option(help="Which node of the scenario.")] = None,
    seed: Annotated[int, typer.Option(help="For the node's identity and random numbers.")] = 1,
    serial: Annotated[
        bool, typer.Option("--serial", help="Console on a pseudo-terminal, told on stdout.")
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option(help="The node's own folder; one in the checkout's build/desk if not given."),
    ] = None,
) -> None:
    """Boot one node; its console is on stdin and stdout. Ctrl-C ends it.

    In real time a node that asks for a reset, or is reset by its watchdog, starts again.
    """
    if size not in SIZES:
        raise UsageError(f"no desk program of {size} bits", "Sizes: 32, 64")
    if clock not in CLOCKS:
        raise UsageError(f"no clock {clock!r}", "Clocks: " + ", ".join(CLOCKS))
    ip = given_address("--ip", ip) if ip else ""
    loaded = read(scenario) if scenario else None
    print_warnings(loaded.warnings if loaded else ())
    options = DeskOptions(
        board=board,
        ip=ip,
        folder=folder or ROOT / "build" / "desk" / _folder_name(board, ip, scenario, node),
        size=size,
        clock=clock,
        seed=seed,
        scenario=loaded,
        node=node,
        serial=serial,
        instruction_ps=typed_ps(clock, instruction_ns),
    )
    try:
        with stoppable():
            run_desk(options, sys.stdin, sys.stdout)
    except Stopped:
        return  # how a desk node ends


def _folder_name(board: str, ip: str, scenario: Path | None, node: str | None) -> str:
    """One for each world that a node may live in, so that no other's settings are found there."""
    world = (scenario.stem, node) if scenario else ()
    return "-".join(part for part in (board, ip, *world) if part)
