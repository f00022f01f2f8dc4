"""How long the flash of a full-sized node takes to open, and how much is read for it.

recovery.py SEED SECONDS: opened again and again through SECONDS of write load, in real time.
Prints one JSON object.
"""

import json
import sys
from time import ticks_diff, ticks_us

from chip import FULL, Chip
from dice import Dice
from life import BRANCHES, Life, Promised
from tomoshibi.node.storage import Storage
from tomoshibi.wire import registers

_EVERY_S = 293  # prime, so that sectors are met at all fillings


def main() -> None:
    seed, seconds = (int(word) for word in sys.argv[1:3])
    chip = Chip(FULL)
    promised = Promised()
    life = Life(chip, 0, Dice(seed), promised, 1)
    slowest_us = most_reads = most_bytes = opened = 0
    for second in range(seconds):
        life.second()
        if second % _EVERY_S == 0:
            before = _reads(chip)
            began_us = ticks_us()
            Storage(registers.BRANCHES, BRANCHES, chip.partition)
            slowest_us = max(slowest_us, ticks_diff(ticks_us(), began_us))
            reads, read_bytes = (now - then for now, then in zip(_reads(chip), before))
            most_reads, most_bytes = max(most_reads, reads), max(most_bytes, read_bytes)
            opened += 1
            # Nobody asks for them here, and they would break the heap into small pieces.
            promised.half_hours.clear()
    print(
        json.dumps(
            {
                "opened": opened,
                "recovery_ms_max": slowest_us / 1000,
                "recovery_reads_max": most_reads,
                "recovery_read_bytes_max": most_bytes,
            }
        )
    )


def _reads(chip: Chip):
    flashes = chip.flash.values()
    return sum(flash.reads for flash in flashes), sum(flash.read_bytes for flash in flashes)


main()
