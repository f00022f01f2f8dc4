"""A heap whose free pieces are small: for code that must not need a large one."""

import gc

_MOST = 4_000


def full_heap(piece: int) -> list:
    """Leave no free piece of the heap much larger than `piece` bytes; return what is in the way."""
    blocks: list = [None] * _MOST
    count = _fill(blocks, 0, piece)
    for i in range(0, count, 2):
        blocks[i] = None
    gc.collect()
    # What only this collection found to be garbage may have left larger ones.
    _fill(blocks, count, piece + piece // 4)
    return blocks


def _fill(blocks: list, count: int, piece: int) -> int:
    """Put blocks from place `count` on until no more fit; return the place after the last."""
    try:
        while True:
            blocks[count] = bytearray(piece)
            count += 1
    except MemoryError:
        return count
