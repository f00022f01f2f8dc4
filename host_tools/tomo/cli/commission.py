"""`tomo commission`: is a fitted node wired as it is to be?"""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from tomo.board.read import parts_of
from tomo.cli.provision import node_of
from tomo.cli.streams import print_warnings, say
from tomo.commission.expect import by_itself, by_site
from tomo.commission.journal import Journal
from tomo.commission.node import Node
from tomo.commission.records import WRONG, Check
from tomo.commission.walk import Hands, Walk
from tomo.errors import HostError, UsageError
from tomo.files import reading, write_whole, writing
from tomo.render import commission as render
from tomo.render.node import json_line
from tomo.site.read import read
from tomo.transport.console import open_console
from tomo.transport.signals import Stopped, stoppable

_FILE = "commission.json"
_INTERRUPTED = 130


def commission(
    port: Annotated[
        str, typer.Argument(metavar="PORT", help="Console: serial port, URL, desk node's folder.")
    ],
    site: Annotated[
        Path | None, typer.Option(help="Site file: what is expected; else the node's own settings.")
    ] = None,
    node: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which node of it this is.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="For report and progress; commission-NAME if not given."
        ),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="All steps, also those done.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing: what takes hands is skipped.")
    ] = False,
    close_s: Annotated[
        float, typer.Option(metavar="S", min=0, help="So long a load may take to come on.")
    ] = 600.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Walk through a fitted node: is it wired as it is to be?

    Loads are switched off one by one, each on again at once. Each step tells what was expected and
    what was seen; the folder gets a report. Run again, it repeats what was wrong or skipped. Ends
    with status 1 if anything is wrong. Whatever ends it, loads and lamp are as it found them.
    """
    if (site is None) != (node is None):
        raise UsageError("--site and --node go together")
    found = read(site).site if site else None
    fitted = node_of(found, node or "") if found else None

    def tell(check: Check) -> None:
        if as_json:
            typer.echo(json_line(asdict(check)))
        else:
            say(render.line(check), "red" if check.state == WRONG else "")

    journal: Journal | None = None
    try:
        with stoppable(), open_console(port) as console:
            one = Node(console)
            seen = one.see()
            board = parts_of(seen.board)
            expected = by_site(found, fitted, seen) if found and fitted else None
            expected = expected or by_itself(one, seen, board)
            folder = out or Path(f"commission-{seen.name}".replace("/", "-"))
            journal = _journal(folder, seen.mac)
            hands = Hands((lambda _question: False) if yes else _asked, tell, close_s)
            Walk(one, board, expected, journal, hands).run(again)
    except Stopped:
        _stopped(journal)
    head = {
        "node": seen.name,
        "board": seen.board,
        "site": found.name if found else "",
        "place": fitted.place if fitted else "",
        "at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
    }
    _end(journal.report(head), folder, as_json)


def _stopped(journal: Journal | None) -> NoReturn:
    """Somebody wanted an end: as it was found, or the journal knows what is not."""
    if journal and journal.restore:
        left = ", ".join(journal.restore)
        raise HostError(f"stopped, not as it was found: {left}", "Run it again.") from None
    print_warnings(("stopped: loads and lamp are as they were found; run it again to go on",))
    raise typer.Exit(_INTERRUPTED) from None


def _journal(folder: Path, mac: str) -> Journal:
    path = folder / _FILE
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    text = ""
    if path.exists():
        with reading(path):
            text = path.read_text("utf-8")
    return Journal(mac, text, lambda told: write_whole(path, told.encode()))


def _asked(question: str) -> bool:
    """Whether the technician has done it; also where nobody is there to answer."""
    try:
        typer.echo(f"{question}. Enter: done; s: skip ", err=True, nl=False)
        return input().strip().lower() not in ("s", "skip", "n", "no")
    except EOFError:
        return False


def _end(report: dict[str, Any], folder: Path, as_json: bool) -> None:
    page = folder / "commission.html"
    write_whole(page, render.page(report).encode())
    if as_json:
        typer.echo(json_line({key: one for key, one in report.items() if key != "steps"}))
    else:
        for one in report["findings"]:
            say(f"{one['kind']}: {one['says']}", "red")
        say(f"{render.verdict(report)}; {page}", "green" if report["whole"] else "red")
    if not report["whole"]:
        raise typer.Exit(1)
