"""One desk node in the foreground, in a small constant world or a scenario's."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from tomo.checkout import board_folder
from tomo.errors import HostError, UsageError
from tomo.jobs.addresses import need_free
from tomo.jobs.node_settings import node_settings
from tomo.scenario import records
from tomo.transport.desk_node import Desk, DeskNode
from tomo.world.lockstep import Lockstep, Report
from tomo.world.site import World

CLOCKS = ("real", "virtual")
# The constant world: 101 V, and this much behind every closed relay.
_BRANCH_W = 100.0
_BRANCHES = {"submeter6": 6}
_ENDLESS_MS = 10 * 366 * 86_400_000
_LOOK_S = 0.05


@dataclass(frozen=True)
class DeskOptions:
    """scenario and node: whose world and settings; without them the constant world."""

    board: str
    ip: str
    folder: Path
    size: int = 32
    clock: str = "real"
    seed: int = 1
    scenario: records.Scenario | None = None
    node: str | None = None


def run_desk(options: DeskOptions, keys: TextIO | None, screen: TextIO) -> None:
    """Run until the scenario ends or somebody raises in this thread (Stopped).

    Raises UsageError for what cannot be, HostError if the node's port is taken or it ends.
    """
    board_folder(options.board)
    scenario, node = _place(options)
    if options.ip:
        need_free(options.ip)
    desk = Desk(
        name=node.name,
        board=options.board,
        ip=options.ip,
        clock="real" if options.clock == "real" else "lockstep",
        start_s=None if options.clock == "real" else scenario.site.start_2000_s,
        seed=options.seed,
        size=options.size,
    )
    settings = node_settings(scenario, node) if options.scenario else None
    world = World(scenario)
    with DeskNode(desk, options.folder.resolve(), settings) as running:
        running.hello()
        _pass_keys(running, keys)

        def show() -> None:
            for line in running.lines():
                print(line, file=screen, flush=True)

        try:
            if options.clock == "virtual":
                Lockstep(world, [running]).run(scenario.site.duration, show)
            else:
                _follow(running, world, show)
        finally:
            running.stop()
            show()


def _place(options: DeskOptions) -> tuple[records.Scenario, records.Node]:
    """The scenario and the node of it that is meant."""
    if options.scenario is None:
        if options.node:
            raise UsageError("--node needs --scenario")
        scenario = constant(options.board)
        return scenario, scenario.node[0]
    scenario = options.scenario
    fitting = [node for node in scenario.node if node.board == options.board]
    if options.node:
        fitting = [node for node in fitting if node.name == options.node]
    if not fitting:
        known = ", ".join(f"{node.name} ({node.board})" for node in scenario.node)
        wanted = options.node or "any"
        raise UsageError(f"no {options.board} node {wanted!r} in the scenario", f"Nodes: {known}")
    return scenario, fitting[0]


def constant(board: str) -> records.Scenario:
    """A world in which nothing happens: a healthy grid and constant loads."""
    steady = records.Profile(watts=_BRANCH_W)
    loads = tuple(
        records.Load(f"branch {number}", 4, 1_500, 30, False, 0.95, 1.0, 0, 0, steady)
        for number in range(1, _BRANCHES.get(board, 0) + 1)
    )
    lamp = records.Lamp("lamp", 0, "main", 60, 500, 400, 0.06, 0.95)
    node = records.Node(board, board, "", {}, loads, () if loads else (lamp,))
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    return records.Scenario(
        path=Path("constant"),
        site=records.Site("desk", "", 35.6895, 139.6917, 0, now, _ENDLESS_MS, 1, 1.0),
        grid=records.Grid(101.0, "50", 0.0, 0.0, 0.0),
        inverter=records.Inverter(1_500, 0, 5_000, 300, 30, 20, 150, 15.0),
        battery=records.Battery(6_000, 80.0, 10.0, 0.92, 1_000),
        pv=None,
        node=(node,),
    )


def _follow(node: DeskNode, world: World, show: Callable[[], None]) -> None:
    """Real time: the world follows the clock, and the node is told what changed."""
    began = time.monotonic()
    sent: dict[str, int] = {}
    while world.now_ms < world.scenario.site.duration:
        seen = world.quantities(node.name)
        changed = {name: value for name, value in seen.items() if sent.get(name) != value}
        if changed:
            sent.update(changed)
            node.send({"set": changed})
        report = node.try_report(_LOOK_S)
        world.advance(round((time.monotonic() - began) * 1000))
        if report:
            _take(world, node, report)
        show()
        if not node.alive:
            raise node.died()


def _take(world: World, node: DeskNode, report: Report) -> None:
    for _, output, value in report.out:
        world.command(node.name, output, value, world.now_ms)


def _pass_keys(node: DeskNode, keys: TextIO | None) -> None:
    """Type every line of `keys` on the node's console, from a thread that ends with us.

    It reads past Python's buffer: a thread that waits with the buffer's lock held keeps the
    interpreter from ending.
    """
    if keys is None:
        return  # started with its standard input closed
    source = keys.fileno()

    def pump() -> None:
        rest = b""
        # OSError: the terminal is gone. HostError: the node is, and the main thread tells.
        with suppress(OSError, HostError):
            while chunk := os.read(source, 4_096):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    node.say(line.decode("utf-8", "replace"))

    threading.Thread(target=pump, daemon=True).start()
