"""Which serial number and hardware revision a board gets as a node of a site."""

from collections.abc import Collection

from tomo.errors import HostError
from tomo.inventory.records import Board
from tomo.provision.node import Identity
from tomo.site.records import Node, Site
from tomo.site.serials import offered


class WrongIdentity(HostError):
    """A board is another than the site's, or nobody here knows what protects it."""


def serial_for(
    site: Site, node: Node, known: Board | None, identity: Identity, others: Collection[str]
) -> tuple[str, str]:
    """(serial, hardware): the node's own, the board's, or the next that nobody has.

    known    what the inventory has of this board
    others   serials of all other boards in it
    Raises WrongIdentity with both if the board has another, HostError if none is left.
    """
    serial, hardware = _wanted(site, node, known, identity, others)
    _need_same("serial number", identity.serial, serial, node)
    if hardware:
        _need_same("hardware revision", identity.hardware, hardware, node)
    return serial, hardware or identity.hardware


def _wanted(
    site: Site, node: Node, known: Board | None, identity: Identity, others: Collection[str]
) -> tuple[str, str]:
    if node.serial:
        return node.serial, node.hardware
    pool = {serial: node.hardware or hardware for serial, hardware in offered(site, node.board)}
    has = identity.serial or (known.serial if known else "")
    if has in pool:
        return has, pool[has]
    free = next(((one, pool[one]) for one in pool if one not in others), None)
    if has and pool:
        first, last = min(pool), max(pool)
        raise WrongIdentity(
            f"this board has serial number {has}, and {site.path} gives {node.board} boards"
            f" {first} to {last}",
            "Is it the right board? Else write its serial number into the site file.",
        )
    if free:
        return free
    raise HostError(
        f"{site.path} has no serial number left for {node.name}",
        "Add [[serials]], or a `serial` of its own for this node (docs/site.md).",
    )


def _need_same(what: str, has: str, wanted: str, node: Node) -> None:
    if has and has != wanted:
        raise WrongIdentity(
            f"this board has {what} {has}, and {node.name} is to have {wanted}",
            "Is it the right board? What a factory wrote stays.",
        )
