"""Runs the frozen program that PROGRAM names. It ends the machine with status 0, or 1 if it raises.

The chip's flash is memory that QEMU has filled, and the console can only be written to.
"""

import _rv32
import sys
from micropython import const

# As proofs.budget.on_rv32 has it.
_FLASH = const(0x81000000)


def _give_flash() -> None:
    from esp32 import Partition
    from uctypes import bytearray_at

    from flash_map import FLASH_SIZE, PARTITIONS

    Partition._memory = memoryview(bytearray_at(_FLASH, FLASH_SIZE))
    # As on the chip, where the boot loader has read them; MD5 to check them is not here.
    Partition._rows = PARTITIONS


def _close_console() -> None:
    """Nobody types: whoever waits for that is not asked again."""
    from desk_clock import DeskIOQueue

    enqueue = DeskIOQueue._enqueue

    def but_console(self, stream, slot: int, flag: int) -> None:
        if stream is not sys.stdin.buffer:
            enqueue(self, stream, slot, flag)

    DeskIOQueue._enqueue = but_console


sys.path[:] = (".frozen",)
from os import getenv  # noqa: E402 - which lies there

_close_console()
_give_flash()
try:
    __import__(getenv("PROGRAM"))
except SystemExit as asked:
    _rv32.end(asked.args[0] if asked.args else 0)
