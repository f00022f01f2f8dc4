"""`tomo`: the one place where an error becomes a message and an exit status."""

import errno
import os
import signal
import sys
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from tomo import __version__
from tomo.checkout import OWN_BOARDS
from tomo.cli import board, desk, flash, image, node, points, registers, settings, site, virtual
from tomo.cli.streams import ReaderGone, drop_output, tell_at_last, watch_readers
from tomo.errors import HostError, MachineRefused

_INTERRUPTED = 130
_BOARD_DIR = "--board-dir"

app = typer.Typer(
    help="Boot desk nodes, flash boards, read, set and check nodes, and run simulated sites.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(site.app, name="site")
app.add_typer(node.app, name="node")
app.add_typer(points.app, name="points")
app.add_typer(registers.app, name="registers")
app.add_typer(settings.app, name="settings")
app.add_typer(board.app, name="board")
app.add_typer(image.app, name="image")
app.add_typer(virtual.app, name="virtual")
app.command(name="desk")(desk.desk)
app.command(name="flash")(flash.flash)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tomo {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Tell the version."),
    ] = False,
    board_dir: Annotated[
        list[Path] | None,
        typer.Option(help=f"Own boards: a folder of theirs, or of one. Also {OWN_BOARDS}."),
    ] = None,
) -> None:
    if board_dir:
        given = [os.environ.get(OWN_BOARDS, ""), *map(str, board_dir)]
        os.environ[OWN_BOARDS] = os.pathsep.join(filter(None, given))


def main() -> None:
    """Run the command line; exit with the statuses named in `tomo.errors`."""
    watch_readers()
    try:
        status = _status()
    except ReaderGone:
        # head has its lines, less was left: nobody is left to tell.
        _end_in_peace()
        drop_output(sys.stdout, sys.stderr)
        status = 0
    except KeyboardInterrupt:
        status = _INTERRUPTED
    _end_in_peace()
    sys.exit(status)


def _end_in_peace() -> None:
    """Nothing is left but to end: an interrupt from here on would only print a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _status() -> int | str | None:
    try:
        return _run()
    except HostError as error:
        tell_at_last(error)
        return error.exit_code
    except OSError as error:  # standard output on a full disk, a program that cannot be started
        drop_output(sys.stdout)
        where = error.filename or ("standard output" if error.errno == errno.ENOSPC else "")
        refused = MachineRefused(f"{where}: {error.strerror or error}".removeprefix(": "))
        tell_at_last(refused)
        return refused.exit_code


def own_boards_first(arguments: list[str]) -> list[str]:
    """The arguments with each --board-dir and its value before the command, wherever it stood."""
    first: list[str] = []
    others: list[str] = []
    left = iter(arguments)
    for argument in left:
        if argument == "--":
            others += [argument, *left]
        elif argument == _BOARD_DIR:
            value = [*islice(left, 1)]
            if not value:
                return [argument]  # for typer to refuse
            first += [argument, *value]
        else:
            (first if argument.startswith(f"{_BOARD_DIR}=") else others).append(argument)
    return first + others


def _run() -> int | str | None:
    status: int | str | None = 0
    try:
        app(own_boards_first(sys.argv[1:]))
    except SystemExit as end:  # how typer ends, also when all went well
        status = end.code
    sys.stdout.flush()
    return status
