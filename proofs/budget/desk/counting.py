"""Counts instructions of the firmware alone: what stands in for hardware is left out."""

from esp32 import Partition
from machine import SPI, UART
from micropython import const

import counter

from nor_flash import NorFlash
from twin_parts import Outputs

_MASK = const(0x3FFFFFFF)
# What the ESP32's port or a peripheral does: no Python there.
_OF_HARDWARE = (
    (UART, ("write", "any", "readinto")),
    (Partition, ("readblocks", "writeblocks", "ioctl")),
    (NorFlash, ("readblocks", "writeblocks", "ioctl")),
)
# Likewise, always with two arguments: a tuple of them would be the firmware's, and `put` is called
# with the heap locked.
_WITH_TWO = ((SPI, "write_readinto"), (Outputs, "put"))


def spent(since: int) -> int:
    """Instructions since `counter.instructions()` was `since`, to 2**30."""
    return (counter.instructions() - since) & _MASK


def counted(work, *arguments) -> int:
    """What `work(*arguments)` takes, less what a call of nothing does."""
    return _taken(work, arguments) - _taken(_nothing, arguments)


def leave_out_hardware() -> None:
    leave_out(_left_out, _left_out_two)


def leave_out(wrap, wrap_two) -> None:
    """Put `wrap(method)` in the place of each method of what stands in for hardware, and
    `wrap_two` where no tuple of its two arguments may be made."""
    for kind, names in _OF_HARDWARE:
        for name in names:
            setattr(kind, name, wrap(getattr(kind, name)))
    for kind, name in _WITH_TWO:
        setattr(kind, name, wrap_two(getattr(kind, name)))


def _left_out(method):
    def paused(*arguments):
        counter.pause()
        try:
            return method(*arguments)
        finally:
            counter.go_on()

    return paused


def _left_out_two(method):
    def paused(self, first, second):
        counter.pause()
        try:
            return method(self, first, second)
        finally:
            counter.go_on()

    return paused


def _taken(work, arguments: tuple) -> int:
    before = counter.instructions()
    work(*arguments)
    return spent(before)


def _nothing(*_arguments) -> None:
    pass
