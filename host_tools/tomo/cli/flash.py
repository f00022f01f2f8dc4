"""`tomo flash`: writes an image to boards, many at once."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from serial.tools import list_ports

from tomo.checkout import board_folder
from tomo.cli.progress import board_bars
from tomo.cli.streams import outlive_readers, say, wide_console
from tomo.errors import HostError, UsageError
from tomo.flashing import erasing
from tomo.flashing.crew import Crew
from tomo.flashing.plan import read_plan
from tomo.flashing.port import SPEED
from tomo.flashing.records import Job
from tomo.jobs.build_image import DEFAULT_FOLDER
from tomo.render import flashing as render
from tomo.render.node import json_line
from tomo.transport.signals import Stopped, stoppable

_STOPPED_STATUS = 130
_FAST = 460_800
_WATCH_S = 4.0

Tell = Callable[[str, dict], None]


def flash(
    board: Annotated[str, typer.Option(help="The board's name.")],
    ports: Annotated[
        list[str] | None,
        typer.Argument(metavar="PORT", help="Serial ports, or URLs such as socket://HOST:PORT."),
    ] = None,
    all_ports: Annotated[
        bool, typer.Option("--all", help="Every serial port that is there, after a question.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --all: do not ask.")] = False,
    image: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The image.", show_default=f"{DEFAULT_FOLDER}/BOARD.bin"),
    ] = None,
    erase: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAMES",
            help="Partitions to erase, with commas; all: the whole chip; none: keep what is there.",
        ),
    ] = None,
    speed: Annotated[int, typer.Option(help="Baud; what fails is tried again at 115200.")] = _FAST,
    watch: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", min=0, max=600, help="Wait for a board's start so long; 0: do not."
        ),
    ] = _WATCH_S,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Flash boards, many at once: what differs is written, and what a node keeps stays.

    Counters, events, history, identity, settings and nvs are not touched unless --erase names them.
    Stopped or failed, run it again: it goes on with what is not yet right.
    """
    if not SPEED <= speed <= 3_000_000:
        raise UsageError(f"--speed {speed} is not possible", f"From {SPEED} to 3000000 baud.")
    names = erasing.asked(erase or [])
    file = image or _built(board)
    plan = read_plan(file, board)
    chosen = _chosen(ports or [], all_ports, yes)
    jobs = [
        Job(
            port=port,
            image=str(file),
            board=board,
            sha256=plan.sha256,
            erase=names,
            speeds=_speeds(port, speed),
            watch_s=watch,
        )
        for port in chosen
    ]
    outlive_readers()
    stopped = False
    with _told(chosen, as_json) as tell:
        crew = Crew(jobs, tell)
        try:
            with stoppable():
                crew.run()
        except Stopped:
            stopped = True
    results = [crew.results[port] for port in chosen if port in crew.results]
    left = [port for port in chosen if port not in crew.results]
    status = _STOPPED_STATUS if stopped else max((result.status for result in results), default=0)
    if as_json:
        fields = render.summary_fields(board, str(file), plan.sha256, results, left, status)
        typer.echo(json_line(fields))
    else:
        wide_console().print(render.summary_table(results))
        for hint in render.hints(results):
            typer.echo(hint, err=True)
    if stopped:
        words = f"stopped: {', '.join(left)} not finished; run it again to go on"
        say(words if left else "stopped", "red", err=True)
    raise typer.Exit(status)


def _built(board: str) -> Path:
    """Where `tomo image build` has put the board's image. Raises UsageError if it has not."""
    file = DEFAULT_FOLDER / f"{board}.bin"
    if not file.exists():
        board_folder(board)
        raise UsageError(
            f"no image of {board} yet: {file} is not there",
            f"`tomo image build --board {board}` makes it (docs/images.md), or name one: --image.",
        )
    return file


def _speeds(port: str, speed: int) -> tuple[int, ...]:
    """To try, one after the other. Behind a socket nobody changes the line's speed with us."""
    if speed == SPEED or port.lower().startswith("socket://"):
        return (SPEED,)
    return (speed, SPEED)


def _chosen(ports: list[str], all_ports: bool, yes: bool) -> list[str]:
    """Raises UsageError for none, for one named twice, and where nobody can be asked."""
    if all_ports == bool(ports):
        raise UsageError("name ports, or say --all", "`tomo flash --board NAME /dev/ttyUSB0`")
    if all_ports:
        return _all_ports(yes)
    seen: dict[str, str] = {}
    for port in ports:
        real = os.path.realpath(port) if "://" not in port else port
        if real in seen:
            raise UsageError(f"{port} and {seen[real]} are one port", "Name each port once.")
        seen[real] = port
    return ports


def _all_ports(yes: bool) -> list[str]:
    found = sorted(list_ports.comports(), key=lambda one: one.device)
    if not found:
        raise HostError("no serial port is there", "Plug the boards in, or name ports.")
    for one in found:
        known = [one.description, one.hwid] if one.hwid != "n/a" else [one.description]
        typer.echo("  ".join([one.device, *known]), err=True)
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("nobody can be asked whether to flash these", "Say --yes.")
        typer.confirm(f"Flash these {len(found)}?", abort=True, err=True)
    return [one.device for one in found]


@contextmanager
def _told(ports: list[str], as_json: bool) -> Iterator[Tell]:
    if as_json:
        yield lambda port, told: typer.echo(json_line({"port": port, **told}))
    elif sys.stderr.isatty():
        with board_bars(ports) as tell:
            yield tell
    else:
        yield _Lines().tell


class _Lines:
    """A line for each step; not for each piece of a region."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}

    def tell(self, port: str, told: dict) -> None:
        words = render.event_words(told)
        if self._last.get(port) != words:
            self._last[port] = words
            typer.echo(f"{port}  {words}")
