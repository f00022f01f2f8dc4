"""What must hold of the nodes of any site, simulated or built: names, addresses, circuits."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from tomo.board.read import Board
from tomo.site.circuits import OnCircuit, misplaced_loads
from tomo.tables.locate import Path, Problem


class Named(Protocol):
    """A lamp."""

    @property
    def name(self) -> str: ...


class Node(Protocol):
    """What a node is told by, and what hangs on it."""

    @property
    def name(self) -> str: ...
    @property
    def board(self) -> str: ...
    @property
    def ip(self) -> str: ...
    @property
    def load(self) -> Sequence[OnCircuit]: ...
    @property
    def lamp(self) -> Sequence[Named]: ...


def check_parts(board: Board, node: Node, at: Path) -> Iterator[Problem]:
    """Whether the node's board has what the file says that hangs on it."""
    for place, key, what in misplaced_loads(board, node.load):
        yield (*at, "load", place, *key), what
    lamps = len(board.lamp_circuits)
    if len(node.lamp) != lamps:
        where = (*at, "lamp", lamps) if len(node.lamp) > lamps else at
        yield where, f"{node.board} has {lamps} lamps, got {len(node.lamp)}"


def check_names(nodes: Sequence[Node]) -> Iterator[Problem]:
    """Names and addresses that there are twice, and names that cannot be. Empty ones are none."""
    names, addresses, switched = {""}, {""}, {""}
    for number, node in enumerate(nodes):
        at = ("node", number)
        if node.name and node.name in names:
            yield (*at, "name"), f"a second node {node.name!r}"
        if node.ip and node.ip in addresses:
            yield (*at, "ip"), f"a second node at {node.ip}"
        if node.name in (".", "..") or not node.name.isprintable() or "/" in node.name:
            yield (*at, "name"), "names a folder, too: no slash, no control character, not . or .."
        names.add(node.name)
        addresses.add(node.ip)
        for kind, members in (("load", node.load), ("lamp", node.lamp)):
            for place, member in enumerate(members):
                if member.name and member.name in switched:
                    yield (*at, kind, place, "name"), f"a second load or lamp {member.name!r}"
                switched.add(member.name)
