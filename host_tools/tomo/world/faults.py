"""The fault lane: what is broken in the nodes' chips, senses, meters and relays."""

from collections.abc import Mapping

from tomo.scenario.records import Event, Scenario
from tomo.scenario.timeline import spans
from tomo.world.lamps import Lamp
from tomo.world.loads import Load

# By kind: the quantity of the world link, its value in the fault (or the figure that has it), and
# else; None: what the world says.
_LEVELS: dict[str, tuple[str, int | str, int | None]] = {
    "chip-silent": ("{part}_silent", 1, 0),
    "bus-stuck": ("{part}_stuck", 1, 0),
    "grid-sense-dead": ("grid_mv", 0, None),
    "contact-dead": ("islanded", 0, None),
    "sense-chatter": ("grid_chatter", "falls_a_ms", 0),
    "contact-bounce": ("islanded_bounce_ms", "bounce_ms", 0),
    "adc-gain": ("adc_gain_permille", "gain_permille", 1_000),
    "adc-offset": ("adc_offset_mv", "offset_mv", 0),
    "adc-noise": ("adc_noise_mv", "noise_mv", 0),
    "adc-uncalibrated": ("adc_fuses", 0, 1),
}
# Likewise, of what happens once.
_STROKES: dict[str, tuple[str, int | str]] = {
    "chip-corrupt": ("{part}_corrupt", "answers"),
    "chip-reset": ("{part}_reset", 1),
}
# By kind: what it is called in a load or lamp, its value in the fault, and else.
_MEMBERS: dict[str, tuple[str, int, int]] = {
    "ct-reversed": ("sensed", -1, 1),
    "ct-open": ("sensed", 0, 1),
    "relay-welded": ("welds", 1, 0),
}
# Two loads exchange the channels that their meters see them at.
_SWAPPED = "ct-swapped"


class Faults:
    """`members` are the loads and lamps by node and circuit."""

    lane = "fault"

    def __init__(
        self, scenario: Scenario, members: Mapping[str, Mapping[int, Load | Lamp]]
    ) -> None:
        self._members = members
        self._levels: dict[str, dict[str, int]] = {node.name: {} for node in scenario.node}
        self._strokes: dict[str, dict[str, int]] = {node.name: {} for node in scenario.node}
        changes = [(span.start, True, span.event) for span in spans(scenario, self.lane)]
        changes += [(span.stop, False, span.event) for span in spans(scenario, self.lane)]
        # At one moment what ends does so before the next begins.
        self._due = sorted(changes, key=lambda change: change[:2])

    def settle(self, now_ms: int) -> None:
        while self._due and self._due[0][0] <= now_ms:
            _, begins, event = self._due.pop(0)
            self.put(event, begins)

    def put(self, event: Event, begins: bool) -> None:
        """A fault comes, or goes."""
        if event.kind in _MEMBERS:
            name, broken, sound = _MEMBERS[event.kind]
            member = self._members[event.node][event.circuit]
            setattr(member, name, broken if begins else sound)
        elif event.kind in _LEVELS:
            name, value, sound = _LEVELS[event.kind]
            level = _value(event, value) if begins else sound
            self._put(event.node, name.format(part=event.part), level)
        elif event.kind == _SWAPPED:
            self._swap(event, begins)
        elif begins:
            name, value = _STROKES[event.kind]
            self._strokes[event.node][name.format(part=event.part)] = _value(event, value)

    def _put(self, node: str, quantity: str, level: int | None) -> None:
        if level is None:
            self._levels[node].pop(quantity, None)
        else:
            self._levels[node][quantity] = level

    def _swap(self, event: Event, begins: bool) -> None:
        one, other = event.circuit, int(event.figures["with_circuit"])
        for circuit, seen_at in ((one, other), (other, one)):
            load = self._members[event.node][circuit]
            if isinstance(load, Load):
                load.seen_at = seen_at if begins else circuit

    def levels(self, node: str) -> dict[str, int]:
        """Quantities of the world link that a fault has moved, as they are now."""
        return self._levels[node]

    def strokes(self, node: str) -> dict[str, int]:
        """What has happened to a node's chips since this was asked last."""
        struck, self._strokes[node] = self._strokes[node], {}
        return struck


def _value(event: Event, value: int | str) -> int:
    return value if isinstance(value, int) else int(event.figures[value])
