"""A bar on standard error while flash is read over a slow line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

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
