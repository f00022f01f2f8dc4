"""One desk node in the foreground, in a small constant world or a scenario's."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from tomo.board.sound import sound_parts
from tomo.errors import HostError, UsageError
from tomo.jobs.addresses import need_free
from tomo.jobs.costs import COSTED, INSTRUCTION_PS, node_ps
from tomo.jobs.node_settings import node_settings
from tomo.scenario import records
from tomo.scenario.constant import constant
from tomo.scenario.lanes import LANES
from tomo.transport.console import CONSOLE_LINK
from tomo.transport.desk_node import Desk, DeskNode, NodeDied, pass_on
from tomo.transport.desk_resets import Reset, after
from tomo.transport.pseudo_terminal import PseudoTerminal
from tomo.world.felt import Felt
from tomo.world.lockstep import Lockstep
from tomo.world.site import World

CLOCKS = ("real", "virtual", COSTED)
_LOOK_S = 0.02
# A node that resets more often than this will not get better.
_RESTARTS = 5
_RESTARTS_S = 10.0


@dataclass(frozen=True)
class DeskOptions:
    """scenario and node: whose world and settings; without them the constant world.

    serial           the console is on a pseudo-terminal, not on our own input and output
    instruction_ps   what an instruction takes on the costed clock
    """

    board: str
    ip: str
    folder: Path
    size: int = 32
    clock: str = "real"
    seed: int = 1
    scenario: records.Scenario | None = None
    node: str | None = None
    serial: bool = False
    instruction_ps: int = INSTRUCTION_PS


class _Streams:
    """Our own input and output as the console; `keys` is None if we were started without."""

    def __init__(self, keys: TextIO | None, screen: TextIO) -> None:
        self._keys = keys
        self._screen = screen

    def show(self, line: str) -> None:
        print(line, file=self._screen, flush=True)

    def typed(self) -> Iterator[bytes]:
        """What is typed, whole lines at a time.

        Read past Python's buffer: a thread that waits with the buffer's lock held keeps the
        interpreter from ending.
        """
        rest = b""
        while self._keys and (chunk := os.read(self._keys.fileno(), 4_096)):
            lines, end, rest = (rest + chunk).rpartition(b"\n")
            yield lines + end


class _Seat:
    """Where one node after the other runs: its console stays when it starts again.

    It is on `terminal`, to which the node's folder has a link, and on `streams`, if given.
    """

    def __init__(self, terminal: PseudoTerminal, streams: _Streams | None) -> None:
        self._terminal = terminal
        self._streams = streams
        self._node: DeskNode | None = None
        self._taken = threading.Event()

    def take(self, node: DeskNode) -> None:
        self._node = node
        self._terminal.link(node.folder / CONSOLE_LINK)
        self._taken.set()

    def pass_on(self) -> None:
        """Pass on what the node has said since, and what was typed on the terminal."""
        if self._node:
            for line in pass_on(self._node, self._terminal):
                if self._streams:
                    self._streams.show(line)

    def pass_keys(self) -> None:
        """Type on the node's console what our input has, from a thread that ends with us."""
        streams = self._streams
        if not streams:
            return

        def pump() -> None:
            self._taken.wait()
            with suppress(OSError):  # our input is gone
                for data in streams.typed():
                    # A node that is gone is told by the main thread, or starts again.
                    with suppress(HostError):
                        if self._node:
                            self._node.type(data)

        threading.Thread(target=pump, daemon=True).start()


def run_desk(options: DeskOptions, keys: TextIO | None, screen: TextIO) -> None:
    """Run until the scenario ends or somebody raises in this thread (Stopped).

    Raises UsageError for what cannot be, BoardUnsound, HostError if the node's port is taken or it
    ends.
    """
    sound_parts(options.board)
    scenario, node = _place(options)
    if options.ip:
        need_free(options.ip)
    desk = Desk(
        name=node.name,
        board=options.board,
        ip=options.ip,
        clock="real" if options.clock == "real" else "lockstep",
        cost_ps=node_ps(options.clock, options.instruction_ps),
        start_s=None if options.clock == "real" else scenario.site.start_2000_s,
        seed=options.seed,
        size=options.size,
    )
    settings = node_settings(scenario, node) if options.scenario else None
    folder = options.folder.resolve()
    with ExitStack() as stack:
        terminal = stack.enter_context(PseudoTerminal())
        if options.serial:
            print(f"console: {terminal.path}", file=screen, flush=True)
        seat = _Seat(terminal, None if options.serial else _Streams(keys, screen))
        seat.pass_keys()
        if options.clock == "real":
            _run_real(seat, desk, folder, settings, World(scenario))
        else:
            _run_held(seat, DeskNode(desk, folder, settings), World(scenario))


def _run_held(seat: _Seat, node: DeskNode, world: World) -> None:
    with node as running:
        seat.take(running)
        running.hello()
        try:
            Lockstep(world, [running]).run(world.scenario.site.duration, seat.pass_on)
        finally:
            running.stop()
            seat.pass_on()


def _run_real(seat: _Seat, desk: Desk, folder: Path, settings: dict | None, world: World) -> None:
    """Run the node, and start it again as a chip starts again after a reset."""
    began = time.monotonic()
    resets: deque[float] = deque(maxlen=_RESTARTS)
    while True:
        try:
            with DeskNode(desk, folder, settings) as node:
                seat.take(node)
                _run_until_it_ends(seat, node, world, began)
                return
        except NodeDied as end:
            now = time.monotonic()
            often = len(resets) == _RESTARTS and now - resets[0] < _RESTARTS_S
            reset = after(end.status, Reset(desk.reset_reason, desk.soft_reset))
            if reset is None or often:
                raise
            resets.append(now)
            desk = replace(desk, reset_reason=reset.reason, soft_reset=reset.soft)
            settings = None  # what the node has changed since is in its chip


def _run_until_it_ends(seat: _Seat, node: DeskNode, world: World, began: float) -> None:
    try:
        node.hello()
        _follow(node, world, seat.pass_on, began)
    finally:
        node.stop()
        seat.pass_on()


def _place(options: DeskOptions) -> tuple[records.Scenario, records.Node]:
    """The scenario and the node of it that is meant."""
    if options.scenario is None:
        if options.node:
            raise UsageError("--node needs --scenario")
        scenario = constant(options.board)
        return scenario, scenario.node[0]
    scenario = _never_cut(options.scenario)
    fitting = [node for node in scenario.node if node.board == options.board]
    if options.node:
        fitting = [node for node in fitting if node.name == options.node]
    if not fitting:
        known = ", ".join(f"{node.name} ({node.board})" for node in scenario.node)
        wanted = options.node or "any"
        raise UsageError(f"no {options.board} node {wanted!r} in the scenario", f"Nodes: {known}")
    return scenario, fitting[0]


def _never_cut(scenario: records.Scenario) -> records.Scenario:
    """Without failures of the nodes' own supplies: who starts one node ends it when he likes."""
    supply = LANES["supply"].kinds
    events = tuple(event for event in scenario.event if event.kind not in supply)
    return replace(scenario, event=events)


def _follow(node: DeskNode, world: World, show: Callable[[], None], began: float) -> None:
    """Real time: the world follows the clock, and the node is told what changed."""
    felt = Felt(world, node.name)
    while world.now_ms < world.scenario.site.duration:
        if changed := felt.changes():
            node.send({"set": changed})
        report = node.try_report(_LOOK_S)
        world.advance(round((time.monotonic() - began) * 1000))
        if report:
            felt.take(report)
        show()
        if not node.alive:
            raise node.died()
