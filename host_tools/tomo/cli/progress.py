"""Bars on standard error while flash is read or written over slow lines."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from tomo.render.flashing import event_words
from tomo.transport.console import Progress as Report


@contextmanager
def reading_bar() -> Iterator[Report | None]:
    """What to tell the progress to; None where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    console = Console(stderr=True)
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def report(label: str, done: int, total: int) -> None:
            bar.update(task, description=f"reading {label}", completed=done, total=total)

        yield report


@contextmanager
def board_bars(ports: list[str]) -> Iterator[Callable[[str, dict], None]]:
    """A bar for each board; what to tell it what a worker said, of which port."""
    columns = (TextColumn("{task.fields[port]}"), BarColumn(), DownloadColumn())
    text = TextColumn("{task.description}")
    with Progress(*columns, text, console=Console(stderr=True)) as bars:
        tasks = {port: bars.add_task("waits", port=port, total=None) for port in ports}

        def tell(port: str, told: dict) -> None:
            words = escape(event_words(told))
            bars.update(tasks[port], description=words)
            if told["event"] == "write":
                bars.update(tasks[port], completed=told["done"], total=told["total"])
            elif told["event"] == "result" and not told["written"]:
                bars.update(tasks[port], total=0)  # nothing more comes: it need not look busy

        yield tell
