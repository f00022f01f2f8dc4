"""`with no_heap:` turns any allocation inside the block into a MemoryError."""

from micropython import heap_lock, heap_unlock


class _NoHeap:
    def __enter__(self):
        heap_lock()

    def __exit__(self, _type, _value, _traceback):
        heap_unlock()


no_heap = _NoHeap()
