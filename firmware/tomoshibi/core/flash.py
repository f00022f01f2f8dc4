"""What the rooms that keep things in flash expect of it: a block device of MicroPython's kind."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Protocol

    class Flash(Protocol):
        """`esp32.Partition` is one. Sectors of 4096 bytes; programming clears bits, never sets."""

        def readblocks(self, block_num: int, buf, offset: int = 0) -> None:
            """Fill `buf` from byte `offset` of a sector."""

        def writeblocks(self, block_num: int, buf, offset: int = 0) -> None:
            """Program `buf` at byte `offset` of a sector, which is not erased before."""

        def ioctl(self, cmd: int, arg: int) -> int:
            """4: number of sectors. 6: erase sector `arg`."""
            return 0

    class Window(Protocol):
        """What is asked before flash is erased: node.flash_window."""

        def take(self) -> bool:
            """Ask to write a document, the erases of both copies at once."""
            ...

        def grant(self) -> bool:
            """Ask for one erase of a ring, which must come at once."""
            ...

        def settle(self) -> None:
            """After each erase: what has waited for it comes first."""
            ...
