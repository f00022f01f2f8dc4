"""The timeline of a run: what the world did and what the nodes say they did, in words."""

from contextlib import suppress
from dataclasses import dataclass

from tomo.world.site import World
from tomoshibi.wire import events

# Kinds, for colours and for filtering.
WORLD, GRID, LOAD_OFF, LOAD_ON, LAMP, NODE, FAULT = (
    "world",
    "grid",
    "off",
    "on",
    "lamp",
    "node",
    "fault",
)

_SOURCES = {
    "tied": "the grid feeds the loads",
    "gap": "nobody feeds the loads",
    "island": "the inverter feeds the loads alone",
    "tripped": "the inverter trips from overload: nobody feeds the loads",
    "empty": "the battery is at its floor: nobody feeds the loads",
}
_COLOURS = {"GRID": GRID, "LAMP": LAMP, "LAMP_RELAY": LAMP}
# By a node's event; the last two are no events of its ring.
_KINDS = {
    events.named(events.KINDS, name)[events.WORD]: kind for name, kind in _COLOURS.items()
} | {"fault": FAULT, "error": FAULT}
_LOAD = events.named(events.KINDS, "LOAD")[events.WORD]


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `data` is the node's console object, if it came from a node."""

    t_ms: int
    where: str
    kind: str
    text: str
    data: dict | None = None

    @property
    def order(self) -> tuple[int, bool, str]:
        """By time; at one moment the world first, then the nodes by name."""
        return self.t_ms, self.where != "world", self.where


class Story:
    """Collects entries while a run goes on."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._edges = 0
        self._sources = 1  # the first source is how it began
        self._marks = 0
        self.entries: list[Entry] = []

    def told(self, node: str, event: dict) -> Entry:
        """A node's console line."""
        t_ms = round(float(event.get("t", 0)) * 1000)
        entry = Entry(t_ms, node, _kind(event), words_of(event), event)
        self.entries.append(entry)
        return entry

    def catch_up(self) -> list[Entry]:
        """What the world did since the last call."""
        trace, now_ms = self._world.trace, self._world.now_ms
        new = []
        while self._edges < len(trace.edges) and trace.edges[self._edges].t_ms <= now_ms:
            edge = trace.edges[self._edges]
            self._edges += 1
            new.append(Entry(edge.t_ms, "world", WORLD, edge.says))
        for t_ms, source in trace.sources[self._sources :]:
            new.append(Entry(t_ms, "world", WORLD, _SOURCES[source]))
        for t_ms, words in trace.marks[self._marks :]:
            new.append(Entry(t_ms, "world", WORLD, words))
        self._sources, self._marks = max(1, len(trace.sources)), len(trace.marks)
        new.sort(key=lambda entry: entry.t_ms)
        self.entries += new
        return new

    def in_order(self) -> list[Entry]:
        return sorted(self.entries, key=lambda entry: entry.order)


def _kind(event: dict) -> str:
    name = event.get("event")
    if name == _LOAD:
        return LOAD_ON if event.get("to") == "on" else LOAD_OFF
    return _KINDS.get(str(name), NODE)


def words_of(event: dict) -> str:
    """As the row of the event says it, or all its fields."""
    for row in events.KINDS:
        if row[events.WORD] == event.get("event"):
            with suppress(KeyError):  # another firmware's event has not these fields
                return _told_by(row, event)
    name = event.get("event")
    if name == "fault":
        place = f" at {event['at']}" if "at" in event else ""
        late = f", {event['late_ms']} ms past its deadline" if "late_ms" in event else ""
        what = f"code {event.get('code')}, {event.get('fault')}"
        return f"fault of {event.get('job')}{place}: {what}{late}"
    rest = {key: value for key, value in event.items() if key not in ("t", "event")}
    details = ", ".join(f"{key} {value}" for key, value in rest.items())
    return f"{name} {details}".strip()


def _told_by(row: tuple, event: dict) -> str:
    says = row[events.SAYS]
    key, unit = row[events.AFTER]
    if isinstance(says, tuple):
        rows = events.meaning(unit) or ()
        says = says[[one[events.WORD] for one in rows].index(event[key])]
    who = f" by the {event['actor']}" if event.get("actor") else ""
    made = {
        "part": _part(event),
        "percent": f"{int(event.get('to_permille', 0)) / 10:g}",
        "cause": f" ({event['cause']}{who})" if event.get("cause") else "",
        "limit": f", limit {event['budget_w']} W" if "budget_w" in event else "",
    }
    return says.format_map(event | made)


def _part(event: dict) -> str:
    """What an event of LOADS is of."""
    if "main" in event:
        return "the main conductor"
    if "lamp" in event:
        return "the lamp"
    return event.get("load") or f"circuit {event.get('number')}"
