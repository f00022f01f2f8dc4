"""A model of a serial NOR flash: erase sets a sector to ones, programming only clears bits.

What a cut of the supply leaves is its own business: `cut` says after which operation and how. The
memory is any object with slices of bytes to read and assign: a bytearray, or a file's view.

Source: data sheet W25Q32JV: 4 KiB sectors, 256-byte pages, any number of bytes programmed at once
within a page, bits changed from 1 to 0 only; what a program or erase cut off leaves is undefined.
"""

SECTOR = 4096
PAGE = 256
_BLANK = b"\xff" * 256


class PowerCut(BaseException):
    """The supply is gone in the middle of an operation. Not an Exception: nothing may catch it."""


class NorFlash:
    """`memory` from `start` on, `size` bytes, as a block device of 4096-byte sectors.

    on_operation(flash, erase, at, data)   called before each operation: `at` in bytes from
                    `start`; data is None for an erase. It may raise PowerCut
    start           of the memory, in bytes
    programs, erases, reads, read_bytes   so far; `worn` erases by sector
    """

    def __init__(self, memory, start: int = 0, size=None, on_operation=None) -> None:
        self._memory = memory
        self.start = start
        self.size = len(memory) - start if size is None else size
        self.on_operation = on_operation
        self.programs = 0
        self.erases = 0
        self.reads = 0
        self.read_bytes = 0
        self.worn = [0] * (self.size // SECTOR)
        # Bits that stand between one and zero: {byte: mask}; each read finds them as it likes.
        self.unsteady = {}
        self._dice = 1

    # -- the block device --------------------------------------------------------------------

    def readblocks(self, block_num: int, buf, offset: int = 0) -> None:
        at = self._place(block_num, offset, len(buf))
        self.reads += 1
        self.read_bytes += len(buf)
        buf[:] = self._memory[self.start + at : self.start + at + len(buf)]
        if self.unsteady:
            self._shake(at, buf)

    def writeblocks(self, block_num: int, buf, offset=None) -> None:
        if offset is None:
            for sector in range(block_num, block_num + len(buf) // SECTOR):
                self.erase(sector)
            offset = 0
        at = self._place(block_num, offset, len(buf))
        view, done = memoryview(buf), 0
        while done < len(buf):
            # A program that crosses a page is two: the chip would wrap around in the page.
            size = min(len(buf) - done, PAGE - (at + done) % PAGE)
            self.program(at + done, view[done : done + size])
            done += size

    def ioctl(self, cmd: int, arg: int) -> int:
        if cmd == 4:
            return self.size // SECTOR
        if cmd == 5:
            return SECTOR
        if cmd == 6:
            self.erase(arg)
        return 0

    # -- the chip ----------------------------------------------------------------------------

    def program(self, at: int, data) -> None:
        """Clear the bits that are zero in `data`, within one page."""
        if self.on_operation is not None:
            self.on_operation(self, False, at, data)
        self.programs += 1
        self.burn(at, data)

    def erase(self, sector: int) -> None:
        """Set a sector to ones."""
        at = self._place(sector, 0, SECTOR)
        if self.on_operation is not None:
            self.on_operation(self, True, at, None)
        self.erases += 1
        self.worn[sector] += 1
        # In pieces: the node that this chip is simulated beside has little memory.
        for piece in range(at, at + SECTOR, len(_BLANK)):
            self.fill(piece, _BLANK)

    def burn(self, at: int, data) -> None:
        """What programming does to the cells, not counted and not told: a zero is firm then."""
        for byte in [byte for byte in self.unsteady if at <= byte < at + len(data)]:
            self.unsteady[byte] &= data[byte - at]
        start = self.start + at
        old = self._memory[start : start + len(data)]
        if old == _BLANK[: len(data)]:
            self._memory[start : start + len(data)] = bytes(data)
            return
        self._memory[start : start + len(data)] = bytes(old[i] & data[i] for i in range(len(data)))

    def fill(self, at: int, data) -> None:
        """Set cells to `data` whatever they were: what an erase, or half of one, leaves."""
        self._memory[self.start + at : self.start + at + len(data)] = data
        if self.unsteady:
            for byte in range(at, at + len(data)):
                self.unsteady.pop(byte, None)

    def _place(self, sector: int, offset: int, size: int) -> int:
        at = sector * SECTOR + offset
        if sector < 0 or offset < 0 or at + size > self.size:
            raise OSError(22)
        return at

    def _shake(self, at: int, buf) -> None:
        for byte, mask in self.unsteady.items():
            if at <= byte < at + len(buf):
                self._dice = (self._dice * 75 + 74) % 65_537
                buf[byte - at] ^= mask & self._dice
