"""Flash in RAM that takes no heap when it is used: for tests that run with the heap locked."""

SECTOR = 4096


class FakeFlash:
    def __init__(self, sectors):
        self.memory = bytearray(b"\xff" * (sectors * SECTOR))
        self.sectors = sectors

    def readblocks(self, sector, buf, offset=0):
        at = sector * SECTOR + offset
        for i in range(len(buf)):
            buf[i] = self.memory[at + i]

    def writeblocks(self, sector, buf, offset=0):
        at = sector * SECTOR + offset
        for i in range(len(buf)):
            self.memory[at + i] &= buf[i]

    def ioctl(self, command, argument):
        if command == 4:
            return self.sectors
        if command == 6:
            for i in range(argument * SECTOR, (argument + 1) * SECTOR):
                self.memory[i] = 0xFF
        return 0
