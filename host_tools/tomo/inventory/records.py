"""A board in the inventory, in memory. Fields carry the names of the columns in `store.py`."""

from dataclasses import dataclass

# How far a board has come. Only one that was read back and proved is PROVISIONED. Of a node of a
# site one board is in service; REPLACED and WIPED are no longer.
BEGUN, PROVISIONED = "begun", "provisioned"
REPLACED, WIPED = "replaced", "wiped"


@dataclass(frozen=True)
class Board:
    """mac: 12 hex digits; firmware: version, empty if the node does not tell it

    secret, key: fingerprints of what protects its identity, empty where this machine never had it
    site, node, place: where it is fitted, as the site file names it
    """

    mac: str
    serial: str
    board: str
    hardware: str
    site: str
    node: str
    place: str
    state: str = BEGUN
    firmware: str = ""
    secret: str = ""
    key: str = ""

    @property
    def in_service(self) -> bool:
        """Whether it is its node, or is to be."""
        return self.state not in (REPLACED, WIPED)


@dataclass(frozen=True)
class Entry:
    """What was done to a board: at in ISO 8601, UTC; who: login name."""

    at: str
    who: str
    mac: str
    what: str
