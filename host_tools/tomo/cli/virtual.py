"""`tomo virtual`: boards that are not there, for practice and for tests."""

import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from tomo.board.sound import sound_parts
from tomo.checkout import ROOT
from tomo.cli.tray_orders import Orders
from tomo.errors import UsageError
from tomo.jobs.addresses import given_address
from tomo.jobs.virtual_programs import BoardPrograms
from tomo.render.node import json_line
from tomo.transport.signals import Stopped, stoppable
from tomo.virtual.board import Board
from tomo.virtual.faults import FAULTS, MIB, Fault
from tomo.virtual.tray import Tray

_MOST = 32

app = typer.Typer(help="Boards on pseudo-terminals, to practise flashing on.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `tray` a word of its own while it is the only one."""


@app.command()
def tray(
    count: Annotated[int, typer.Option(help=f"How many boards, 1 to {_MOST}.")] = 8,
    folder: Annotated[
        Path | None,
        typer.Option(help="Ports and flash files; the checkout's build/tray if not given."),
    ] = None,
    board: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[N=]NAME",
            help="What they are; or board N alone. If not given: what their image is for.",
        ),
    ] = None,
    ip: Annotated[
        str, typer.Option(help="Local address of board 1; the others have the next ones.")
    ] = "127.0.0.41",
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="N=WORD", help="Board N has it: " + ", ".join(FAULTS) + "."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Serve ESP32 boards whose boot loader answers esptool, until Ctrl-C.

    Their flash stays in files in the folder; remove a file for a blank chip. A stock MicroPython in
    it is run. Type `N grid off`, `grid on`, `power off`, `power on` or `reset`; `all` for every N.
    Or `N ct-reversed 1`, `ct-swapped 2 5`, `grid-sense-dead`, and `wired right`.
    """
    if not 1 <= count <= _MOST:
        raise UsageError(f"--count {count} is not possible", f"Choose 1 to {_MOST} boards.")
    faults = _faults(fault or [], count)
    kinds = _kinds(board or [], count)
    addresses = _addresses(ip, count)
    where = folder or ROOT / "build" / "tray"

    def tell(name: str, word: str, more: str) -> None:
        if as_json:
            typer.echo(json_line({"board": name, "event": word, "text": more}))
        else:
            typer.echo(f"{name}  {word}  {more}".rstrip())

    def programs(number: int, name: str, mac: str) -> BoardPrograms:
        return BoardPrograms(kinds[number], where, name, mac, addresses[number])

    try:
        with stoppable(), Tray(where, count, faults, tell, programs) as boards:
            for one in boards.boards:
                typer.echo(json_line(_told(one)) if as_json else _line(one))
            orders = Orders(boards.boards, sys.stdin)
            boards.serve(orders.take)
    except Stopped:
        return  # how a tray ends


def _kinds(given: list[str], count: int) -> dict[int, str | None]:
    """What each board is, by number; what is given last counts."""
    kinds: dict[int, str | None] = dict.fromkeys(range(1, count + 1))
    for one in given:
        number, _, name = one.rpartition("=")
        sound_parts(name)
        if not number:
            kinds = dict.fromkeys(kinds, name)
        elif number.isdecimal() and int(number) in kinds:
            kinds[int(number)] = name
        else:
            raise UsageError(f"--board {one}: no such board", f"Boards: 1 to {count}")
    return kinds


def _addresses(first: str, count: int) -> dict[int, str]:
    start = ip_address(given_address("--ip", first))
    return {number: str(start + number - 1) for number in range(1, count + 1)}


def _faults(given: list[str], count: int) -> dict[int, Fault]:
    faults: dict[int, Fault] = {}
    for one in given:
        number, _, word = one.partition("=")
        if word not in FAULTS:
            raise UsageError(f"--fault {one}: no such fault", "Faults: " + ", ".join(FAULTS))
        if not (number.isascii() and number.isdigit()) or not 1 <= int(number) <= count:
            raise UsageError(f"--fault {one}: no such board", f"Boards: 1 to {count}")
        if int(number) in faults:
            raise UsageError(f"--fault {one}: board {number} has one", "Give each board one fault.")
        faults[int(number)] = FAULTS[word]
    return faults


def _told(board: Board) -> dict:
    return {
        "board": board.name,
        "port": str(board.port.link),
        "chip": board.chip.kind.name,
        "mac": board.chip.mac,
        "flash_bytes": board.fault.flash_size,
        "fault": board.fault.tells,
        "boots": board.verdict.boots,
        "runs": board.runs,
        "text": board.verdict.reason,
    }


def _line(board: Board) -> str:
    chip = f"{board.chip.kind.name}, {board.fault.flash_size // MIB} MiB, {board.chip.mac}"
    fault = f"; {board.fault.tells}" if board.fault.tells else ""
    runs = f"; runs {board.runs}" if board.runs else ""
    return f"{board.port.link}  {chip}  {board.verdict.reason}{runs}{fault}"
