"""The file system in partition `vfs`. Nothing of ours lives there, so a node runs without.

It is mounted beside the root, not on it, so that the port finds no `boot.py` in it.
"""

from esp32 import Partition
from micropython import const
from typing import TYPE_CHECKING

from vfs import VfsLfs2, mount

if TYPE_CHECKING:
    from tomoshibi.core.flash import Flash

MOUNTED = "mounted"
DAMAGED = "damaged"
MISSING = "missing"

_PLACE = "/flash"
_PIECE = const(512)
_SECTOR = const(4096)


def mount_files() -> str:
    """Mount it, after making one if the partition is blank; MOUNTED, DAMAGED or MISSING.

    What is neither blank nor a file system is left as it is: it may be somebody's data.
    """
    try:
        found = Partition.find(Partition.TYPE_DATA, label="vfs")
        if not found:
            return MISSING
        try:
            files = VfsLfs2(found[0])
        except OSError:
            if not _is_blank(found[0]):
                return DAMAGED
            VfsLfs2.mkfs(found[0])
            files = VfsLfs2(found[0])
        mount(files, _PLACE)
    except Exception:
        # Whatever it is, it is no reason for a node not to run.
        return DAMAGED
    return MOUNTED


def _is_blank(flash: Flash) -> bool:
    piece, erased = bytearray(_PIECE), b"\xff" * _PIECE
    for sector in range(flash.ioctl(4, 0)):
        for at in range(0, _SECTOR, _PIECE):
            flash.readblocks(sector, piece, at)
            if piece != erased:
                return False
    return True
