"""What happened at a site, kept for measures, plots and the report."""

from dataclasses import dataclass, field
from itertools import pairwise

from tomo.scenario.timeline import Edge
from tomo.world.flows import Flows
from tomo.world.inverter import TIED

TIERS = 5
_FELL = "its node is without power"


@dataclass(frozen=True)
class Sample:
    """The site at an instant; `tier_w` is the loads' power by tier, `light` permille by lamp."""

    t_ms: int
    grid_v: float
    load_v: float
    source: str
    flows: Flows
    tier_w: tuple[float, ...]
    soc_percent: float
    light: tuple[int, ...]


@dataclass(frozen=True)
class Move:
    """A relay command. `t_ms` is when the node gave it.

    fell   nobody commanded it: the relay went to its rest as the node lost its supply
    """

    t_ms: int
    node: str
    name: str
    number: int
    tier: int
    closed: bool
    lamp: bool = False
    fell: bool = False


@dataclass(frozen=True)
class Switched:
    """What a relay switches, as measures and reports need it."""

    node: str
    name: str
    number: int
    tier: int
    lamp: bool


@dataclass
class Trace:
    """The whole run. `sources` and `dark` tell who fed the load side; times in ms.

    edges   of all events of the scenario, in order
    light   (t, lamp, permille) at every change of the light given
    lost_wh (t, Wh) that a node's counters were without, each circuit's, at each loss of its supply
    marks   (t, words) of what the sky did, and of nodes that lost their supply
    told    the nodes' own console events, each with its node's name under "node"
    """

    end_ms: int
    start_soc: float
    transfer_ms: int
    continuous_w: int
    switched: list[Switched]
    edges: list[Edge]
    samples: list[Sample] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    light: list[tuple[int, str, int]] = field(default_factory=list)
    sources: list[tuple[int, str]] = field(default_factory=list)
    dark: list[tuple[int, int]] = field(default_factory=list)
    lost_wh: list[tuple[int, float]] = field(default_factory=list)
    marks: list[tuple[int, str]] = field(default_factory=list)
    told: list[dict] = field(default_factory=list)
    over_budget_ms_max: int = 0
    soc_min: float = 100.0
    trips: int = 0
    energy_wh: dict[str, float] = field(default_factory=dict)

    def losses(self) -> list[tuple[int, int]]:
        """(start, end) of every loss of the grid, and of every brown-out that made an island."""
        found = [
            (edge.t_ms, self._next_edge(edge.t_ms, "grid-back"))
            for edge in self.edges
            if edge.kind == "grid-lost"
        ]
        for (_, before), (start, source) in pairwise(self.sources):
            lost = any(first <= start < last for first, last in found)
            if before == TIED and source != TIED and not lost:
                found.append((start, self._next_edge(start, "-over")))
        return sorted(found)

    def _next_edge(self, after_ms: int, ending: str) -> int:
        """When the grid's next edge of such a kind comes, or the end of the run."""
        ends = (
            edge.t_ms
            for edge in self.edges
            if edge.lane == "grid" and edge.t_ms > after_ms and edge.kind.endswith(ending)
        )
        return min(ends, default=self.end_ms)

    def cause_of(self, move: Move) -> str:
        """The cause the node told for a relay move, within 1 s of it; empty if it told none."""
        if move.fell:
            return _FELL
        for event in self.told:
            near = abs(event.get("t", -9) * 1000 - move.t_ms) <= 1_000
            if near and event["node"] == move.node and _tells_of(event, move):
                return str(event.get("cause", ""))
        return ""


def _tells_of(event: dict, move: Move) -> bool:
    """Whether a console event is about this movement. A node has one lamp, without a number."""
    if event.get("to") != ("on" if move.closed else "off"):
        return False
    if move.lamp:
        return event.get("event") == "lamp relay"
    return event.get("event") == "load" and event.get("number") == move.number
