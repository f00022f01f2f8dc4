"""Mounts a littlefs image, as on a board whose firmware is loaded and not frozen.

FIRMWARE_IMAGE names the file. Afterwards `import` finds the firmware's .mpy files there first.
"""

import os
import sys

import vfs

BLOCK = 4096


class ImageBlocks:
    """A block device over a file of the host; nothing is ever written."""

    def __init__(self, path):
        self._file = open(path, "rb")  # noqa: SIM115 - as long as the program
        self._count = os.stat(path)[6] // BLOCK

    def readblocks(self, number, buf, offset=0):
        self._file.seek(number * BLOCK + offset)
        self._file.readinto(buf)

    def writeblocks(self, number, buf, offset=0):
        raise OSError(30)

    def ioctl(self, request, _argument):
        return {4: self._count, 5: BLOCK}.get(request, 0)


def mount():
    image = ImageBlocks(os.getenv("FIRMWARE_IMAGE"))
    vfs.mount(vfs.VfsLfs2(image), "/firmware", readonly=True)
    sys.path.insert(0, "/firmware")
