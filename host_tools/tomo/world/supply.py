"""The supply lane: nodes whose own supply fails, and the energy that their counters lose by it."""

from collections.abc import Mapping

from tomo.scenario.records import Scenario
from tomo.scenario.timeline import spans
from tomo.world.lamps import Lamp
from tomo.world.loads import Load

# What a node whose mains are gone sees of them while its supply holds up.
_DARK = {"grid_mv": 0, "load_mv": 0, "grid_mhz": 0, "load_mhz": 0}
# The flash operation that follows is torn; the number is the seed of how. 0: none.
_TORN = "flash_torn"
# In this order, if they come at one moment.
_BACK, _LOST, _OUT = range(3)
_MS_PER_H = 3_600_000


class Supplies:
    """`members` are the loads and lamps by node and circuit.

    out       names of the nodes that are without power
    new_out   of these, those that their relays do not know of yet: whoever moves them clears it
    """

    lane = "supply"

    def __init__(
        self, scenario: Scenario, members: Mapping[str, Mapping[int, Load | Lamp]]
    ) -> None:
        self.out: set[str] = set()
        self.new_out: list[str] = []
        self._levels: dict[str, dict[str, int]] = {}
        self._due: list[tuple[int, int, str, int]] = []
        for number, span in enumerate(spans(scenario, self.lane), 1):
            hold_up_ms = int(span.event.figures.get("hold_up_ms", -1))
            if hold_up_ms < 0:
                continue  # the end of what it ends
            node = span.event.node
            seed = (scenario.site.seed + number) * int(span.event.figures["torn"])
            self._due += [(span.start, _LOST, node, seed), (span.stop, _BACK, node, 0)]
            if span.start + hold_up_ms < span.stop:
                self._due.append((span.start + hold_up_ms, _OUT, node, 0))
        self._due.sort()
        concerned = {node for _, _, node, _ in self._due}
        self._members = {node: members[node] for node in concerned}
        self._flown_wh = {node: dict.fromkeys(members[node], 0.0) for node in concerned}
        self._kept_wh: dict[str, dict[int, float]] = {node: {} for node in concerned}

    def settle(self, now_ms: int) -> None:
        while self._due and self._due[0][0] <= now_ms:
            _, what, node, seed = self._due.pop(0)
            if what == _LOST:
                self._levels[node] = _DARK | ({_TORN: seed} if seed else {})
            elif what == _OUT:
                self.fail(node)
            else:
                torn = self._levels.pop(node).keys() & {_TORN}
                # Nothing was written in time: nothing is torn.
                self._levels[node] = dict.fromkeys(torn, 0)
                self.out.discard(node)

    def fail(self, node: str) -> None:
        """The node's power is gone, from now on; again, if it was."""
        if node not in self.out:
            self.out.add(node)
            self.new_out.append(node)

    def next_change_ms(self) -> int | None:
        return self._due[0][0] if self._due else None

    def fed(self, node: str) -> bool:
        """Whether the mains of the node's own board are there."""
        return not self._levels.get(node, {}).keys() & _DARK.keys()

    def levels(self, node: str) -> dict[str, int]:
        """Quantities of the world link that a failing supply has moved, as they are now."""
        return self._levels.get(node, {})

    # Energy

    def run(self, span_ms: int) -> None:
        """Add up what flows where a node that lives should count it."""
        for node, flown_wh in self._flown_wh.items():
            if node not in self.out:
                for circuit, member in self._members[node].items():
                    flown_wh[circuit] += member.power_w * span_ms / _MS_PER_H

    def counted(self, node: str, kept_wh: Mapping[int, float]) -> None:
        """What a node has counted before; `kept_wh` since ever."""
        self._kept_wh[node] = dict(kept_wh)

    def lost_wh(self, node: str, kept_wh: Mapping[int, float]) -> list[float]:
        """What a loss of supply has cost each circuit that is counted; `kept_wh` since ever."""
        flown_wh, before_wh = self._flown_wh[node], self._kept_wh[node]
        lost_wh = [
            flown_wh[circuit] - (kept_wh[circuit] - before_wh.get(circuit, 0.0))
            for circuit in flown_wh
            if circuit in kept_wh
        ]
        self._kept_wh[node] = dict(kept_wh)
        self._flown_wh[node] = dict.fromkeys(flown_wh, 0.0)
        return lost_wh
