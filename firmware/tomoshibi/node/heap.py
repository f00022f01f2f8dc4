"""What the heap has left, told at the moment of asking. Imported for that moment alone."""

import gc
from micropython import const

# More in one piece nobody wants. On the ESP32 a piece that the heap has not may be taken from the
# memory that Wi-Fi needs; the next collection gives it back, and it is no more than this.
_MOST = const(16_384)
_STEP = const(64)


def left() -> dict:
    """Bytes after a collection: all that is free, and the largest piece of it.

    Nothing tells the largest piece without printing it, so it is tried for, by halves.
    """
    gc.collect()
    free = gc.mem_free()
    fits, too_large = 0, min(free, _MOST) + _STEP
    while too_large - fits > _STEP:
        size = (fits + too_large) // 2
        try:
            bytearray(size)
            fits = size
        except MemoryError:
            too_large = size
        gc.collect()
    return {"heap_free": free, "heap_largest": fits}
