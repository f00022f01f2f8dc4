"""Boots the node that the environment names and prints its heap after a minute.

One JSON line: bytes in use before the firmware was imported (the desk's own stand-ins and chips)
and with it running, both after a collection.
"""

import gc
import json
import sys
from esp32 import Partition

import desk
import desk_clock
from flash_map import PARTITIONS

AFTER_MS = 60_000


def report():
    gc.collect()
    print(json.dumps({"heap": {"desk": before, "all": gc.mem_alloc(), "free": gc.mem_free()}}))
    sys.exit(0)


desk.set_up()
# The desk's flash is Python, too. The node opens as many partitions as these, which go for them.
partitions = [
    row[0] for row in PARTITIONS if row[1] == Partition.TYPE_DATA and 0x40 <= row[2] < 0x80
]
flash = [Partition.find(Partition.TYPE_DATA, label=label) for label in partitions]
gc.collect()
before = gc.mem_alloc()
flash = None
desk_clock.arm(desk_clock.event(report), AFTER_MS)

# The lower rooms first: a module that imports another takes 4 KiB of the desk's C stack, which has
# 40, where it takes an eighth of a KiB of a device's.
import tomoshibi.registers.ring  # noqa: E402
import tomoshibi.settings.copies  # noqa: E402, F401
from tomoshibi.node.start_up import run  # noqa: E402 - what importing costs is what is measured

run("")
