"""What the supervisor knows about a running job."""

from time import ticks_diff, ticks_ms


class Job:
    """A forever-running coroutine with a deadline. Subclasses write `run` and call `beat`.

    A `deadline_ms` of 0 is for jobs that may wait as long as they like.
    """

    name = "job"
    deadline_ms = 5_000

    def __init__(self) -> None:
        self._beat_ms = ticks_ms()

    def beat(self) -> None:
        """Say that a full round was done."""
        self._beat_ms = ticks_ms()

    def late_ms(self) -> int:
        """Milliseconds past the deadline, or 0."""
        if not self.deadline_ms:
            return 0
        return max(0, ticks_diff(ticks_ms(), self._beat_ms) - self.deadline_ms)

    async def run(self) -> None:
        """Work for ever; the supervisor restarts what ends or crashes."""
        raise NotImplementedError
