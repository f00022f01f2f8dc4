"""A desk node: the real firmware in a process of its own, with its console and world link."""

import io
import os
import queue
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from tomo.checkout import board_folder, desk_program
from tomo.errors import HostError, MachineRefused, NodeSilent, NodeWrong
from tomo.files import locked, writing
from tomo.image.documents import node_settings, put_node_settings
from tomo.transport.pseudo_terminal import PseudoTerminal
from tomo.transport.world_link import LinkClosed, LinkSilent, WorldLink
from tomo.world.lockstep import Report

# What an ESP32 leaves to Python; twice of it where a word is twice as long.
_HEAP_K = {32: 128, 64: 256}
# Real time a node may take for one grant; it is done in milliseconds, save on a busy machine.
_ANSWER_S = 60.0
_STOP_S = 5.0
# Nobody waits at a desk for a grid that is known to be healthy.
_DESK_HOLD_S = 5
NODE_LOCK = "node.lock"


class NodeDied(HostError):
    """The node's process ended by itself; the message ends with its last console lines."""

    def __init__(self, name: str, status: int | None, tail: str) -> None:
        super().__init__(f"node {name} {_end(status)}\n{tail}".rstrip())
        self.status = status


def _end(status: int | None) -> str:
    """How a process ended, from what Popen says of it."""
    if status is None:
        return "closed its world link and hangs"
    return f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"


def lock_folder(folder: Path) -> IO[str]:
    """Keep a desk node's chip for us alone, until what is returned is closed or we end.

    Raises HostError while a node runs there: it knows nothing of what others write.
    """
    lock = locked(folder / NODE_LOCK)
    if lock is None:
        raise MachineRefused(
            f"a node runs in {folder}: its chip is not to be written by anybody else",
            f"End that node first, or talk to it through its console: {folder / 'console'}.",
        )
    return lock


@dataclass(frozen=True)
class Desk:
    """How to start a node: what the desk program takes from its environment.

    cost_ps        what an instruction of RV32's takes on a clock that is held; 0: nothing
    reset_reason   why it starts, as the ESP32 numbers it; power-on if not given
    soft_reset     it starts softly, after the reset that this reason is of
    keeps_levels   outputs are still driven after a reset as they were before
    command        instead of the desk program (tests put a small stand-in here)
    """

    name: str
    board: str
    ip: str = ""
    clock: str = "real"
    cost_ps: int = 0
    start_s: int | None = None
    seed: int = 1
    size: int = 32
    run_ms: int | None = None
    linked: bool = True
    reset_reason: int | None = None
    soft_reset: bool = False
    keeps_levels: bool = True
    command: tuple[str, ...] = ()

    def arguments(self) -> list[str]:
        if self.command:
            return list(self.command)
        program = str(desk_program(self.size))
        return [program, "-X", f"heapsize={_HEAP_K[self.size]}k", "-c", "import desk; desk.main()"]

    def environment(self) -> dict[str, str]:
        values = {
            "MICROPYPATH": f"{board_folder(self.board)}:.frozen",
            "DESK_BOARD": self.board,
            "DESK_IP": self.ip,
            "DESK_CLOCK": self.clock,
            "DESK_COST_PS": str(self.cost_ps),
            "DESK_SEED": str(self.seed),
        }
        if self.start_s is not None:
            values["DESK_START"] = str(self.start_s)
        if self.run_ms is not None:
            values["DESK_RUN_MS"] = str(self.run_ms)
        if self.reset_reason is not None:
            values["DESK_RESET_REASON"] = str(self.reset_reason)
        if self.soft_reset:
            values["DESK_SOFT_RESET"] = "1"
        if not self.keeps_levels:
            values["DESK_KEEPS_LEVELS"] = "0"
        return values


