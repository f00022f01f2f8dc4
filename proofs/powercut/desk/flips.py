"""Flips one random bit of a chip in use and opens it: what is lost is one record at most.

flips.py SEED SECONDS FLIPS. Prints one JSON object.
"""

import json
import sys

from check import Findings, check_documents
from chip import SMALL, Chip
from dice import Dice
from life import BRANCHES, Life, Promised, exact, integers
from tomoshibi.node.storage import Storage
from tomoshibi.wire import event_chain, event_log, flash_sector, history, register_names, registers
from tomoshibi.wire.flash_bytes import get

_POWER_ON = 0
_LONGEST_MWH = 1_000
_MOST = 20  # registers in a record of 68 bytes, of which the check and the head take five


class Seen:
    """All that a node knows from its chip."""

    def __init__(self, storage: Storage, days) -> None:
        journal = storage.journal
        self.registers = [exact(journal, i, True) for i in range(len(journal.numbers))]
        self.half_hours = _half_hours(storage.history, days)
        self.events = _whole_events(storage.log)


def _half_hours(kept, days) -> dict:
    found = {}
    readings = integers(history.SLOTS)
    for day in days:
        for branch in range(BRANCHES):
            kept.read_day(day, branch, 0, readings)
            for slot in range(history.SLOTS):
                found.setdefault((day, slot), []).append(readings[slot])
    return found


def _whole_events(log) -> set:
    """Numbers of the events that stand in the chain."""
    ring, whole, record = log.ring, set(), bytearray(event_log.RECORD)
    for step in range(1, ring.count + 1):
        sector = (ring.newest + step) % ring.count
        if ring.read_head(sector) < 0:
            continue
        info = flash_sector.INFO
        before = bytes(ring.head[info + 4 : info + flash_sector.INFO_SIZE])
        chain = event_chain.Chain(get(ring.head, info, 4) - 1, before)
        for slot in range(1, flash_sector.SECTOR // event_log.RECORD):
            ring.flash.readblocks(sector, record, slot * event_log.RECORD)
            if chain.take(record) not in (event_chain.BLANK, event_chain.LOOSE):
                whole.add(chain.sequence)
    return whole


def check(before: Seen, after: Seen, numbers, found: Findings) -> bool:
    """Hold one against the other; whether they are the same."""
    changed = [i for i in range(len(numbers)) if before.registers[i] != after.registers[i]]
    for i in changed:
        lost = before.registers[i] - after.registers[i]
        energy = numbers[i] >= registers.ENERGY
        most = 3_600 * _LONGEST_MWH * (1 if numbers[i] >= registers.ENERGY + 4 else BRANCHES)
        if len(changed) > _MOST or lost < 0 or lost > (most if energy else 1):
            found.add("decreases", "%s by %d" % (register_names.name(numbers[i]), lost))
    gone = [key for key, has in before.half_hours.items() if after.half_hours[key] != has]
    if len(gone) > 1:
        found.add("half_hours_lost", "%d at once" % len(gone))
    missed = len(before.events - after.events)
    if missed > 1:
        found.add("events_lost", "%d at once" % missed)
    return not (changed or gone or missed)


def main() -> None:
    seed, seconds, flips = (int(word) for word in sys.argv[1:4])
    chip, scratch, dice, found = Chip(SMALL), Chip(SMALL), Dice(seed), Findings()
    promised = Promised()
    life = Life(chip, _POWER_ON, dice, promised, 1)
    for _ in range(seconds):
        life.second()
    days = sorted({day for day, _ in promised.half_hours})[-chip.sectors("history") :]
    scratch.copy_from(chip)
    before = Seen(Storage(registers.BRANCHES, BRANCHES, scratch.partition), days)
    harmless = 0
    for number in range(flips):
        scratch.copy_from(chip)
        byte, bit = dice.below(len(chip.memory)), dice.below(8)
        scratch.memory[byte] ^= 1 << bit
        found.where = "flip %d, byte %d, bit %d" % (number, byte, bit)
        try:
            storage = Storage(registers.BRANCHES, BRANCHES, scratch.partition)
            check_documents(storage, promised, found)
            numbers = storage.journal.numbers
            harmless += check(before, Seen(storage, days), numbers, found)
            storage.start(_POWER_ON)
        except Exception as error:
            found.add("unbootable", repr(error))
    result = {"flips": flips, "flips_that_cost_nothing": harmless, "lines": found.lines}
    print(json.dumps(result | found.counts))


main()
