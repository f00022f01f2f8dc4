"""Taking a node out of service: all that it keeps is erased, and looked for once more."""

import hmac
from dataclasses import replace

from tomo.errors import HostError, NodeWrong
from tomo.inventory.keys import KeyFolder
from tomo.inventory.records import WIPED, Board
from tomo.inventory.store import Inventory
from tomo.provision.node import Identity, Node, Seen
from tomo.provision.serial import WrongIdentity


class Blank(HostError):
    """There is nothing on the board that could be wiped, and nothing to be noted."""


def wipe(node: Node, inventory: Inventory, confirmed: str, keep_key: bool = False) -> str:
    """Wipe a board, prove it, note it, and destroy its keys; the serial number that it had.

    confirmed   the serial number that somebody typed, or the MAC of a board without one
    Raises HostError: a board that is refused has lost nothing.
    """
    seen, identity = node.see(), node.identity()
    known = inventory.of_chip(seen.mac)
    _need_meant(seen, known, confirmed)
    inventory.need_room()
    folder = KeyFolder(inventory.path)
    if not _is_blank(node, identity):
        node.wipe(_word(node, seen, identity, folder))
    elif known is None or known.state == WIPED:
        raise Blank(f"{node.where}: this board is blank already")
    identity = node.identity()
    if not _is_blank(node, identity):
        raise NodeWrong(
            f"{node.where} was wiped, and does not find itself blank",
            "Run it again. If that helps nothing, destroy the chip: its flash takes no erase.",
        )
    if not keep_key:
        folder.destroy(seen.mac)
    if known:
        done = "wiped, keys kept" if keep_key else "wiped, keys destroyed"
        inventory.put(replace(known, state=WIPED, secret="", key=""), done)
    return known.serial if known else seen.serial


def _need_meant(seen: Seen, known: Board | None, confirmed: str) -> None:
    names = {seen.serial, known.serial if known else seen.serial}
    if confirmed not in names:
        raise WrongIdentity(
            f"this is board {' or '.join(sorted(names))}, and {confirmed} was to be wiped",
            "Is it the right port?",
        )


def _is_blank(node: Node, identity: Identity) -> bool:
    return identity.blank and not identity.keyed and not node.settings()


def _word(node: Node, seen: Seen, identity: Identity, folder: KeyFolder) -> str:
    """What the node wants to hear: a proof with its key, or the name that it goes by."""
    if not identity.keyed:
        return identity.serial or seen.mac
    keys = folder.read(seen.mac)
    if keys is None:
        raise WrongIdentity(
            f"board {seen.serial} has a key, and {folder.folder} does not have it",
            "Who provisioned it has it: use their inventory. With the key lost, `esptool"
            " erase_flash` is what is left.",
        )
    message = node.challenge() + b"wipe"
    return hmac.digest(bytes.fromhex(keys.key), message, "sha256").hex()
