"""Whether a board starts after it was flashed, as far as its console tells.

A reset that reaches the board is followed by its boot loader's greeting. Where none comes the reset
did not: a port without reset lines is closed and opened once, and Enter typed.
"""

import json
import time

import serial

from tomo.errors import HostError
from tomo.flashing.loader import Loader
from tomo.flashing.port import open_port
from tomo.flashing.records import NOT_SEEN, STARTS, WILL_NOT

_REFUSALS = ("invalid header: 0x", "No bootable app", "nothing to start", "boot failed")
_RUNS_NOTHING = "its code is not run"  # a virtual board's last word
_SILENT_S = 0.3  # a boot loader greets in a few milliseconds
_CLOSED_S = 0.1
_LOOK_S = 0.05


def watch_start(loader: Loader, seconds: float) -> tuple[str, str]:
    """STARTS, WILL_NOT or NOT_SEEN, and the last line heard. Takes at most `seconds`."""
    until = time.monotonic() + seconds
    ears = _Ears()
    try:
        loader.port.timeout = _LOOK_S
        ears.listen(loader.port, min(until, time.monotonic() + _SILENT_S), silent_only=True)
        if not ears.heard:
            loader.port.close()
            time.sleep(_CLOSED_S)
            loader.port = open_port(loader.where)
            loader.port.timeout = _LOOK_S
            loader.port.write(b"\r\n")
        ears.listen(loader.port, until)
    except (OSError, HostError):
        # A chip's own USB port goes with the reset. All is written; only the word is missed.
        return NOT_SEEN, ears.last_line
    return ears.verdict or NOT_SEEN, ears.last_line


class _Ears:
    def __init__(self) -> None:
        self.heard = False
        self.verdict = ""
        self.last_line = ""
        self._pending = b""

    def listen(self, port: serial.Serial, until: float, silent_only: bool = False) -> None:
        """Until there is a verdict or the time is up; `silent_only`: until anything is heard."""
        while not self.verdict and time.monotonic() < until:
            data = port.read(max(1, port.in_waiting))
            self.heard = self.heard or bool(data)
            *lines, self._pending = (self._pending + data).split(b"\n")
            for line in lines:
                self._take(line.decode("utf-8", "replace").strip())
            if silent_only and self.heard:
                return

    def _take(self, line: str) -> None:
        if not line or self.verdict:
            return
        self.last_line = line
        if any(word in line for word in _REFUSALS):
            self.verdict = WILL_NOT
        elif _RUNS_NOTHING in line:
            self.verdict = NOT_SEEN
        elif _event(line) == "started":
            self.verdict = STARTS


def _event(line: str) -> str:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    return str(told.get("event", "")) if isinstance(told, dict) else ""
