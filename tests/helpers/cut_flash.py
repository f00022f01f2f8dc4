"""Cuts of the supply in each operation of a piece of work on flash, each in several ways."""

from nor_flash import SECTOR, NorFlash, PowerCut


def nothing(flash, erase, at, data):
    """Cut before anything was done."""


def first_half(flash, erase, at, data):
    if erase:
        flash.fill(at, b"\xff" * (SECTOR // 2))
    else:
        flash.burn(at, data[: len(data) // 2])


def second_half(flash, erase, at, data):
    if erase:
        flash.fill(at + SECTOR // 2, b"\xff" * (SECTOR // 2))
    else:
        half = len(data) // 2
        flash.burn(at + half, data[half:])


def every_other_bit(flash, erase, at, data):
    if erase:
        old = bytearray(SECTOR)
        flash.readblocks(at // SECTOR, old)
        flash.fill(at, bytes(byte | 0x55 for byte in old))
    else:
        flash.burn(at, bytes(byte | 0x55 for byte in data))


def everything(flash, erase, at, data):
    """Cut when all was done."""
    if erase:
        flash.fill(at, b"\xff" * SECTOR)
    else:
        flash.burn(at, data)


WAYS = (nothing, first_half, second_half, every_other_bit, everything)


class Cut:
    """For NorFlash.on_operation: lets `whole` operations pass, does a part of the next, cuts."""

    def __init__(self, whole, way):
        self._left = whole
        self._way = way

    def __call__(self, flash, erase, at, data):
        if not self._left:
            self._way(flash, erase, at, data)
            raise PowerCut
        self._left -= 1


def cuts(memory, work):
    """(how many operations were whole, way of the cut, memory it left) for each cut of work(flash).

    Each time `work` begins with a copy of `memory`.
    """
    whole = 0
    while True:
        for way in WAYS:
            left = bytearray(memory)
            try:
                work(NorFlash(left, on_operation=Cut(whole, way)))
            except PowerCut:
                yield whole, way.__name__, left
            else:
                return
        whole += 1


def torn(memory, work):
    """(bytes written, of how many, memory it left) for the last program of work(flash), cut off
    behind each of its bytes.
    """
    seen = []
    work(NorFlash(bytearray(memory), on_operation=lambda *operation: seen.append(operation[1:])))
    erase, at, data = seen[-1]
    if erase:
        raise ValueError("the last operation is an erase")
    data = bytes(data)
    for size in range(len(data) + 1):
        left = bytearray(memory)
        cut = Cut(len(seen) - 1, lambda flash, _erase, at, _data, n=size: flash.burn(at, data[:n]))
        try:
            work(NorFlash(left, on_operation=cut))
        except PowerCut:
            yield size, len(data), left
