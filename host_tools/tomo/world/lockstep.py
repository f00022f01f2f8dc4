"""World and nodes advance together: nobody runs past a moment at which it may learn something new.

A round: every node is granted time up to the same moment; a node whose output changes stops
there, the world takes the change in, and the node goes on. A node in the midst of what cannot be
interrupted runs past the moment: the world takes in what it did there when it gets there itself.
All decisions depend on simulated time only: the speed of the machine does not show in the result.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tomo.world.site import World

# Steps: in quiet times, and for a while after the supply or a relay changed.
QUIET_MS = 500
FINE_MS = 10
FINE_FOR_MS = 1_000


@dataclass
class Report:
    """A node's answer: it got to `at_ms`, which may lie past what it was granted.

    `out` are (time, output, value) in order.
    """

    at_ms: int
    out: list[tuple[int, str, int]] = field(default_factory=list)


class Link(Protocol):
    """A node in lock-step."""

    name: str

    def grant(self, until_ms: int, changed: dict[str, int]) -> None: ...

    def report(self) -> Report: ...


class Supplied(Protocol):
    """A node whose supply may fail."""

    def cut(self) -> dict[int, float]:
        """Its supply is gone; what its counters have kept since ever, Wh by circuit."""
        ...

    def boot(self, now_ms: int) -> None:
        """Its supply is back: it starts at this time of the world's."""
        ...


class Lockstep:
    """Runs `world` with the nodes behind `links`.

    supplied   by name, those whose supply fails where the world's scenario says so
    """

    def __init__(
        self, world: World, links: Sequence[Link], supplied: Mapping[str, Supplied] | None = None
    ) -> None:
        self._world = world
        self._links = links
        self._supplied = supplied or {}
        self._sent: dict[str, dict[str, int]] = {link.name: {} for link in links}
        self._fine_until_ms = FINE_FOR_MS
        self._out: set[str] = set()  # names of nodes that are gone, as their supply is
        self._ahead: dict[str, Report] = {}  # of nodes that ran past the world, not taken in yet

    def run(self, end_ms: int, after_round: Callable[[], None]) -> None:
        """Go on until `end_ms`; `after_round` is called after every round."""
        while self._world.now_ms < end_ms:
            self._round(min(end_ms, self._next_stop()))
            after_round()

    def _next_stop(self) -> int:
        world = self._world
        step_ms = FINE_MS if world.now_ms < self._fine_until_ms else QUIET_MS
        return min(world.now_ms + step_ms, world.next_change_ms())

    def _round(self, until_ms: int) -> None:
        world = self._world
        before = (world.inverter.source, world.condition.share > 0.5)
        if self._follow_supplies():
            self._fine_until_ms = world.now_ms + FINE_FOR_MS
        alive = [one for one in enumerate(self._links) if one[1].name not in self._out]
        for _, link in alive:
            if link.name not in self._ahead:
                self._grant(link, until_ms)
        waiting = [(self._report(link, until_ms), number) for number, link in alive]
        while waiting := [one for one in waiting if one[0].at_ms < until_ms or one[0].out]:
            waiting.sort(key=lambda one: (one[0].at_ms, one[1]))
            report, number = waiting.pop(0)
            link = self._links[number]
            world.advance(report.at_ms)
            if self._take(link, report):
                self._fine_until_ms = world.now_ms + FINE_FOR_MS
            if report.at_ms < until_ms and link.name not in world.supplies.out:
                self._grant(link, min(until_ms, report.at_ms + FINE_MS))
                waiting.append((self._report(link, until_ms), number))
        world.advance(until_ms)
        if before != (world.inverter.source, world.condition.share > 0.5):
            self._fine_until_ms = world.now_ms + FINE_FOR_MS

    def _follow_supplies(self) -> bool:
        """Cut nodes whose supply has gone since and start those that have it again; if any."""
        world = self._world
        changed = self._out ^ world.supplies.out
        for name in sorted(changed):
            if name in world.supplies.out:
                self._ahead.pop(name, None)  # it did not live to do that
                world.kept(name, self._supplied[name].cut())
            else:
                self._sent[name] = {}
                self._supplied[name].boot(world.now_ms)
        self._out = set(world.supplies.out)
        return bool(changed)

    def _report(self, link: Link, until_ms: int) -> Report:
        """How far the node came in this round; what it did after it waits for a later one."""
        report = self._ahead.pop(link.name, None) or link.report()
        if report.at_ms <= until_ms:
            return report
        self._ahead[link.name] = report
        return Report(until_ms)

    def _take(self, link: Link, report: Report) -> bool:
        """Put a node's outputs into the world; True if a relay moved."""
        for t_ms, output, value in report.out:
            self._world.command(link.name, output, value, t_ms)
        return any(output.startswith("relay") for _, output, _ in report.out)

    def _grant(self, link: Link, until_ms: int) -> None:
        seen = self._world.quantities(link.name)
        sent = self._sent[link.name]
        changed = {name: value for name, value in seen.items() if sent.get(name) != value}
        sent.update(changed)
        link.grant(until_ms, changed | self._world.strokes(link.name))
