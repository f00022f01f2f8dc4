"""Run a simulated site: every node a process with the real firmware, in lock-step."""

import json
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from tomo.errors import HostError, UsageError
from tomo.files import reading, writing
from tomo.image.documents import FLASH_FILE
from tomo.jobs.addresses import NO_NETWORK, given_net, moved, need_free
from tomo.jobs.costs import COSTED, INSTRUCTION_PS, node_ps
from tomo.jobs.lives import Lives
from tomo.jobs.node_settings import node_settings
from tomo.jobs.run_folder import RunFolder
from tomo.jobs.story import Entry, Story
from tomo.jobs.verdict import summary
from tomo.scenario.records import Node, Scenario
from tomo.transport.console import CONSOLE_LINK
from tomo.transport.desk_node import Desk
from tomo.transport.pseudo_terminal import PseudoTerminal
from tomo.world.lockstep import Lockstep
from tomo.world.site import World
from tomo.world.trace import Trace
from tomoshibi.wire.console import ANSWERS

CLOCKS = ("paced", "real", "virtual", COSTED)
# As fast as it goes: these outrun every peer.
_FAST = ("virtual", COSTED)
# Node seeds lie this far apart, so that two sites with neighbouring seeds share none.
_SEED_STEP = 1_009


class View(Protocol):
    """Who watches a run."""

    def begin(self, world: World) -> None: ...

    def round(self, world: World, new: list[Entry]) -> None: ...

    def end(self, world: World) -> None: ...


@dataclass(frozen=True)
class Options:
    """net: None the scenario's addresses, NO_NETWORK none, else the first octets to use instead
    command: what to start instead of the desk program, by board (tests)
    chips: by node, whose chips to start on instead of new ones; they are copied
    instruction_ps: what an instruction takes on the costed clock
    """

    out: Path
    clock: str = "paced"
    size: int = 32
    net: str | None = None
    command: Callable[[Node], tuple[str, ...]] | None = None
    chips: Mapping[str, Path] = field(default_factory=dict)
    instruction_ps: int = INSTRUCTION_PS


@dataclass(frozen=True)
class Outcome:
    """unwritten: why not all that was found out could be written into the folder; None if it was"""

    scenario: Scenario
    summary: dict
    trace: Trace
    entries: list[Entry]
    real_s: float
    unwritten: HostError | None = None

    @property
    def held(self) -> bool:
        return self.summary["verdict"] == "held"


def run_site(
    scenario: Scenario,
    options: Options,
    view: View,
    afterwards: Callable[[Outcome], None] = lambda _: None,
) -> Outcome:
    """Run the scenario to its end, write `summary.json` and `timeline.jsonl` into the folder.

    `afterwards` is called with the outcome while the folder is still ours alone.

    Raises NodeDied, NodeSilent or NodeWrong if a node does not play its part, HostError if an
    address is taken, the folder is not to be had, or the chips are in it.
    """
    began = time.monotonic()
    addresses = _addresses(scenario, options)
    run_folder = RunFolder(options.out)
    _need_apart(options.chips.values(), run_folder.nodes)
    with run_folder as folder:
        for ip in addresses.values():
            if ip:
                need_free(ip)
        world, story = _play(scenario, options, view, addresses)
        outcome = _finish(scenario, options, world, story, time.monotonic() - began)
        try:
            _write(outcome, folder)
            afterwards(outcome)
        except HostError as error:
            # How the run ended is known all the same.
            return replace(outcome, unwritten=error)
    return outcome


def _need_apart(chips: Iterable[Path], nodes: Path) -> None:
    """A run clears what an earlier one left, which would be the chips that it is to start on."""
    for chip in chips:
        if chip.resolve().is_relative_to(nodes.resolve()):
            raise UsageError(
                f"{chip} is of an earlier run in {nodes.parent}, which this one would clear",
                "Name another folder with --out; nothing was touched.",
            )


def _play(
    scenario: Scenario, options: Options, view: View, addresses: dict[str, str]
) -> tuple[World, Story]:
    """From the start of the nodes to their end."""
    world = World(scenario)
    story = Story(world)
    with ExitStack() as running:
        nodes = [
            running.enter_context(_node(scenario, options, number, addresses[node.name]))
            for number, node in enumerate(scenario.node)
        ]
        for node in nodes:
            if node.name in options.chips:
                world.counted(node.name, node.kept_wh())
        consoles = [(node, running.enter_context(PseudoTerminal())) for node in nodes]
        for node, terminal in consoles:
            node.hello()
            terminal.link(node.folder / CONSOLE_LINK)
        view.begin(world)
        pacer = Pacer(_pace(scenario, options.clock))

        def after_round() -> None:
            view.round(world, _news(story, consoles))
            pacer.wait(world.now_ms)

        supplied = {node.name: node for node in nodes}
        Lockstep(world, nodes, supplied).run(scenario.site.duration, after_round)
        for node in nodes:
            node.stop()
        view.round(world, _news(story, consoles))
        view.end(world)
    return world, story


