"""A site in memory. Fields carry the names of the keys in `schema.py`."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Network:
    """What nodes join. Its password stands in no file."""

    ssid: str
    ntp_server: str


@dataclass(frozen=True)
class Serials:
    """Serial numbers to give: `first` to `last`, or those of `list`; board: empty for any."""

    first: str
    last: str
    list: tuple[str, ...]
    board: str
    hardware: str


@dataclass(frozen=True)
class Inverter:
    """Its ratings: continuous_w for ever, surge_w (0: twice that) for surge_ms at most."""

    continuous_w: int
    surge_w: int
    surge_ms: int


@dataclass(frozen=True)
class Load:
    """feeds: nodes, and NETWORK, that are dark while it is off; confirm: that this is meant"""

    name: str
    tier: int
    rated_w: int
    min_off_s: int
    locked_off: bool
    circuit: int
    feeds: tuple[str, ...]
    confirm: str
    settings: dict = field(default_factory=dict)  # others that only the node minds


@dataclass(frozen=True)
class Lamp:
    name: str
    tier: int
    role: str
    full_w: int
    standby_mw: int
    island_energy_wh: int


@dataclass(frozen=True)
class Node:
    """line_hz, line_v: None for those of the site"""

    name: str
    board: str
    place: str
    ip: str
    serial: str
    hardware: str
    line_hz: int | None
    line_v: int | None
    settings: dict
    load: tuple[Load, ...]
    lamp: tuple[Lamp, ...]


@dataclass(frozen=True)
class Site:
    """firmware: the version that its nodes are to have; empty: whichever"""

    path: Path
    name: str
    place: str
    latitude: float
    longitude: float
    utc_offset_min: int
    line_hz: int
    line_v: int
    firmware: str
    network: Network
    inverter: Inverter
    serials: tuple[Serials, ...]
    node: tuple[Node, ...]
