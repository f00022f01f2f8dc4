"""`tomo site`: simulated sites."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tomo.cli.streams import outlive_readers, print_warnings, say
from tomo.errors import UsageError
from tomo.jobs.addresses import NO_NETWORK
from tomo.jobs.run_site import CLOCKS, Options, Outcome, View, run_site
from tomo.render.live import LiveView, fits
from tomo.render.timeline import JsonView, PlainView, verdict_lines
from tomo.scenario.read import read
from tomo.scenario.records import Scenario
from tomo.transport.signals import Stopped, stoppable

app = typer.Typer(help="Run simulated sites.", no_args_is_help=True)

_STOPPED_STATUS = 130


@app.callback()
def _group() -> None:
    """Keeps `run` a subcommand while it is the only one."""


@app.command()
def run(
    scenario: Annotated[
        Path, typer.Argument(help="Scenario file, such as scenarios/blackout.toml.")
    ],
    clock: Annotated[
        str, typer.Option(help="paced: the scenario's pace; real: 1; virtual: as fast as it goes.")
    ] = "paced",
    out: Annotated[Path, typer.Option(help="Where reports and node folders go.")] = Path(
        "build/run"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    size: Annotated[int, typer.Option(help="Desk program: 32 or 64 bits.")] = 32,
    net: Annotated[
        str | None,
        typer.Option(help=f"First octets of the nodes' addresses, or {NO_NETWORK!r}."),
    ] = None,
) -> None:
    """Run a site through its scenario; ends with status 1 if an expectation fails.

    Whoever reads the output may go away: the run goes on, and its status tells how it ended.
    """
    outlive_readers()
    if clock not in CLOCKS:
        raise UsageError(f"no clock {clock!r}", "Clocks: " + ", ".join(CLOCKS))
    if size not in (32, 64):
        raise UsageError(f"no desk program of {size} bits", "Sizes: 32, 64")
    loaded = read(scenario)
    print_warnings(loaded.warnings)
    options = Options(out=out, clock=clock, size=size, net=net)
    try:
        with stoppable():
            outcome = _watched(loaded, options, as_json)
    except Stopped:
        typer.echo("stopped before the end: no verdict", err=True)
        raise typer.Exit(_STOPPED_STATUS) from None
    _tell(outcome, out, as_json)
    if outcome.unwritten:
        raise outcome.unwritten
    raise typer.Exit(0 if outcome.held else 1)


def _watched(scenario: Scenario, options: Options, as_json: bool) -> Outcome:
    console = Console()
    with ExitStack() as stack:
        view: View
        if as_json:
            view = JsonView(scenario, sys.stdout)
        elif fits(console):
            view = stack.enter_context(LiveView(scenario, console))
        else:
            view = PlainView(scenario, sys.stdout)
        return run_site(scenario, options, view, lambda outcome: _report(outcome, options.out))


def _report(outcome: Outcome, out: Path) -> None:
    # matplotlib takes a second to load: only when there is something to draw.
    from tomo.render import report

    report.write(outcome, out / "report.html")


def _tell(outcome: Outcome, out: Path, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(outcome.summary, ensure_ascii=False))
        return
    for line in verdict_lines(outcome):
        colour = "red" if line.startswith("FAILED") or "FAILED" in line[:16] else "green"
        say(line, colour)
    if not outcome.unwritten:
        typer.echo(f"report: {out / 'report.html'}")
