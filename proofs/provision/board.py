"""A desk node behind a serial port, as `tomo desk` runs it, whose supply can be cut."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from typer.testing import CliRunner

from tomo.cli.app import app
from tomo.errors import HostError

_END_S = 20.0
_TOMO = (sys.executable, "-c", "from tomo.cli.app import main; main()")


class Board:
    """Powered inside the `with`; `port` is its console. Its chip stays in `folder`."""

    def __init__(self, kind: str, folder: Path) -> None:
        self._command = [*_TOMO, "desk", kind, "--ip", "", "--serial", "--folder", str(folder)]

    def __enter__(self) -> "Board":
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self._process.stdout
        self.port = self._process.stdout.readline().strip().removeprefix("console: ")
        return self

    def __exit__(self, *_exc: object) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_END_S)
        finally:
            self._process.kill()
            self._process.communicate()

    def cut(self) -> None:
        """The supply is gone: the node does not one instruction more, and its port goes with it."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        with suppress(ProcessLookupError):
            for child in children.read_text().split():
                os.kill(int(child), signal.SIGKILL)

    def gone(self) -> bool:
        """Whether the node is no more, as `tomo desk` that has run it ends then."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_S)
        return self._process.returncode is not None


def tomo(*arguments: object) -> tuple[int, str, str]:
    """A `tomo` command in this process: status, standard output, what it says that went wrong."""
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    if isinstance(done.exception, HostError):
        return done.exception.exit_code, done.stdout, str(done.exception)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def started(*arguments: object) -> subprocess.Popen[str]:
    """A `tomo` command in a process of its own, which can be told to end."""
    return subprocess.Popen(
        [*_TOMO, *map(str, arguments)], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
