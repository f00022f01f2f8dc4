"""A run without a terminal: the timeline line by line, and the verdict."""

import json
import time
from typing import TextIO

from tomo.jobs.run_site import Outcome, line_of
from tomo.jobs.story import Entry
from tomo.scenario.measures import MEASURES
from tomo.scenario.records import Scenario
from tomo.world.site import World

_HELD_S = 0.2


def line(scenario: Scenario, entry: Entry) -> str:
    """One entry: local time, who, what."""
    local = scenario.site.local(entry.t_ms).strftime("%H:%M:%S.%f")[:-3]
    return f"{local}  {entry.where:<12} {entry.text}"


class InOrder:
    """Holds entries back a little: a node's words may reach us after the world's later ones."""

    def __init__(self) -> None:
        self._held: list[tuple[Entry, float]] = []

    def ripe(self, new: list[Entry]) -> list[Entry]:
        """Take new entries in and give those that nothing earlier should follow."""
        now_s = time.monotonic()
        self._held += [(entry, now_s) for entry in new]
        self._held.sort(key=lambda held: held[0].order)
        ready = []
        while self._held and self._held[0][1] <= now_s - _HELD_S:
            ready.append(self._held.pop(0)[0])
        return ready

    def rest(self) -> list[Entry]:
        held, self._held = self._held, []
        return [entry for entry, _ in held]


class PlainView:
    """Prints the timeline as it grows."""

    def __init__(self, scenario: Scenario, out: TextIO) -> None:
        self._scenario = scenario
        self._out = out
        self._order = InOrder()

    def begin(self, world: World) -> None:
        site = self._scenario.site
        print(f"{site.title}: {site.start:%Y-%m-%d}, local time", file=self._out)

    def round(self, world: World, new: list[Entry]) -> None:
        self._print(self._order.ripe(new))

    def end(self, world: World) -> None:
        self._print(self._order.rest())

    def _print(self, entries: list[Entry]) -> None:
        for entry in entries:
            print(line(self._scenario, entry), file=self._out, flush=True)


class JsonView:
    """One JSON object a line."""

    def __init__(self, scenario: Scenario, out: TextIO) -> None:
        self._scenario = scenario
        self._out = out
        self._order = InOrder()

    def begin(self, world: World) -> None:
        pass  # the first entry says enough

    def round(self, world: World, new: list[Entry]) -> None:
        self._print(self._order.ripe(new))

    def end(self, world: World) -> None:
        self._print(self._order.rest())

    def _print(self, entries: list[Entry]) -> None:
        for entry in entries:
            text = json.dumps(line_of(self._scenario, entry), ensure_ascii=False)
            print(text, file=self._out, flush=True)


def expectation_line(expectation: dict) -> str:
    mark = "held  " if expectation["held"] else "FAILED"
    return f"{mark}  {expectation['name']}: {measured(expectation)}"


def measured(expectation: dict) -> str:
    """What was measured against what was expected, in the unit that people think in."""
    one = MEASURES[expectation["what"]]
    value, limit = expectation["value"], _quantity(expectation["limit"], one.unit)
    if value is None:
        told = one.nothing
    elif one.counts:
        told = f"{value:g} {one.counts[0] if value == 1 else one.counts[1]}"
    else:
        told = _quantity(value, one.unit)
    return f"{told} (expected {expectation['op']} {limit})"


def _quantity(value: float, unit: str) -> str:
    if unit == "permille":
        return f"{value / 10:g} %"
    return f"{value:g} {unit}".rstrip()


def verdict_lines(outcome: Outcome) -> list[str]:
    """The end of a run in words."""
    expectations = outcome.summary["expectations"]
    held = sum(expectation["held"] for expectation in expectations)
    lines = [expectation_line(expectation) for expectation in expectations]
    word = "HELD" if outcome.held else "FAILED"
    site_min = outcome.scenario.site.duration / 60_000
    took = f"{site_min:g} min of site time in {outcome.real_s:.1f} s"
    if cost := cost_words(outcome.summary):
        took += f", {cost}"
    return [*lines, f"verdict: {word} ({held} of {len(expectations)} expectations, {took})"]


def cost_words(summary: dict) -> str:
    """What running took on the clock of a run; nothing where it took no time."""
    ns = summary.get("instruction_ns")
    return f"{ns:g} ns an instruction" if ns else ""
