"""`tomo site`: sites described in files, checked and simulated."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tomo.cli.streams import say
from tomo.errors import HostError, UsageError
from tomo.render.node import json_line
from tomo.site.read import look
from tomo.site.records import Site
from tomo.tables.reading import NoTables

app = typer.Typer(help="Check what describes a site, run simulated ones.", no_args_is_help=True)


@app.command(name="check")
def check_site(
    file: Annotated[Path, typer.Argument(help="Site file, such as examples/site.toml.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Then ask its nodes whether they are as it says.")
    ] = False,
    port: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NODE=PORT", help="Ask this node on its console, settings too; repeatable."
        ),
    ] = None,
    inventory: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another that knows the serial numbers.")
    ] = None,
) -> None:
    """Say all that is wrong in a site file, each with its line; status 1 if anything is.

    With --live, status 1 also if a node differs from the file or cannot be reached.
    """
    try:
        found = look(file)
    except NoTables as error:
        if not error.mistake.line:
            raise UsageError(str(error), "It takes a site file (docs/site.md).") from None
        found = None
        errors, warnings = [error.mistake], []
    else:
        errors, warnings = found.errors, found.warnings
    for state, colour, mistakes in (("error", "red", errors), ("warning", "yellow", warnings)):
        for one in mistakes:
            if as_json:
                typer.echo(json_line({"state": state, **asdict(one), "file": str(one.file)}))
            else:
                say(f"{state}: {one}", colour, err=True)
    if errors:
        raise HostError(f"{file}: {_counted(errors, 'error')}, {_counted(warnings, 'warning')}")
    if found and not as_json:
        say(f"{file}: sound, {_counted(warnings, 'warning')}: {_size(found.site)}", "green")
    if found and live:
        # A file alone needs no network and no inventory.
        from tomo.cli.site_live import check_live

        check_live(found.site, port or [], inventory, as_json)


def _size(site: Site) -> str:
    loads = [load for node in site.node for load in node.load]
    lamps = [lamp for node in site.node for lamp in node.lamp]
    return f"{_counted(site.node, 'node')}, {_counted(loads, 'load')}, {_counted(lamps, 'lamp')}"


def _counted(members: Sequence, what: str) -> str:
    return f"{len(members)} {what}" + ("" if len(members) == 1 else "s")


@app.command()
def run(
    scenario: Annotated[
        Path, typer.Argument(help="Scenario file, such as scenarios/blackout.toml.")
    ],
    clock: Annotated[
        str,
        typer.Option(
            help="paced: the scenario's pace; real: 1; virtual: as fast as it goes; costed: "
            "likewise, and time passes while a node's Python runs, too."
        ),
    ] = "paced",
    instruction_ns: Annotated[
        float | None,
        typer.Option(
            metavar="NS",
            help="For costed: what an RV32 instruction takes. 10 if not given: an estimate, which "
            "may be 2 to 3 times too short or too long.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where reports and node folders go.")] = Path(
        "build/run"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    size: Annotated[int, typer.Option(help="Desk program: 32 or 64 bits.")] = 32,
    net: Annotated[
        str | None,
        typer.Option(help="First octets of the nodes' addresses, or 'none'."),
    ] = None,
    chips: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Start the nodes on copies of these chips, as provisioned or read in the field.",
        ),
    ] = None,
) -> None:
    """Run a site through its scenario; ends with status 1 if an expectation fails.

    Whoever reads the output may go away: the run goes on, and its status tells how it ended.
    """
    # World and pictures take a second to load: only for who runs something.
    from tomo.cli.site_run import run_scenario

    run_scenario(scenario, clock, instruction_ns, out, as_json, size, net, chips)
