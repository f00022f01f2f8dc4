"""A model of a flash chip in RAM that takes no heap in its operations."""

from nor_flash import SECTOR


class Flash:
    """The memory alone: the model takes heap of its own for each operation."""

    def __init__(self, sectors):
        self._sectors = sectors
        self._memory = bytearray(b"\xff" * (SECTOR * sectors))

    def readblocks(self, sector, buf, offset=0):
        at, memory = sector * SECTOR + offset, self._memory
        for i in range(len(buf)):
            buf[i] = memory[at + i]

    def writeblocks(self, sector, buf, offset=0):
        at, memory = sector * SECTOR + offset, self._memory
        for i in range(len(buf)):
            memory[at + i] &= buf[i]

    def ioctl(self, request, sector):
        if request == 6:
            at, memory = sector * SECTOR, self._memory
            for i in range(at, at + SECTOR):
                memory[i] = 0xFF
        return self._sectors
