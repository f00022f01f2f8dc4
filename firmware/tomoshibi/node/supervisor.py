"""Keeps jobs alive and the hardware watchdog honest."""

import asyncio
import gc
from micropython import const
from time import ticks_add, ticks_diff, ticks_ms
from typing import TYPE_CHECKING

from tomoshibi.node.job import begin, cancel

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
    """One supervised job: when it is due, its task if it has one, and what has ended it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.task: asyncio.Task | None = None
        self.failure: Exception | None = None
        self.due_ms = self._started_ms = ticks_ms()
        self._wait_ms = _FIRST_WAIT_MS

    def running(self) -> None:
        """Take note that it runs: long enough, and it has recovered. Looked at while it runs, as
        ticks tell nothing of a time longer than six days."""
        if self._wait_ms == _FIRST_WAIT_MS:
            return
        if ticks_diff(ticks_ms(), self._started_ms) >= _RECOVERED_MS:
            self._wait_ms = _FIRST_WAIT_MS

    def put_off(self) -> None:
        """It has failed: the next start is later each time."""
        self.job.restarts += 1
        self.due_ms = self._started_ms = ticks_add(ticks_ms(), self._wait_ms)
        self._wait_ms = min(self._wait_ms * 2, _LONGEST_WAIT_MS)

    def step(self, now_ms: int) -> Exception | None:
        """Have a job that goes step by step do one; what went wrong with it."""
        self.due_ms = ticks_add(now_ms, self.job.period_ms)
        try:
            self.job.step()
        except Exception as error:
            self.put_off()
            return error
        self.running()
        return None

    def start_if_due(self) -> Exception | None:
        """Start its task, if that is due and there is none; why it could not be started."""
        if self.task is None and ticks_diff(ticks_ms(), self.due_ms) >= 0:
            self._started_ms = ticks_ms()
            self.failure = None
            self.job.beat()
            try:
                self.task = begin(self.job.run(), self._ended)
            except MemoryError as error:
                self.put_off()
                return error
        return None

    def _ended(self, _task: asyncio.Task, end: Exception) -> None:
        self.failure = end

    def ending(self) -> Exception | None:
        """Why the task must be started again: what has ended it, or that it hangs."""
        if self.task is None:
            return None
        self.running()
        late_ms = self.job.late_ms()
        if isinstance(self.failure, StopIteration):
            return _fault(self.job.name, 0)
        if self.failure is None and late_ms:
            return _fault(self.job.name, late_ms)
        return self.failure

    async def stop(self) -> None:
        """Cancel the task, let its `finally` blocks run, and put off the next start."""
        task, self.task = self.task, None
        if task is not None:
            await cancel(task)
            self.put_off()


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
    # Steps share this one task: each of its own would take a third of a KiB.
    steps = [_Charge(job) for job in jobs if job.period_ms]
    charges = [_Charge(job) for job in jobs if not job.period_ms]
    seen = control.cycles
    control.heap_lowest = gc.mem_free()
    try:
        while True:
            for charge in charges:
                _tell(charge, charge.start_if_due(), on_fault)
            look_ms, left_ms = ticks_add(ticks_ms(), check_ms), check_ms
            while left_ms > 0:
                await asyncio.sleep_ms(_do_due(steps, left_ms, on_fault))
                left_ms = ticks_diff(look_ms, ticks_ms())
            for charge in charges:
                failure = charge.ending()
                if failure is not None:
                    _tell(charge, failure, on_fault)
                    await charge.stop()
            if control.cycles != seen:
                seen = control.cycles
                watchdog.feed()
                control.feeds += 1
                control.heap_lowest = min(control.heap_lowest, gc.mem_free())
    finally:
        for charge in charges:
            await charge.stop()


def _do_due(
    steps: Sequence[_Charge], most_ms: int, on_fault: Callable[[str, Exception], None]
) -> int:
    """Do each step that is due; ms until the next one, at most `most_ms`."""
    now_ms = ticks_ms()
    for charge in steps:
        left_ms = ticks_diff(charge.due_ms, now_ms)
        if left_ms <= 0:
            _tell(charge, charge.step(now_ms), on_fault)
            left_ms = ticks_diff(charge.due_ms, now_ms)
        if left_ms < most_ms:
            most_ms = left_ms
    return most_ms


def _tell(
    charge: _Charge, failure: Exception | None, on_fault: Callable[[str, Exception], None]
) -> None:
    if failure is not None:
        try:
            on_fault(charge.job.name, failure)
        except MemoryError:
            pass  # that jobs go on matters more than the words


def _fault(job: str, late_ms: int) -> Exception:
    """Of a job that hangs; of one that has returned if `late_ms` is 0."""
    try:
        from tomoshibi.core.ends import JobEnded, JobStalled
    except MemoryError as error:
        return error  # nothing may stop the supervisor
    return JobStalled(job, late_ms) if late_ms else JobEnded(job)
