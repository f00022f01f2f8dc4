"""The supply fails while flash is written: what an operation leaves that came half-way.

Source: data sheet W25Q32JV: what a program or erase cut off leaves is undefined. Here: of a program
some of its bits, of an erase one half of the sector. `make powercut` has more kinds.
"""

from esp32 import Partition
from micropython import const

_HALF = const(2048)


def at_next(seed: int, then) -> None:
    """Tear the next operation, as `seed` says, and call `then()`, which does not come back.

    With 0 the chip is sound.
    """

    def tear(flash, erase: bool, at: int, data) -> None:
        Partition.before = None
        dice = seed
        if erase:
            flash.fill(at + dice % 2 * _HALF, b"\xff" * _HALF)
        else:
            torn = bytearray(data)
            for i in range(len(torn)):
                dice = (dice * 75 + 74) % 65_537
                torn[i] |= dice & 0xFF
            flash.burn(at, torn)
        then()

    Partition.before = tear if seed else None
