"""What the supervisor knows about a running job."""

import asyncio
from time import ticks_diff, ticks_ms
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


class Job:
    """What is done for ever, in one of two ways.

    step by step   every `period_ms`: subclasses write `step`, which waits for nothing
    as a task      no `period_ms`: subclasses write `run`, a coroutine, and call `beat` within
                   `deadline_ms`; 0 is for those that may wait as long as they like

    The supervisor sets `on_fault`, to which a job reports a fault that it lives with.
    """

    name = "job"
    period_ms = 0
    deadline_ms = 5_000
    restarts = 0  # since power-up, after a failure

    def __init__(self) -> None:
        self._beat_ms = ticks_ms()
        self.on_fault: Callable[[str, Exception], None] | None = None

    def beat(self) -> None:
        """Say that a full round was done."""
        self._beat_ms = ticks_ms()

    def late_ms(self) -> int:
        """Milliseconds past the deadline, or 0."""
        if not self.deadline_ms:
            return 0
        return max(0, ticks_diff(ticks_ms(), self._beat_ms) - self.deadline_ms)

    def report(self, fault: Exception) -> None:
        """Tell of a fault after which the job goes on."""
        if self.on_fault is not None:
            self.on_fault(self.name, fault)

    def counts(self) -> dict[str, int]:
        """What this job has lost, dropped or refused since power-up, for the node's status."""
        return {}

    def step(self) -> None:
        """Do what is due; after one that raises the supervisor waits longer for the next."""

    async def run(self) -> None:
        """Work for ever; the supervisor restarts what ends or crashes."""


def begin(
    work: Coroutine[object, object, None], ended: Callable[[asyncio.Task, Exception], None]
) -> asyncio.Task:
    """Start a task; `ended(task, end)` is called with what ends it, StopIteration if it returns.

    MicroPython's asyncio has this for its own `gather`. Without, an exception that nobody awaits is
    printed, and awaiting a task that has crashed can take the interpreter down. A task that is
    begun like this cannot be awaited; a frame around it would take a tenth of a KiB.
    """
    task = asyncio.create_task(work)
    task.state = ended  # pyright: ignore[reportAttributeAccessIssue]
    return task


async def cancel(task: asyncio.Task) -> None:
    """End a task that was begun with `begin`, its `finally` blocks included."""
    task.cancel()
    while not task.done():
        await asyncio.sleep_ms(1)
