"""Takes all that a node keeps away from it: begun by a command, done at the start that follows.

A document with MARK in place of the settings says that it is begun. Like any it is there twice, so
wherever the supply is cut, the next start goes on; its own sectors are erased last.
"""

from machine import unique_id
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.refusals import NotAuthorised
from tomoshibi.wire import console

if TYPE_CHECKING:
    from collections.abc import Callable

    from tomoshibi.core.flash import Flash
    from tomoshibi.node.storage import Storage
    from tomoshibi.settings.copies import Copies

MARK = "wiping"
_PARTITIONS = ("identity", "registers", "events", "history")
_SETTINGS = "settings"
_COUNT = const(4)
_ERASE = const(6)
_SECTOR = const(4096)
_PIECE = const(512)


def begin(storage: Storage, word: str) -> None:
    """Have the next start wipe the node. From here on there is no way back.

    word   with a key: HMAC-SHA-256 by it, over the last challenge and "wipe". Without: the node's
           serial number, or its unique id where it has none
    Raises NotAuthorised for another, FlashBusy if flash may not be erased now, OSError.
    """
    identity = storage.identity
    if identity.keyed:
        if not identity.proved("wipe", word):
            raise NotAuthorised("wipe")
    elif word != (identity.serial or unique_id().hex().upper()):
        raise ValueError("type its serial number, or without one its unique id")
    copies = storage.settings.copies
    try:
        copies.write({MARK: True})
    except OSError:
        # One copy that counts is enough; the sectors of the other are erased like all.
        if MARK not in copies.read():
            raise


def finish(partition: Callable[[str], Flash], copies: Copies, feed: Callable[[], None]) -> None:
    """Erase everything, read it back, and tell. What does not get blank is tried at each start.

    copies   of the settings, with the mark
    feed     feeds the watchdog: an erase takes 400 ms at most
    """
    _say({"event": MARK})
    bad = []
    for label in _PARTITIONS:
        flash = partition(label)
        sectors = range(flash.ioctl(_COUNT, 0))
        if not _wiped(flash, sectors, feed):
            bad.append(label)
    if not bad:
        flash = partition(_SETTINGS)
        # The mark goes last: of its copy the sector with the head.
        last = copies.head_sector()
        others = [sector for sector in range(flash.ioctl(_COUNT, 0)) if sector != last]
        if not (_wiped(flash, others, feed) and _wiped(flash, (last,), feed)):
            bad.append(_SETTINGS)
    _say({"event": MARK, "failed": bad} if bad else {"event": "wiped"})


def _wiped(flash: Flash, sectors, feed: Callable[[], None]) -> bool:
    """Erase those that are not blank; whether all read blank then."""
    for sector in sectors:
        feed()
        if not _is_blank(flash, sector):
            flash.ioctl(_ERASE, sector)
    for sector in sectors:
        feed()
        if not _is_blank(flash, sector):
            return False
    return True


def _is_blank(flash: Flash, sector: int) -> bool:
    piece, blank = bytearray(_PIECE), b"\xff" * _PIECE
    for at in range(0, _SECTOR, _PIECE):
        flash.readblocks(sector, piece, at)
        if piece != blank:
            return False
    return True


def _say(fields: dict) -> None:
    print(console.line(0, 0, fields))
