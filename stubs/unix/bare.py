"""A virtual board: a stock MicroPython, and what is in its flash.

Reads the environment as `desk` does. DESK_BOARD is what the hardware is, with its board.py on
MICROPYPATH; what runs is all from the chip's file system. DESK_RAW_REPL is set after a soft reset
from the raw REPL.

Statuses are those of `desk`, and 6 for such a reset.
"""

import sys
from esp32 import Partition
from micropython import const, kbd_intr
from os import getenv, listdir
from time import sleep

import _console
import _reset
import vfs

import __main__
import desk
import port
import repl
import resets

_PIECE = const(512)
_SECTOR = const(4096)


def main() -> None:
    """Run one board until it ends."""
    resets.end = _reset.end
    _console.take(True)
    kbd_intr(-1)
    desk.set_up()
    _leave_the_host()
    port.limit_stack()
    _mount()
    raw = bool(getenv("DESK_RAW_REPL"))
    port.run_files(with_main=not raw)
    repl.run(raw)


def _leave_the_host() -> None:
    """From here on files are the chip's; of the host's only what hardware is made of is left."""
    folder = getenv("MICROPYPATH").split(":")[0]
    for name in [name.partition(".")[0] for name in listdir(folder)]:
        sys.modules.pop(name, None)
    __main__.__dict__.clear()
    __main__.__dict__["__name__"] = "__main__"
    Partition.open_chip()
    vfs.umount("/")
    sys.path[:] = ("", ".frozen", "/lib")


def _mount() -> None:
    """What the port's own start-up does with partition vfs.

    Source: ports/esp32/modules/_boot.py and inisetup.py of MicroPython 1.25.
    """
    found = Partition.find(Partition.TYPE_DATA, label="vfs")
    if not found:
        return
    try:
        vfs.mount(vfs.VfsLfs2(found[0]), "/")
    except OSError:
        if not _is_blank(found[0]):
            _wait_for_ever()
        vfs.VfsLfs2.mkfs(found[0])
        vfs.mount(vfs.VfsLfs2(found[0]), "/")


def _is_blank(part: Partition) -> bool:
    """Whether its first sector is."""
    piece = bytearray(_PIECE)
    for at in range(0, _SECTOR, _PIECE):
        part.readblocks(0, piece, at)
        if piece != b"\xff" * _PIECE:
            return False
    return True


def _wait_for_ever() -> None:
    while True:
        print("vfs: neither a file system nor blank. A stock MicroPython waits here for ever.")
        sleep(3)