class DeskNode:
    """Running inside the `with`, gone after it, whatever happened inside.

    settings   are written into the node's chip, the file `flash.bin` in its folder. Without them
               a chip that has none gets a network to join, the board's name and a short wait for
               its loads; one that has is left as it is. All else in the chip stays.
    """

    def __init__(self, desk: Desk, folder: Path, settings: dict | None = None) -> None:
        self.desk = desk
        self.name = desk.name
        self.folder = folder
        self._settings = settings
        self._link = WorldLink() if desk.linked else None
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._tail: deque[str] = deque(maxlen=20)
        self._lock: IO[str] | None = None

    def _write_settings(self) -> None:
        settings = self._settings
        if settings is None:
            if node_settings(self.folder) is not None:
                return
            settings = {"name": self.desk.name, "return_hold_s": _DESK_HOLD_S}
        # The desk's network has a name like any other; a node without one stays off it.
        put_node_settings(self.folder, {"wifi_ssid": "desk"} | settings)

    def __enter__(self) -> "DeskNode":
        try:
            self._start()
        except BaseException:
            if self._link:
                self._link.hang_up()
            if self._lock:
                self._lock.close()
            raise
        return self

    def _start(self) -> None:
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = lock_folder(self.folder)
        self._write_settings()
        environment = os.environ | self.desk.environment()
        ends = self._link.node_ends if self._link else ()
        if ends:
            environment["DESK_LINK"] = f"{ends[0]},{ends[1]}"
        # A process group of its own: Ctrl-C goes to us, and we end the nodes in good order.
        self._process = subprocess.Popen(
            self.desk.arguments(),
            cwd=self.folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=ends,
            process_group=0,
        )
        if self._link:
            self._link.started()
        # Popen gives these two whenever it is asked for pipes, as above.
        self._keys = cast(IO[bytes], self._process.stdin)
        console = io.TextIOWrapper(
            cast(IO[bytes], self._process.stdout), encoding="utf-8", errors="replace"
        )
        self._reader = threading.Thread(target=self._read, args=(console,))
        self._reader.daemon = True
        self._reader.start()

    def __exit__(self, *_exc: object) -> None:
        try:
            self.stop()
        finally:
            if self._lock:
                self._lock.close()

    def stop(self) -> int:
        """End the node in good order, by force if it does not follow; return its status."""
        try:
            if self._link:
                self._link.hang_up()
            else:
                self._process.terminate()
            with suppress(OSError):  # the node is gone and its input with it
                self._keys.close()
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            pass
        finally:
            if self._process.poll() is None:
                self._process.kill()
            self._process.wait()
        self._reader.join(_STOP_S)
        return self._process.returncode

    def kill(self) -> None:
        """Take its supply away: not an instruction more. What it has said can still be read."""
        self._process.kill()

    @property
    def pid(self) -> int:
        return self._process.pid

    # World link

    def hello(self) -> None:
        """Wait for the node to say that it is its board. Raises NodeWrong if it is another."""
        board = self._receive().get("hello")
        if board != self.desk.board:
            raise NodeWrong(f"node {self.name} says it is {board!r}, not {self.desk.board!r}")

    def grant(self, until_ms: int, changed: dict[str, int]) -> None:
        """Let the node run to `until_ms`, with these quantities changed."""
        frame: dict[str, object] = {"until_ms": until_ms}
        if changed:
            frame["set"] = changed
        self.send(frame)

    def send(self, frame: dict) -> None:
        try:
            self._need_link().send(frame)
        except LinkClosed:
            raise self.died() from None

    def report(self, timeout_s: float = _ANSWER_S) -> Report:
        """How far the node came, and its outputs. Raises NodeDied or NodeSilent."""
        return self._report_of(self._receive(timeout_s))

    def try_report(self, timeout_s: float) -> Report | None:
        """As `report`; None if nothing came in time: in real time a node speaks when it likes."""
        try:
            return self._report_of(self._need_link().receive(timeout_s))
        except LinkSilent:
            return None
        except LinkClosed:
            raise self.died() from None

    def _report_of(self, frame: dict) -> Report:
        try:
            out = [(int(t), str(name), int(value)) for t, name, value in frame.get("out", [])]
            return Report(int(frame["at_ms"]), out)
        except (KeyError, TypeError, ValueError):
            raise NodeWrong(f"node {self.name} sent {frame!r} on its world link") from None

    def _receive(self, timeout_s: float = _ANSWER_S) -> dict:
        try:
            return self._need_link().receive(timeout_s)
        except LinkClosed:
            raise self.died() from None
        except LinkSilent:
            said = f"node {self.name} did not answer in {timeout_s:g} s"
            raise NodeSilent("\n".join((said, *self._tail))) from None

    def _need_link(self) -> WorldLink:
        if self._link is None:
            raise ValueError(f"node {self.name} was started without a world")
        return self._link

    # Console

    def lines(self) -> Iterator[str]:
        """Console lines that have come since the last call; does not wait."""
        with suppress(queue.Empty):
            while (line := self._lines.get_nowait()) is not None:
                yield line

    def line(self, timeout_s: float = 5.0) -> str:
        """The next console line. Raises NodeSilent or NodeDied."""
        try:
            line = self._lines.get(timeout=timeout_s)
        except queue.Empty:
            raise NodeSilent(f"node {self.name} said nothing for {timeout_s:g} s") from None
        if line is None:
            raise self.died()
        return line

    def say(self, text: str) -> None:
        """Type a line on the node's console."""
        self.type(text.encode() + b"\n")

    def type(self, data: bytes) -> None:
        """Type on the node's console."""
        try:
            self._keys.write(data)
            self._keys.flush()
        except (BrokenPipeError, OSError, ValueError):
            raise self.died() from None

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def _read(self, console: IO[str]) -> None:
        for line in console:
            self._tail.append(line)
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def died(self) -> NodeDied:
        """What to raise for a node that is gone: how its process ended, and its last words."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_S)
        self._reader.join(1.0)
        return NodeDied(self.name, self._process.poll(), "".join(self._tail))


def pass_on(node: DeskNode, terminal: PseudoTerminal) -> Iterator[str]:
    """What the node has said since, shown on the terminal too; type there what was typed on it."""
    if data := terminal.typed():
        with suppress(HostError):  # a node that is gone is told by whoever runs it
            node.type(data)
    for line in node.lines():
        terminal.show(line)
        yield line
