"""Flash with cells that no longer take what is programmed."""

from fake_flash import SECTOR, FakeFlash

_HEAD = 32


class StuckFlash(FakeFlash):
    """stuck   {byte of the memory: mask of bits that stay one}
    dead    True: nothing behind the heads of sectors can be programmed any more
    """

    def __init__(self, sectors, stuck=None):
        super().__init__(sectors)
        self.stuck = stuck or {}
        self.dead = False

    def writeblocks(self, sector, buf, offset=0):
        if self.dead and offset >= _HEAD:
            return
        super().writeblocks(sector, buf, offset)
        at = sector * SECTOR + offset
        for byte, mask in self.stuck.items():
            if at <= byte < at + len(buf):
                self.memory[byte] |= mask
