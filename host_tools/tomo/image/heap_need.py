"""Heap that a whole node takes, by the way its firmware got into the chip; from `make bench`."""

from dataclasses import dataclass

# What an ESP32 without PSRAM has for Python at most: 56 KiB, doubled once.
WITHOUT_PSRAM = 112 * 1024


@dataclass(frozen=True)
class HeapNeed:
    """Bytes: frozen into the program, at most; loaded from files in a file system, some 5 % up or
    down. The smallest heap that runs is larger, as what is free lies in pieces."""

    frozen: int
    loaded: int


LOADS = HeapNeed(42 * 1024, 128_000)
LAMP = HeapNeed(36 * 1024, 109_000)
