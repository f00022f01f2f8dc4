"""A sub-meter whose registers are kept: counts energy as a node does, and tells what is unsaved."""

from nor_flash import SECTOR, NorFlash
from tomoshibi.core.energy import EnergyCounter
from tomoshibi.registers import journal_start
from tomoshibi.registers.journal import Journal
from tomoshibi.registers.keeper import Keeper
from tomoshibi.wire import registers

WH_MJ = 3_600_000
WRAP_MJ = 100_000_000 * WH_MJ


class Meter:
    """A sub-meter of some branches whose registers are kept."""

    def __init__(self, branches, flash=None):
        """On `flash`, or on a blank chip whose bytes are `memory`."""
        self.memory = bytearray(b"\xff" * (4 * SECTOR))
        self.journal = Journal(flash or NorFlash(self.memory), registers.BRANCHES, branches)
        self.keeper = Keeper(self.journal)
        self.branches = branches
        self.counters = [self.counter(channel) for channel in range(branches + 1)]
        self.saves = 0
        # Saves the first lot, so that what is counted later is what the rule costs.
        journal_start.confirm(self.journal)

    def counter(self, channel):
        place = self.journal.place(registers.ENERGY + 4 * channel)
        return EnergyCounter(self.journal.whole, self.journal.rest, place)

    def unsaved_mj(self, channel, direction=0):
        journal = self.journal
        i = journal.place(registers.ENERGY + 4 * channel + direction)
        running = journal.whole[i] * WH_MJ + journal.rest[i]
        return (running - journal.saved_whole[i] * WH_MJ - journal.saved_rest[i]) % WRAP_MJ

    def count(self, powers_w):
        """A second at these powers, one for each branch; not yet a step of the keeper."""
        for branch in range(self.branches):
            self.counters[branch + 1].add_mj(powers_w[branch] * 1_000)
        self.counters[0].add_mj(sum(powers_w) * 1_000)

    def step(self):
        records = self.journal.records
        good = self.keeper.step()
        self.saves += self.journal.records != records
        return good
