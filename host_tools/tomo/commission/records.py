"""What is expected of a fitted node, what it shows, and what is made of the two."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# How a check ended. What was skipped is not known to be right.
RIGHT, WRONG, SKIPPED = "right", "wrong", "skipped"


@dataclass(frozen=True)
class Expected:
    """names: of the loads, by circuit; feeds: what is dark while that circuit is off"""

    board: str
    line_v: int
    line_hz: int
    circuits: tuple[int, ...]
    senses: frozenset[str]
    name: str = ""  # empty: nobody said which node it is to be
    names: Mapping[int, str] = field(default_factory=dict)
    feeds: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def called(self, circuit: int) -> str:
        """A circuit in words."""
        name = self.names.get(circuit, "")
        return f"circuit {circuit} ({name})" if name else f"circuit {circuit}"


@dataclass(frozen=True)
class Reading:
    """A look at a node: W and V by circuit, None where its meter has no reading.

    grid, sense      as `status` tells them
    lamp_permille    light commanded, None without a lamp; lamp_w what it draws
    """

    power_w: Mapping[int, float | None]
    voltage_v: Mapping[int, float | None]
    grid: str = "normal"
    sense: str = ""
    lamp_permille: int | None = None
    lamp_w: float | None = None

    @property
    def fed(self) -> bool:
        """Whether the meters see mains. With a lamp alone no volts are told: what it draws does."""
        volts = any(one is not None and one > _FED_V for one in self.voltage_v.values())
        return volts or (self.lamp_w or 0.0) > _FED_W


_FED_V = 50.0
_FED_W = 3.0


@dataclass(frozen=True)
class Trial:
    """One load was switched off: W by circuit before and after."""

    circuit: int
    before: Mapping[int, float | None]
    after: Mapping[int, float | None]


@dataclass(frozen=True)
class Finding:
    """What is wrong, by a name for programs; circuits: which, if any; says: in words, with what to
    do.
    """

    kind: str
    circuits: tuple[int, ...]
    says: str


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what was expected and seen, in words."""

    what: str
    state: str
    expected: str
    seen: str
    finding: Finding | None = None
