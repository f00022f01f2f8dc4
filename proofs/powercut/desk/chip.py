"""The partitions of a node on a simulated chip, small or of their real size."""

import flash_map
import small
from nor_flash import SECTOR, NorFlash

LABELS = tuple(row[0] for row in small.PARTITIONS)
SMALL = tuple((label, sectors) for label, _, sectors in small.PARTITIONS)
FULL = tuple((row[0], row[4] // SECTOR) for row in flash_map.PARTITIONS if row[0] in LABELS)


class Chip:
    """`flash[label]` is each partition; they share one memory, so that a chip is copied at once."""

    def __init__(self, partitions) -> None:
        """`partitions`: (label, sectors), in the order in which they lie."""
        self.memory = bytearray(b"\xff" * (SECTOR * sum(count for _, count in partitions)))
        self.flash = {}
        start = 0
        for label, count in partitions:
            self.flash[label] = NorFlash(self.memory, start * SECTOR, count * SECTOR)
            start += count

    def partition(self, label: str) -> NorFlash:
        return self.flash[label]

    def sectors(self, label: str) -> int:
        return self.flash[label].size // SECTOR

    def watch(self, on_operation) -> None:
        """Have `on_operation(flash, erase, at, data)` called before each operation."""
        for flash in self.flash.values():
            flash.on_operation = on_operation

    def label_of(self, flash: NorFlash) -> str:
        return next(label for label, one in self.flash.items() if one is flash)

    def copy_from(self, other: "Chip") -> None:
        """Become what `other` is now."""
        self.memory[:] = other.memory
        for label, flash in self.flash.items():
            flash.unsteady.clear()
            flash.unsteady.update(other.flash[label].unsteady)
