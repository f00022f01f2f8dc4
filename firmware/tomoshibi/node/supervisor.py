"""Keeps jobs alive and the hardware watchdog honest."""

import asyncio
from micropython import const
from time import ticks_add, ticks_diff, ticks_ms
from typing import TYPE_CHECKING

from tomoshibi.core.errors import JobEnded, JobStalled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from machine import WDT

    from tomoshibi.node.control import Control
    from tomoshibi.node.job import Job

_FIRST_WAIT_MS = const(1_000)
_LONGEST_WAIT_MS = const(64_000)
# A job that has run this long has recovered: its next failure waits the short time again.
_RECOVERED_MS = const(600_000)


class _Charge:
    """One supervised job: its task, and when to start it again."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.task: asyncio.Task | None = None
        self.failure: Exception | None = None
        self._wait_ms = _FIRST_WAIT_MS
        self._due_ms = ticks_ms()
        self._started_ms = self._due_ms

    def running(self) -> None:
        """Take note that it runs: long enough, and it has recovered. Looked at while it runs, as
        ticks tell nothing of a time longer than six days."""
        if ticks_diff(ticks_ms(), self._started_ms) >= _RECOVERED_MS:
            self._wait_ms = _FIRST_WAIT_MS

    def start_if_due(self) -> None:
        if self.task is None and ticks_diff(ticks_ms(), self._due_ms) >= 0:
            self._started_ms = ticks_ms()
            self.failure = None
            self.job.beat()
            self.task = asyncio.create_task(self._guard())

    async def stop(self) -> None:
        """Cancel the task, let its `finally` blocks run, and put off the next start."""
        task, self.task = self.task, None
        if task is None:
            return
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
        self._due_ms = ticks_add(ticks_ms(), self._wait_ms)
        self._wait_ms = min(self._wait_ms * 2, _LONGEST_WAIT_MS)

    async def _guard(self) -> None:
        # No exception leaves a task: awaiting a crashed one again can take the interpreter down.
        try:
            await self.job.run()
            self.failure = JobEnded(self.job.name)
        except Exception as error:
            self.failure = error


async def supervise(
    jobs: Sequence[Job],
    control: Control,
    watchdog: WDT,
    on_fault: Callable[[str, Exception], None],
    check_ms: int = 500,
) -> None:
    """Run `jobs` for ever: one that crashes, ends or stalls is reported and started again.

    The wait before a restart doubles from 1 s to 64 s. The watchdog is fed here and nowhere
    else, and only if the control path made progress since the last look: a hung scheduler and a
    dead timer both end in a reset, a broken job does not.
    """
    for job in jobs:
        job.on_fault = on_fault
    charges = [_Charge(job) for job in jobs]
    seen = control.cycles
    try:
        while True:
            for charge in charges:
                charge.start_if_due()
            await asyncio.sleep_ms(check_ms)
            for charge in charges:
                await _look_after(charge, on_fault)
            if control.cycles != seen:
                seen = control.cycles
                watchdog.feed()
    finally:
        for charge in charges:
            await charge.stop()


async def _look_after(charge: _Charge, on_fault: Callable[[str, Exception], None]) -> None:
    if charge.task is None:
        return
    charge.running()
    failure = charge.failure
    late_ms = charge.job.late_ms()
    if failure is None and late_ms:
        failure = JobStalled(charge.job.name, late_ms)
    if failure is not None:
        on_fault(charge.job.name, failure)
        await charge.stop()
