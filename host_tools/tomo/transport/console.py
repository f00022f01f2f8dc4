"""A node's console on a serial port: commands out, one JSON object a line back.

    read registers 4096 32     {"t": …, "event": "read", "partition": …, "at": …, "data": "<hex>"}
    anything refused           {"t": …, "event": "error", …}

Other lines may come between: events as they happen, the boot loader's greeting.
"""

import json
import re
import termios
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import serial

from boards.flash_map import PARTITIONS
from tomo.errors import HostError, MachineRefused, NodeSilent, NodeWrong, UsageError
from tomo.image.source import KeptSecret, Span
from tomo.port_errors import port_refused
from tomoshibi.settings.declared import KIND, NAME, SECRET, SETTINGS

_BAUD = 115_200
_LONGEST_READ = 512  # bytes that a node gives away at a time
_LONGEST_LINE = 65_536
_LOOK_S = 0.1
_TRIES = 2
# A node that decides something at this very moment writes nothing to flash, and does in the next.
_BUSY = "FlashBusy"
_BUSY_S = 2.0
_BUSY_AGAIN_S = 0.2
_SIZES = {label: size for label, _kind, _subtype, _offset, size in PARTITIONS}
# Told to nobody, so a node's refusal to read it is nothing amiss.
_SECRET = ("identity", "settings")
# Their words prove that we have the key, and help nobody who reads of them.
_PROVING = ("identify", "wipe")
_SECRET_SETTINGS = [row[NAME] for row in SETTINGS if row[KIND] == SECRET]
# A port of a board takes no more than some 380 bytes before its node has read them: what is longer
# goes out as fast as a node reads, and no faster.
_PIECE = 128
_PIECE_S = 0.04

# How a port is gone. What pyserial says of a queue that does not empty is no OSError, and of a port
# that was closed meanwhile a TypeError.
_GONE = (OSError, termios.error, TypeError)

# In a desk node's folder: leads to the pseudo-terminal of its console while the node runs.
CONSOLE_LINK = "console"
_PORT = re.compile(r"(?i)/dev/.+|COM\d+|[a-z][a-z0-9+.-]*://.+")
_ADDRESS = re.compile(r"[0-9.]+")

Progress = Callable[[str, int, int], None]  # partition, bytes done, bytes in all


class Refused(HostError):
    """The node understood and will not. `fields` is its answer."""

    def __init__(self, where: str, command: str, fields: dict) -> None:
        told = {k: v for k, v in fields.items() if k not in ("t", "event", "command")}
        words = [str(v) if k == "reason" else f"{k} {v}" for k, v in told.items()]
        super().__init__(
            f"{where} refuses `{shown(command)}`: {', '.join(words) or 'no reason given'}",
            "docs/console.md tells what each command takes.",
        )
        self.fields = fields

    @property
    def for_now(self) -> bool:
        """Whether the same may be taken in a moment."""
        return str(self.fields.get("reason", "")).startswith(_BUSY)


def is_port(text: str) -> bool:
    """Whether this names a serial port, or another place that pyserial can open."""
    path = Path(text)
    return path.is_char_device() or bool(
        _PORT.fullmatch(text) and not path.is_file() and not path.is_dir()
    )


def shown(command: str) -> str:
    """What of a command may be told: nothing behind its first word where that may be a secret."""
    word = command.partition(" ")[0]
    secret = word in _PROVING or any(name in command for name in _SECRET_SETTINGS)
    return f"{word} …" if secret else command


def _answers(error: dict, command: str) -> bool:
    """Whether this is of `command`, and not of what was left half typed before it."""
    word = command.partition(" ")[0]
    return str(error.get("command", error.get("unknown", word))) in (word, word[:20])


def open_console(node: str, answer_s: float = 3.0) -> "NodeConsole":
    """The console of `node`: a serial port, a pyserial URL, or a desk node's folder.

    Raises UsageError for anything else, an address too, and NodeSilent if no node runs there.
    """
    if is_port(node):
        return NodeConsole(node, answer_s)
    folder = Path(node)
    if folder.is_dir():
        link = folder / CONSOLE_LINK
        if not link.is_char_device():
            raise NodeSilent(
                f"no node runs in {folder}: nothing is behind {link}",
                "Start it with `tomo desk` or `tomo site run`, and name its folder.",
            )
        return NodeConsole(str(link.resolve()), answer_s)
    if _ADDRESS.fullmatch(node):
        raise UsageError(
            f"{node!r} is an address: only a node's console carries this",
            "Name its serial port (/dev/ttyUSB0, socket://host:port) or a desk node's folder.",
        )
    raise UsageError(
        f"{node!r} is no serial port and no desk node's folder",
        "Ports are written as /dev/ttyUSB0, COM3 or socket://host:port. "
        "That of a virtual board is there while its tray runs.",
    )


