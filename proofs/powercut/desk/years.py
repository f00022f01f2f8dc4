"""Years of a sub-meter whose supply fails once a day, on a full-sized chip.

years.py SEED DAYS. Half hours are taken whole (a step of energy each), with some seconds one by one
before the cut. Each cut tears what is being written, or falls between two writes. Prints one JSON
object.
"""

import json
import sys

import cuts
from check import Findings
from chip import FULL, Chip
from dice import Dice
from life import BRANCHES, Life, Promised, exact, integers
from nor_flash import PowerCut
from tomoshibi.wire import history, registers

_SLOTS = history.SLOTS
_COARSE_MJ = 180_000_000  # of one branch in half an hour: 100 W
_FINE_S = 12
_WRAP_MJ = 100_000_000 * 3_600_000
_CHECKED_DAYS = 100
# Oftener than the hundred days that are looked at, so that no half hour is passed over.
_CHECK_EVERY = 90


class Years:
    def __init__(self, seed: int) -> None:
        self.chip = Chip(FULL)
        self.found = Findings()
        self.cuts = 0
        self.lost_mj = [0] * (BRANCHES + 1)
        self.most_lost_mwh = 0
        self.half_hours = 0
        self._dice = Dice(seed)
        self._promised = Promised()
        self._flown_mj = [[0, 0] for _ in range(BRANCHES + 1)]
        self._slot = 0
        self._life = self._begin()
        self._fatal = -1

    def _begin(self) -> Life:
        return Life(self.chip, 0, self._dice, self._promised, self._slot)

    def day(self) -> None:
        """A day with a cut somewhere in it."""
        cut_in = self._dice.below(_SLOTS)
        for slot in range(_SLOTS):
            self._life.half_hour(_COARSE_MJ)
            self._slot += 1
            if slot == cut_in:
                self._cut()

    def _cut(self) -> None:
        life = self._life
        self.chip.watch(self._on_operation)
        self._fatal = self._dice.below(_FINE_S)
        try:
            for _ in range(1 + self._dice.below(_FINE_S)):
                life.fine_second()
        except PowerCut:
            pass
        self.chip.watch(None)
        self.cuts += 1
        self._slot = life.clock.slots
        ran = [exact(life.storage.journal, i, False) for i in self._places(life)]
        if not life.agrees_with_integers():
            self.found.add("inventions", "counters are not the sum of what has flown")
        for channel in range(BRANCHES + 1):
            for direction in range(2):
                self._flown_mj[channel][direction] += life.flown_mj[channel][direction]
        self._life = life = self._begin()
        has = [exact(life.storage.journal, i, True) for i in self._places(life)]
        for channel in range(BRANCHES + 1):
            for direction in range(2):
                lost_mj = (ran[2 * channel + direction] - has[2 * channel + direction]) % _WRAP_MJ
                self.lost_mj[channel] += lost_mj
                if channel:
                    self.most_lost_mwh = max(self.most_lost_mwh, -(-lost_mj // 3_600))

    def _on_operation(self, flash, erase, at, data) -> None:
        if self._fatal == 0:
            variants = cuts.OF_ERASES if erase else cuts.OF_PROGRAMS
            variant = variants[self._dice.below(len(variants))]
            cuts.tear(flash, variant, self._dice, erase, at, data)
            raise PowerCut
        self._fatal -= 1

    @staticmethod
    def _places(life: Life):
        place = life.storage.journal.place
        for channel in range(BRANCHES + 1):
            for direction in (registers.IMPORT, registers.EXPORT):
                yield place(registers.ENERGY + registers.CHANNEL_SIZE * channel + direction)

    def check_history(self, branches) -> None:
        """Every half hour of the last hundred days is there, with the readings of `branches`."""
        promised = self._promised.half_hours
        last = max(day for day, _ in promised)
        kept, readings = self._life.storage.history, integers(_SLOTS)
        for branch in branches:
            for day in range(last - _CHECKED_DAYS + 1, last + 1):
                kept.read_day(day, branch, 0, readings)
                for slot in range(_SLOTS):
                    has = promised.get((day, slot))
                    if has is not None and readings[slot] != has[branch]:
                        self.found.add("half_hours_lost", "day %d slot %d" % (day, slot))
        self.half_hours += len(promised)
        promised.clear()

    def totals_agree(self) -> bool:
        """Counters, what was lost and what has flown, over all the years."""
        journal = self._life.storage.journal
        places = list(self._places(self._life))
        for channel in range(BRANCHES + 1):
            flown = sum(self._flown_mj[channel]) + sum(self._life.flown_mj[channel])
            stands = sum(exact(journal, places[2 * channel + d], False) for d in range(2))
            if (stands + self.lost_mj[channel] - flown) % _WRAP_MJ:
                return False
        return True


def main() -> None:
    seed, days = (int(word) for word in sys.argv[1:3])
    years = Years(seed)
    for day in range(days):
        years.day()
        years.found.where = "day %d" % day
        if day == days - 1:
            years.check_history(range(BRANCHES))
        elif day % _CHECK_EVERY == 0:
            # A record has all of them: one in turn will do.
            years.check_history((day // _CHECK_EVERY % BRANCHES,))
    if not years.totals_agree():
        years.found.add("inventions", "totals are not what has flown less what was lost")
    result = {
        "days": days,
        "cuts": years.cuts,
        "most_lost_in_a_cut_mwh": years.most_lost_mwh,
        "lost_of_a_branch_wh": max(years.lost_mj[1:]) // 3_600_000,
        "half_hours_checked": years.half_hours,
        "erases_of_most_worn": {label: max(f.worn) for label, f in years.chip.flash.items()},
        "lines": years.found.lines,
    }
    print(json.dumps(result | years.found.counts))


main()