class Pacer:
    """Holds simulated time to `pace` times real time; None does not hold it."""

    def __init__(self, pace: float | None) -> None:
        self._pace = pace
        self._began = time.monotonic()

    def wait(self, now_ms: int) -> None:
        if self._pace is not None:
            ahead_s = now_ms / 1000 / self._pace - (time.monotonic() - self._began)
            if ahead_s > 0:
                time.sleep(ahead_s)


def _pace(scenario: Scenario, clock: str) -> float | None:
    return None if clock in _FAST else {"paced": scenario.site.pace, "real": 1.0}[clock]


def _addresses(scenario: Scenario, options: Options) -> dict[str, str]:
    """Address by node. A clock that outruns every peer has no network unless asked."""
    if options.net is not None:
        return moved(scenario.node, given_net(options.net))
    return moved(scenario.node, NO_NETWORK if options.clock in _FAST else None)


def _node(scenario: Scenario, options: Options, number: int, ip: str) -> Lives:
    node = scenario.node[number]
    desk = Desk(
        name=node.name,
        board=node.board,
        ip=ip,
        clock="lockstep",
        cost_ps=node_ps(options.clock, options.instruction_ps),
        start_s=scenario.site.start_2000_s,
        seed=scenario.site.seed * _SEED_STEP + number,
        size=options.size,
    )
    if options.command:
        desk = replace(desk, command=options.command(node))
    folder = options.out / "nodes" / node.name
    if chip := options.chips.get(node.name):
        _copy(chip, folder / FLASH_FILE)
        return Lives(desk, folder.resolve())
    return Lives(desk, folder.resolve(), node_settings(scenario, node))


def _copy(chip: Path, to: Path) -> None:
    with reading(chip), writing(to):
        to.parent.mkdir(parents=True)
        shutil.copyfile(chip, to)


def _news(story: Story, consoles: list[tuple[Lives, PseudoTerminal]]) -> list[Entry]:
    """New entries, in the order of their time."""
    new = story.catch_up()
    for node, terminal in consoles:
        for born_ms, line in node.pass_on(terminal):
            told = _at_site(_parse(line), born_ms)
            if told.get("event") not in ANSWERS:
                new.append(story.told(node.name, told))
    return sorted(new, key=lambda entry: entry.order)


def _parse(line: str) -> dict:
    """A console line; what is not an object (a traceback, a print) is shown as it is."""
    try:
        event = json.loads(line)
    except ValueError:
        event = None
    return event if isinstance(event, dict) else {"event": "says", "text": line}


def _at_site(told: dict, born_ms: int) -> dict:
    """What a node told, with the site's time in place of the time since it booted."""
    if not born_ms:
        return told
    return told | {"t": round(float(told.get("t", 0)) + born_ms / 1000, 3)}


def _finish(
    scenario: Scenario, options: Options, world: World, story: Story, real_s: float
) -> Outcome:
    trace = world.finish()
    entries = story.in_order()
    trace.told = [entry.data | {"node": entry.where} for entry in entries if entry.data]
    figures = summary(
        scenario, trace, options.clock, node_ps(options.clock, options.instruction_ps)
    )
    return Outcome(scenario, figures, trace, entries, real_s)


def _write(outcome: Outcome, folder: RunFolder) -> None:
    lines = (
        json.dumps(line_of(outcome.scenario, entry), ensure_ascii=False)
        for entry in outcome.entries
    )
    folder.write("timeline.jsonl", "".join(f"{line}\n" for line in lines))
    text = json.dumps(outcome.summary, indent=2, ensure_ascii=False)
    folder.write("summary.json", text + "\n")


def line_of(scenario: Scenario, entry: Entry) -> dict:
    """An entry as it is written to a file or told to a program."""
    local = scenario.site.local(entry.t_ms).isoformat(timespec="milliseconds")
    line = {"t_ms": entry.t_ms, "local": local, "where": entry.where, "text": entry.text}
    return line | ({"event": entry.data} if entry.data else {"event": {"event": entry.kind}})
