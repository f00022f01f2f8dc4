"""A scenario in memory. Fields carry the names of the keys in `schema.py`."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Profile:
    """Recorded power: a file and column from `start` (UTC, in the file's time) on, or `watts`."""

    file: str = ""
    column: str = ""
    start: datetime | None = None
    scale: float = 1.0
    watts: float | None = None


@dataclass(frozen=True)
class Site:
    name: str
    place: str
    latitude: float
    longitude: float
    utc_offset_min: int
    start: datetime  # local, without a zone
    duration: int  # ms
    seed: int
    pace: float

    @property
    def start_utc(self) -> datetime:
        return (self.start - timedelta(minutes=self.utc_offset_min)).replace(tzinfo=UTC)

    @property
    def start_2000_s(self) -> int:
        """Seconds since 2000-01-01 UTC, the nodes' calendar."""
        return int((self.start_utc - _EPOCH).total_seconds())

    @property
    def title(self) -> str:
        """What and where it is, as people are told."""
        return f"{self.name}, {self.place}" if self.place else self.name

    def local(self, at_ms: int) -> datetime:
        return self.start + timedelta(milliseconds=at_ms)


@dataclass(frozen=True)
class Grid:
    nominal_v: float
    nominal_hz: int
    line_ohm: float
    wander_v: float
    wander_hz: float

    @property
    def line_v(self) -> int:
        """The nominal voltage as nodes and inverters know it: 100 or 200 V."""
        return 100 if self.nominal_v < 150 else 200


@dataclass(frozen=True)
class Inverter:
    """continuous_w   for ever; surge_w for surge_ms at most, above it trip_ms at most
    retry_s        after a trip, before it tries again
    transfer_ms    dark time between the grid's loss and the island
    reconnect_s    healthy grid before the loads are given back to it
    own_w          what it draws itself while it forms the island
    """

    continuous_w: int
    surge_w: int
    surge_ms: int
    trip_ms: int
    retry_s: int
    transfer_ms: int
    reconnect_s: int
    own_w: float


@dataclass(frozen=True)
class Battery:
    capacity_wh: int
    soc_percent: float
    floor_percent: float
    efficiency: float  # one way, between the cells and the AC side
    max_charge_w: int


@dataclass(frozen=True)
class Pv:
    profile: Profile


@dataclass(frozen=True)
class Load:
    name: str
    tier: int
    rated_w: int
    min_off_s: int
    locked_off: bool
    power_factor: float
    cold_factor: float
    cold_s: int
    cold_after_s: int
    profile: Profile
    fault: str = "none"  # from fault_at (ms) on
    fault_at: int = 0
    circuit: int = 0  # 0: the next of the board's, see site.circuits
    settings: dict = field(default_factory=dict)  # others that only the node minds


@dataclass(frozen=True)
class Lamp:
    name: str
    tier: int
    role: str
    full_w: int
    standby_mw: int
    island_energy_wh: int
    daylight_factor: float
    power_factor: float
    own_lux: float = 0.0


@dataclass(frozen=True)
class Node:
    name: str
    board: str
    ip: str
    settings: dict
    load: tuple[Load, ...] = ()
    lamp: tuple[Lamp, ...] = ()


@dataclass(frozen=True)
class Event:
    """figures: what its kind says more of it, by the keys' names (`lanes.py`)"""

    at: int  # ms
    kind: str
    lasts_ms: int | None = None
    node: str = ""
    circuit: int = 0
    part: str = ""  # name of a row of the node's board
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Expect:
    name: str
    what: str
    of: str
    op: str
    limit: float
    after: int | None = None  # ms
    until: int | None = None  # ms


@dataclass(frozen=True)
class Scenario:
    path: Path
    site: Site
    grid: Grid
    inverter: Inverter
    battery: Battery
    pv: Pv | None
    node: tuple[Node, ...]
    event: tuple[Event, ...] = ()
    expect: tuple[Expect, ...] = ()
    warnings: tuple[str, ...] = ()  # what can be run but is hardly meant, each with its line

    @property
    def name(self) -> str:
        return self.path.stem

    def data_file(self, profile: Profile) -> Path:
        """Where a profile's recording lies: beside the scenario."""
        return self.path.parent / profile.file
