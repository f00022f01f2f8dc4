"""`tomo registers`: what a node keeps in flash, from an image, a folder or its console."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from tomo.cli.progress import reading_bar
from tomo.cli.streams import say, wide_console
from tomo.errors import HostError, NodeWrong, UsageError
from tomo.files import writing
from tomo.image import demand as demands
from tomo.image import events as event_log
from tomo.image import history as half_hours
from tomo.image import registers as journal
from tomo.jobs.targets import Target, open_target
from tomo.jobs.verify_flash import WRONG, verify
from tomo.render import registers as render
from tomo.render.node import json_line
from tomo.transport.console import open_console
from tomoshibi.settings.check import fits, row_of
from tomoshibi.settings.declared import DEFAULT

app = typer.Typer(
    help="Read and check what a node keeps in flash: counters, half hours, events.",
    no_args_is_help=True,
)

Where = Annotated[
    str, typer.Argument(metavar="TARGET", help="Flash image, desk node's folder, or serial port.")
]
Partition = Annotated[
    str | None,
    typer.Option("--partition", metavar="NAME", help="Which one a file of one partition holds."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
AsCsv = Annotated[
    str | None, typer.Option("--csv", metavar="FILE", help="Write CSV there; - is stdout.")
]
KeyFile = Annotated[
    str | None,
    typer.Option(
        "--key", metavar="FILE", help="With the node's log key, 64 hex digits; - is stdin."
    ),
]
_COUNTER_END = 100_000_000
_KEY_SIZE = 32
_EPOCH = date(2000, 1, 1)


@app.command()
def dump(
    where: Where, as_json: AsJson = False, csv: AsCsv = None, partition: Partition = None
) -> None:
    """Show every register with its newest value, and where the chain of events ends."""
    with _opened(where, partition) as target:
        found = journal.newest_values(journal.open_ring(target.source))
        has_log = target.source.has(event_log.LABEL)
        log = event_log.end_of(event_log.open_ring(target.source)) if has_log else None
    if not found.sectors_used:
        raise HostError(f"{where}: no register was ever saved", "Has the node run yet?")
    rows = list(render.register_rows(found))
    if csv is not None:
        rows += render.head_rows(log)
    if as_json and csv is None:
        typer.echo(json_line(render.node_fields(found) | render.head_fields(log)))
    if not _told(rows, as_json, csv):
        wide_console().print(render.registers_table(where, found))
        if log:
            say(render.head_words(log), "")


@app.command(name="verify")
def verify_(
    where: Where,
    as_json: AsJson = False,
    partition: Partition = None,
    key_file: KeyFile = None,
) -> None:
    """Check every record, the chain of events, and both copies of settings and identity.

    With the node's key the events are proved to be the node's; without it links are checked, which
    shows damage and no editor who recomputes them.

    Ends with status 1 if anything was damaged, removed or lost. What a power cut left half
    written is told, and fine.
    """
    key = _key(key_file)
    with _opened(where, partition, lenient=True) as target:
        findings = list(verify(target, key))
    good = all(finding.verdict != WRONG for finding in findings)
    if as_json:
        for finding in findings:
            typer.echo(json_line(render.finding_fields(finding)))
        typer.echo(json_line({"verdict": "fine" if good else "wrong"}))
    else:
        wide_console().print(render.findings_table(where, findings))
        words = "Fine: nothing is lost." if good else "Wrong: something was damaged or is lost."
        say(words, "bold green" if good else "bold red")
    raise typer.Exit(0 if good else 1)


@app.command()
def history(
    where: Where,
    day: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="Local day; the newest there is if not given."),
    ] = None,
    branch: Annotated[int | None, typer.Option(min=1, help="Only this branch.")] = None,
    as_json: AsJson = False,
    csv: AsCsv = None,
    partition: Partition = None,
) -> None:
    """Show half-hour readings, and what was gained in the half hour before each.

    With --json and --csv: of all days, unless one is named.
    """
    wanted = None if day is None else _day_number(day)
    with _opened(where, partition) as target:
        ring = half_hours.open_ring(target.source)
        there = half_hours.days_of(ring)
        if not there or (wanted is not None and wanted not in there):
            raise _no_day(where, day, there)
        all_days = wanted is None and (as_json or csv is not None)
        shown = there if all_days else [there[-1] if wanted is None else wanted]
        # The last reading of the day before is where the first half hour begins.
        days = half_hours.read_days(ring, sorted({one - n for one in shown for n in (0, 1)}))
        branches = _branches(half_hours.branches_of(ring), branch)
    rows = (row for one in shown for row in render.history_rows(days, one, branches))
    if not _told(rows, as_json, csv):
        for table in render.history_tables(days, shown[0], branches):
            wide_console().print(table)


@app.command()
def demand(
    where: Where, as_json: AsJson = False, csv: AsCsv = None, partition: Partition = None
) -> None:
    """Show the maximum demand of each branch and of all: the largest mean power of a half hour.

    Of all half hours kept. One in which a start value was set counts for nothing.
    """
    with _opened(where, partition) as target:
        ring = half_hours.open_ring(target.source)
        there = half_hours.days_of(ring)
        if not there:
            raise _no_day(where, None, there)
        days = half_hours.read_days(ring, there)
        passed = set() if partition else _started(target)
        found = demands.maxima(days, half_hours.branches_of(ring), passed)
    rows = list(render.demand_rows(found))
    if not _told(rows, as_json, csv):
        span = f"{half_hours.date_of(there[0])} to {half_hours.date_of(there[-1])}"
        wide_console().print(render.demand_table(where, rows, span))


@app.command()
def events(
    where: Where,
    as_json: AsJson = False,
    csv: AsCsv = None,
    partition: Partition = None,
    key_file: KeyFile = None,
) -> None:
    """List every event in the log, oldest first. What was changed since is marked.

    With the node's key, so is what it does not prove.
    """
    key = _key(key_file)
    with _opened(where, partition) as target:
        log = event_log.follow(event_log.open_ring(target.source), key)
        offset_min = _utc_offset_min(target)
    if not log.events:
        raise HostError(f"{where}: no event was ever logged", "Has the node run yet?")
    shown = [event for event in log.events if event.state != event_log.TORN]
    rows = [render.event_row(event, offset_min, bool(key)) for event in shown]
    if not _told(rows, as_json, csv):
        wide_console().print(render.events_table(where, rows))


@app.command()
def start(
    where: Where,
    branch: Annotated[int, typer.Argument(min=1, help="Branch, counted from 1.")],
    import_wh: Annotated[int, typer.Argument(min=0, max=_COUNTER_END - 1, help="Wh.")],
    export_wh: Annotated[
        int | None, typer.Argument(min=0, max=_COUNTER_END - 1, help="Wh; stays if not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set what a branch's counters start from, as after the exchange of a meter. It is logged."""
    command = f"start {branch} {import_wh}" + ("" if export_wh is None else f" {export_wh}")
    with open_console(where) as console:
        told = console.ask(command, "start value")
    wanted = {"branch": branch, "to_wh": import_wh}
    if export_wh is not None:
        wanted["export_to_wh"] = export_wh
    if any(told.get(name) != value for name, value in wanted.items()):
        raise NodeWrong(f"{where} answered `{command}` with {told!r}")
    if as_json:
        names = ("branch", "from_wh", "to_wh", "export_from_wh", "export_to_wh")
        typer.echo(json_line({name: told.get(name) for name in names}))
        return
    typer.echo(f"branch {branch}: import from {told.get('from_wh')} Wh to {import_wh} Wh")
    if export_wh is not None:
        before_wh = told.get("export_from_wh")
        typer.echo(f"branch {branch}: export from {before_wh} Wh to {export_wh} Wh")


