"""`tomo site run`: a run watched, told and reported."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path

import typer
from rich.console import Console

from tomo.cli.streams import outlive_readers, print_warnings, say
from tomo.errors import UsageError
from tomo.jobs.chips import Chips, chips_of
from tomo.jobs.costs import typed_ps
from tomo.jobs.run_site import CLOCKS, Options, Outcome, View, run_site
from tomo.render.live import LiveView, fits
from tomo.render.timeline import JsonView, PlainView, verdict_lines
from tomo.scenario.read import read
from tomo.scenario.records import Scenario
from tomo.transport.signals import Stopped, stoppable

_STOPPED_STATUS = 130


def run_scenario(
    path: Path,
    clock: str,
    instruction_ns: float | None,
    out: Path,
    as_json: bool,
    size: int,
    net: str | None,
    chips: Path | None,
) -> None:
    """Run the scenario in `path`; always raises typer.Exit with the run's status, or HostError."""
    outlive_readers()
    if clock not in CLOCKS:
        raise UsageError(f"no clock {clock!r}", "Clocks: " + ", ".join(CLOCKS))
    if size not in (32, 64):
        raise UsageError(f"no desk program of {size} bits", "Sizes: 32, 64")
    cost_ps = typed_ps(clock, instruction_ns)
    loaded = read(path)
    print_warnings(loaded.warnings)
    given = chips_of(chips, loaded) if chips else Chips({}, ())
    print_warnings(given.warnings)
    options = Options(
        out=out, clock=clock, size=size, net=net, chips=given.of, instruction_ps=cost_ps
    )
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
