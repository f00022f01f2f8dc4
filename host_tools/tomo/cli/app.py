"""`tomo`: the one place where an error becomes a message and an exit status."""

import errno
import os
import signal
import sys
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tomo import __version__
from tomo.checkout import OWN_BOARDS
from tomo.cli.streams import ReaderGone, drop_output, tell_at_last, watch_readers
from tomo.errors import HostError, MachineRefused

_INTERRUPTED = 130
_BOARD_DIR = "--board-dir"

# Each is a module of this folder, imported when it is called: all of them take longer than what
# most are asked for. Until then this line is what is known of it, the first of its own help.
COMMANDS = {
    "desk": "Boot one node; its console is on stdin and stdout. Ctrl-C ends it.",
    "site": "Check what describes a site, run simulated ones.",
    "node": "Find, read and watch nodes over ECHONET Lite; ask them on their console.",
    "points": "The values that nodes show.",
    "registers": "Read and check what a node keeps in flash: counters, half hours, events.",
    "settings": "Show, save and change the settings of a node.",
    "board": "Check a board's list of parts, run its tests.",
    "image": "Build images of a chip's flash, and see what is in one.",
    "flash": "Flash boards, many at once: what differs is written, and what a node keeps stays.",
    "provision": "Make a fresh board a node of a site: identity, keys, settings, time.",
    "replace": "Make a fresh board the node that an old one was: name, settings, readings.",
    "wipe": "Take a node out of service: erase all that it keeps, and prove it.",
    "inventory": "The boards that were provisioned from this machine.",
    "commission": "Walk through a fitted node: is it wired as it is to be?",
    "label": "Print the label of a board in the inventory, and draw it: its rating plate.",
    "doctor": "Tell what stands in the way on this machine, and how nodes are that are named.",
    "virtual": "Boards on pseudo-terminals, to practise flashing on.",
}


class _Commands(TyperGroup):
    """Lists commands by what is known of them, and runs what their modules declare."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, known, left = super().resolve_command(ctx, args)
        return name, known and command(args[0]), left


def command(name: str) -> Any:
    """One of COMMANDS as its module declares it: its `app`, or the function of this name."""
    module = import_module(f"tomo.cli.{name}")
    whole = typer.Typer()
    if hasattr(module, "app"):
        whole.add_typer(module.app, name=name)
    else:
        whole.command(name)(getattr(module, name))
    return typer.main.get_group(whole).commands[name]


app = typer.Typer(
    cls=_Commands,
    help="Boot desk nodes, flash boards, read, set and check nodes, and run simulated sites.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _name, _line in COMMANDS.items():
    app.add_typer(typer.Typer(help=_line), name=_name)


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