@contextmanager
def _opened(where: str, partition: str | None, lenient: bool = False) -> Iterator[Target]:
    with reading_bar() as progress, open_target(where, partition, progress, lenient) as target:
        yield target


def _told(rows: Iterable[dict[str, Any]], as_json: bool, csv: str | None) -> bool:
    """Write rows for programs, if that is wanted; whether it was."""
    rows = list(rows)
    if csv is not None and as_json:
        raise UsageError("--json and --csv exclude each other")
    if csv == "-":
        typer.echo(render.csv_text(rows), nl=False)
    elif csv is not None:
        with writing(Path(csv)):
            Path(csv).write_text(render.csv_text(rows), encoding="utf-8", newline="")
    elif as_json:
        for row in rows:
            typer.echo(json_line(row))
    return as_json or csv is not None


def _key(file: str | None) -> bytes:
    """The key in a file, empty without one. Raises UsageError, and never tells what is in it."""
    if file is None:
        return b""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("ascii")
        key = bytes.fromhex(text.strip())
    except OSError as error:
        raise UsageError(f"--key: cannot read {file}: {error.strerror or error}") from None
    except ValueError:
        key = b""
    if len(key) != _KEY_SIZE:
        raise UsageError(f"--key: {file} does not hold 64 hex digits")
    return key


def _day_number(text: str) -> int:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise UsageError(f"--day: expected a date such as 2026-01-31, got {text!r}") from None
    return (day - _EPOCH).days


def _no_day(where: str, day: str | None, there: list[int]) -> HostError:
    if not there:
        return HostError(f"{where}: no half hour was ever kept", "Has the node run yet?")
    first, last = half_hours.date_of(there[0]), half_hours.date_of(there[-1])
    return HostError(f"{where} has no readings of {day}", f"{len(there)} days, {first} to {last}.")


def _started(target: Target) -> set[tuple[int, int, int, int]]:
    """Half hours in which somebody set a counter, as tomo.image.demand passes them over."""
    offset_min = _utc_offset_min(target)
    log = event_log.follow(event_log.open_ring(target.source))
    return set(event_log.started_half_hours(log, offset_min or 0))


def _branches(there: int, wanted: int | None) -> list[int]:
    if wanted is None:
        return list(range(1, there + 1))
    if wanted > there:
        raise UsageError(f"no branch {wanted}", f"Branches: 1 to {there}")
    return [wanted]


def _utc_offset_min(target: Target) -> int | None:
    """Local time minus UTC by the settings; None if they cannot be had."""
    document = target.settings()
    if document is None:
        return None
    row = row_of("utc_offset_min")
    offset_min = document.get("utc_offset_min")
    # A refused one counts as the node has it.
    return offset_min if fits(row, offset_min) else row[DEFAULT]  # pyright: ignore
