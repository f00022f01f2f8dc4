"""Counts what the registers of a busy board write: keeper and ring on a model of the chip in RAM.

flash_wear.py BRANCHES SECTORS WATTS... : each branch carries that much, and a third of it as
reactive power (power factor 0.95), until so many sectors have been filled. One JSON line for all.
"""

import json
import sys

from plain_flash import Flash

from tomoshibi.core.energy import EnergyCounter
from tomoshibi.registers import journal_start
from tomoshibi.registers.journal import Journal
from tomoshibi.registers.keeper import Keeper
from tomoshibi.wire import registers

_REACTIVE_PERMILLE = 329  # sin / cos of the angle whose cosine is 0.95


def counters_of(journal, branches):
    for channel in range(branches + 1):
        at = registers.ENERGY + registers.CHANNEL_SIZE * channel
        for direction in (registers.IMPORT, registers.REACTIVE_IMPORT):
            place = journal.place(at + direction)
            yield EnergyCounter(journal.whole, journal.rest, place)


def worn(branches, watts, sectors):
    """Virtual seconds, records and bytes of them, until `sectors` are full."""
    journal = Journal(Flash(6), registers.BRANCHES, branches)
    journal_start.confirm(journal)
    keeper, counters = Keeper(journal), list(counters_of(journal, branches))
    reactive = watts * _REACTIVE_PERMILLE // 1_000
    # Readings of a thousand days behind it, so that no register is small.
    for i in range(journal.place(registers.ENERGY), len(journal.numbers)):
        journal.whole[i] = 24_000 * watts % registers.WRAP_WH
    seconds = records = 0
    first = last = journal.ring.sequence + 1
    while last < first + sectors:
        number = journal.records
        for i, counter in enumerate(counters):
            part = reactive if i & 1 else watts
            counter.add_mj(1_000 * part * (branches if i < 2 else 1))
        keeper.step()
        last = journal.ring.sequence
        if last >= first:
            seconds += 1
            records += (journal.records - number) % 256
    return {"branches": branches, "watts": watts, "seconds": seconds, "records": records}


branches, sectors = int(sys.argv[1]), int(sys.argv[2])
rows = [worn(branches, int(watts), sectors) for watts in sys.argv[3:]]
print(json.dumps(rows))
