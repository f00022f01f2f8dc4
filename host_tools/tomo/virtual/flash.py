"""A NOR flash chip in a file: programming only clears bits, erasing sets a sector to FF."""

import hashlib
import mmap
from pathlib import Path

SECTOR = 0x1000
_BLANK = b"\xff" * SECTOR


class Flash:
    """`size` bytes of chip in `path`, which is made, or filled up with FF, if it is shorter.

    What a longer file has beyond them is left alone. `bad` are offsets of sectors whose bits stay
    as they are. Raises ValueError for what does not lie in the chip, OSError for the file.
    """

    def __init__(self, path: Path, size: int, bad: tuple[int, ...] = ()) -> None:
        self.size = size
        self._bad = {at // SECTOR for at in bad}
        with path.open("a+b") as file:
            missing = size - file.seek(0, 2)
            if missing > 0:
                file.write(b"\xff" * missing)
                file.flush()
            self._cells = mmap.mmap(file.fileno(), size)

    def close(self) -> None:
        self._cells.close()

    def read(self, at: int, size: int) -> bytes:
        self._check(at, size)
        return self._cells[at : at + size]

    def md5(self, at: int, size: int) -> bytes:
        return hashlib.md5(self.read(at, size)).digest()

    def erase(self, at: int, size: int) -> None:
        """Erase every sector that a byte of these lies in."""
        self._check(at, size)
        for sector in range(at // SECTOR, -(-(at + size) // SECTOR)):
            if sector not in self._bad:
                self._cells[sector * SECTOR : (sector + 1) * SECTOR] = _BLANK

    def program(self, at: int, data: bytes) -> None:
        """Clear the bits that are clear in `data`; none is ever set."""
        self._check(at, len(data))
        done = 0
        while done < len(data):
            start = at + done
            piece = data[done : done + SECTOR - start % SECTOR]
            if start // SECTOR not in self._bad:
                self._cells[start : start + len(piece)] = _and(
                    self._cells[start : start + len(piece)], piece
                )
            done += len(piece)

    def _check(self, at: int, size: int) -> None:
        if at < 0 or size < 0 or at + size > self.size:
            raise ValueError(f"{at:#x}+{size:#x} is not in a chip of {self.size:#x} bytes")


def _and(cells: bytes, data: bytes) -> bytes:
    if cells == _BLANK[: len(cells)]:
        return data
    both = int.from_bytes(cells, "big") & int.from_bytes(data, "big")
    return both.to_bytes(len(data), "big")
