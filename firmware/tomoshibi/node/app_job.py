"""Runs what a board's app.py has in JOBS: rows (name, coroutine function, deadline in ms)."""

import asyncio
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.errors import NodeFault
from tomoshibi.node.app import App, Lamp, Load
from tomoshibi.node.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from tomoshibi.node.foundation import Foundation

_FOREVER_MS = const(60_000)
_LONGEST_MS = const(3_600_000)


class AppFailed(NodeFault):
    """(fault,): an app.py raised what is to end a program, such as SystemExit; that."""

    code = 10


class AppLeftOut(NodeFault):
    """(reset,): a watchdog's reset or a crash came while app.py ran, so that it does not now."""

    code = 11


class AppWrong(NodeFault):
    """(what,): JOBS of app.py is not as docs/porting.md has it."""

    code = 12


class AppJob(Job):
    """One row. What it has asked to be off is given back however it ends."""

    def __init__(
        self, name: str, main: Callable[[App], Coroutine], deadline_ms: int, parts: tuple
    ) -> None:
        super().__init__()
        self.name = "app " + name
        self.deadline_ms = deadline_ms
        self._main = main
        self._app = App(self.beat, *parts)

    async def run(self) -> None:
        try:
            await self._main(self._app)
        except (Exception, asyncio.CancelledError):
            raise
        except BaseException as error:
            # The supervisor would end with it, and the node.
            raise AppFailed(error)
        finally:
            self._app.give_back()


class Reporter(Job):
    """Says once what is wrong with app.py."""

    name = "app"
    deadline_ms = 0

    def __init__(self, fault: Exception) -> None:
        super().__init__()
        self._fault = fault

    async def run(self) -> None:
        self.report(self._fault)
        while True:
            await asyncio.sleep_ms(_FOREVER_MS)


def jobs(rows: Sequence, base: Foundation) -> list[Job]:
    """Jobs for the rows of JOBS; one that reports it if they are wrong."""
    loads = tuple([Load(branch) for branch in base.branches])
    lamps = tuple([Lamp(*parts) for parts in base.lamps])
    parts = (_shown(base), base.events, base.control, base.switched, base.branches, loads, lamps)
    try:
        return [_job(row, parts) for row in rows]
    except (TypeError, ValueError) as error:
        return [Reporter(AppWrong(repr(error)))]


def _shown(base: Foundation) -> dict:
    """The settings without secrets."""
    from tomoshibi.settings.declared import KIND, NAME, SECRET, SETTINGS

    return {row[NAME]: base.settings[row[NAME]] for row in SETTINGS if row[KIND] != SECRET}


def _job(row: Sequence, parts: tuple) -> AppJob:
    name, main, deadline_ms = row
    # Without a deadline, one that waits for ever would keep loads off for ever.
    if not (isinstance(deadline_ms, int) and 0 < deadline_ms <= _LONGEST_MS and callable(main)):
        raise ValueError("a name, a coroutine function and a deadline of 1 to 3600000 ms")
    # That it is a coroutine function shows when it runs.
    return AppJob(name, main, deadline_ms, parts)  # pyright: ignore[reportArgumentType]
