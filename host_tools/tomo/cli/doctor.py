"""`tomo doctor`: what stands in the way."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from tomo.doctor import examine
from tomo.doctor.records import FAIL, Finding
from tomo.render import doctor as render
from tomo.render.node import json_line


def doctor(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="NODE", help="Serial ports, desk nodes' folders, addresses."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Tell what stands in the way on this machine, and how nodes are that are named.

    A line for each check: ok, warn or fail, and what to do. Status 1 if one fails.
    """
    findings: list[Finding] = []
    examine.need_targets(targets or [])
    console = Console()
    for finding in examine.all_of(targets or []):
        findings.append(finding)
        if as_json:
            typer.echo(json_line(asdict(finding)))
        else:
            console.print(render.lines(finding), soft_wrap=True)
    if not as_json:
        typer.echo(render.summary(findings))
    if any(finding.state == FAIL for finding in findings):
        raise typer.Exit(1)