class NodeConsole:
    """Open inside the `with`. `where` is a port, or any other place that pyserial can open.

    busy_s    how long to ask again for what a node refuses for now
    on_busy   called when that begins
    """

    def __init__(self, where: str, answer_s: float = 3.0) -> None:
        self.where = where
        self.busy_s = _BUSY_S
        self.on_busy: Callable[[], None] = lambda: None
        self._answer_s = answer_s
        self._pending = b""
        self._odd = ""

    def __enter__(self) -> "NodeConsole":
        try:
            self._port = serial.serial_for_url(
                self.where, _BAUD, timeout=_LOOK_S, write_timeout=self._answer_s, exclusive=True
            )
        except ValueError as error:
            raise MachineRefused(
                f"cannot open {self.where}: {error}", "Write /dev/ttyUSB0 or a URL."
            ) from None
        except OSError as error:  # SerialException is one
            raise port_refused(self.where, error) from None
        try:
            # What was said before we came answers none of our questions.
            self._port.reset_input_buffer()
        except _GONE as error:
            self._port.close()
            raise self._gone(error) from None
        return self

    def __exit__(
        self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._port.close()

    def ask(self, command: str, event: str, fits: Callable[[dict], bool] | None = None) -> dict:
        """The answer to a command: the next object with this event that `fits`.

        What is refused for now is asked for again, for `busy_s`.

        Raises Refused, NodeSilent, or NodeWrong if only nonsense came.
        """
        until = time.monotonic() + self.busy_s
        told = False
        while True:
            try:
                return self._ask(command, event, fits)
            except Refused as refused:
                if not refused.for_now or time.monotonic() > until:
                    raise
            if not told:
                self.on_busy()
                told = True
            time.sleep(_BUSY_AGAIN_S)

    def hear(self, event: str, wait_s: float) -> dict:
        """The next object with this event, said without being asked for. Raises NodeSilent."""
        until = time.monotonic() + wait_s
        while (left_s := until - time.monotonic()) > 0:
            told = self._object(left_s)
            if told and told.get("event") == event:
                return told
        raise NodeSilent(f"{self.where} said no `{event}` in {wait_s:g} s")

    def _ask(self, command: str, event: str, fits: Callable[[dict], bool] | None) -> dict:
        self._odd = ""
        # The empty line first: it ends what somebody else may have left half typed.
        self._write(b"\r\n" + command.encode() + b"\r\n")
        until = time.monotonic() + self._answer_s
        while (left_s := until - time.monotonic()) > 0:
            told = self._object(left_s)
            if told is None:
                continue
            if told.get("event") == "error" and _answers(told, command):
                raise Refused(self.where, command, told)
            if told.get("event") == event:
                if fits is None or fits(told):
                    return told
                self._odd = json.dumps(told)
        if self._odd:
            # A terminal that is no node of ours says everything back.
            odd = "something else" if shown(command) != command else repr(self._odd[:200])
            raise NodeWrong(
                f"{self.where} answered `{shown(command)}` with {odd}",
                "Is this one of our nodes, and the only program that talks to it?",
            )
        raise NodeSilent(
            f"{self.where} did not answer `{shown(command)}` in {self._answer_s:g} s",
            "Check power and cable, and that it is the port of a node's console.",
        )

    def _object(self, left_s: float) -> dict | None:
        """The next line if it is a JSON object; None if it is not, or none came."""
        line = self._line(left_s)
        if not line.strip():
            return None
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            told = None
        if isinstance(told, dict):
            return told
        self._odd = line.decode("utf-8", "replace").strip()
        return None

    def _line(self, left_s: float) -> bytes:
        until = time.monotonic() + left_s
        while b"\n" not in self._pending:
            if time.monotonic() > until:
                return b""
            self._pending += self._take()
            if len(self._pending) > _LONGEST_LINE:
                self._odd = self._pending[:80].decode("utf-8", "replace")
                self._pending = b""
        line, _, self._pending = self._pending.partition(b"\n")
        return line

    def _take(self) -> bytes:
        try:
            return self._port.read(max(1, self._port.in_waiting))
        except _GONE as error:
            raise self._gone(error) from None

    def _write(self, data: bytes) -> None:
        try:
            self._port.write(data[:_PIECE])
            for at in range(_PIECE, len(data), _PIECE):
                time.sleep(_PIECE_S)
                self._port.write(data[at : at + _PIECE])
            self._port.flush()
        except _GONE as error:
            raise self._gone(error) from None

    def _gone(self, error: Exception) -> NodeSilent:
        return NodeSilent(f"{self.where} is gone: {error}", "Check the cable and start again.")


class ConsoleFlash:
    """The flash of a node on its console, as a `tomo.image.source.FlashSource`."""

    def __init__(self, console: NodeConsole, progress: Progress | None = None) -> None:
        self.where = console.where
        self._console = console
        self._progress = progress or (lambda _label, _done, _total: None)

    def has(self, label: str) -> bool:
        return label in _SIZES

    def size(self, label: str) -> int:
        return _SIZES[label]

    def read(self, label: str, spans: list[Span]) -> list[bytes]:
        """Raises KeptSecret if the node does not give this partition away."""
        total = sum(length for _, length in spans)
        read, done = [], 0
        for at, length in spans:
            span = b""
            while len(span) < length:
                piece = min(_LONGEST_READ, length - len(span))
                span += self._read(label, at + len(span), piece)
                self._progress(label, done + len(span), total)
            read.append(span)
            done += length
        return read

    def _read(self, label: str, at: int, length: int) -> bytes:
        def fits(told: dict) -> bool:
            place = (told.get("partition"), told.get("at"))
            return place == (label, at) and len(_bytes(told.get("data"))) == length

        command = f"read {label} {at} {length}"
        for left in range(_TRIES, 0, -1):
            try:
                return _bytes(self._console.ask(command, "read", fits)["data"])
            except Refused as refused:
                if label in _SECRET:
                    raise KeptSecret(str(refused)) from None
                raise
            except (NodeSilent, NodeWrong):
                if left == 1:
                    raise
        raise AssertionError("the last try returns or raises")


def _bytes(text: object) -> bytes:
    """What a hex dump stands for; nothing if it is none."""
    try:
        return bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        return b""
