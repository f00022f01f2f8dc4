"""Flashes many boards at once, each by a worker of its own."""

import json
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict

from tomo.errors import HostError, MachineRefused
from tomo.flashing.records import Job, Result

AT_ONCE = 8
WORKER = "tomo.flashing.worker"
_END_S = 2.0

Tell = Callable[[str, dict], None]  # port, what its worker said


class Crew:
    """`results` by port, of those that are done; complete after `run`, also part of the way."""

    def __init__(self, jobs: list[Job], tell: Tell, at_once: int = AT_ONCE) -> None:
        self.results: dict[str, Result] = {}
        self._waiting = deque(jobs)
        self._tell = tell
        self._at_once = at_once
        self._workers: dict[str, _Worker] = {}
        self._said: queue.Queue[tuple[str, str | None]] = queue.Queue()

    def run(self) -> None:
        """Flash all; whatever ends it, no worker is left and every port is free."""
        try:
            while self._waiting or self._workers:
                while self._waiting and len(self._workers) < self._at_once:
                    self._begin(self._waiting.popleft())
                self._hear()
        finally:
            for worker in self._workers.values():
                worker.process.terminate()
            for worker in self._workers.values():
                worker.end()

    def _begin(self, job: Job) -> None:
        try:
            worker = _Worker(job.port, self._said)
        except OSError as error:
            self._done(job.port, MachineRefused(f"cannot start a worker for {job.port}: {error}"))
            return
        # Known before it has anything to do: whatever happens now, it is ended.
        self._workers[job.port] = worker
        worker.order(job)

    def _hear(self) -> None:
        if not self._workers:
            return
        port, line = self._said.get()
        if line is None:
            worker = self._workers.pop(port)
            worker.end()
            if port not in self.results:
                said = worker.last_words or f"status {worker.process.returncode}"
                self._done(port, HostError(f"{port}: its worker ended: {said}"))
            return
        told = json.loads(line)
        if told["event"] == "result":
            del told["event"]
            self.results[port] = Result(**told)
            told = {"event": "result", **told}
        self._tell(port, told)

    def _done(self, port: str, error: HostError) -> None:
        result = Result(port)
        result.fail(error)
        self.results[port] = result
        self._tell(port, {"event": "result", **result.fields()})


class _Worker:
    """Not in our session: Ctrl-C on the terminal reaches it by way of us alone.

    It ends by itself if we end before it has its order.
    """

    def __init__(self, port: str, said: queue.Queue) -> None:
        self._port = port
        self._said = said
        self.last_words = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._readers = [
            threading.Thread(target=work, daemon=True) for work in (self._listen, self._errors)
        ]

    def order(self, job: Job) -> None:
        for reader in self._readers:
            reader.start()
        try:
            assert self.process.stdin
            with self.process.stdin as order:
                json.dump(asdict(job), order)
        except BrokenPipeError:
            pass  # it has ended, and says why on its standard error

    def end(self) -> None:
        try:
            self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for reader in self._readers:
            if reader.ident:  # it was started
                reader.join()

    def _listen(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                self._said.put((self._port, line))
        self._said.put((self._port, None))

    def _errors(self) -> None:
        assert self.process.stderr
        with self.process.stderr as lines:
            for line in lines:
                self.last_words = line.strip() or self.last_words
