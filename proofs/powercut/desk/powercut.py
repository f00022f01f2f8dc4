"""Cuts the power of a node at each flash operation and inside it, and boots on what is left.

powercut.py SEED SECONDS SHARD SHARDS SWEEP [FOLDER KEEP]: SECONDS of write load, of which this
process cuts every SHARDS-th operation. Of every SWEEP-th of these, programs are cut after each
single byte. What every KEEP-th cut left is put into FOLDER, for the whole firmware to boot on.
Prints one JSON object. The node goes on, now and then after a cut of its own.
"""

import json
import sys

import cuts
from check import Findings, check_documents, check_history, check_log, check_registers
from chip import SMALL, Chip
from dice import Dice
from life import BRANCHES, Life, Promised, integers
from nor_flash import PowerCut
from tomoshibi.core.calendar import SYNCHRONISED
from tomoshibi.node.storage import Storage
from tomoshibi.wire import history, registers

_POWER_ON = 0
_LONGEST_LIFE_S = 240
# One boot in so many is followed by another, after a cut in the middle of it or without.
_AGAIN = 4
# What a cut did not touch is looked at in full after one boot in so many.
_ELSEWHERE = 8
# Operations between the last second of a life and the cut that ends it.
_LONGEST_END = 40
_LONGEST_BOOT = 12  # operations, of which the cut boot has some
_LAST_SLOT = 47  # with a better clock than the life's: that makes it count
_AN_EVENT = (1,) + (0,) * 15


class Rig:
    def __init__(self, seed: int, shard: int, shards: int, sweep: int) -> None:
        self.found = Findings()
        self.counts = {
            "operations": 0, "cuts": 0, "second_cuts": 0, "boots": 0, "lives": 0, "hold_ups": 0,
        }  # fmt: skip
        self.max_loss_with_hold_up_mwh = 0
        self.torn = dict.fromkeys(cuts.OF_PROGRAMS + cuts.OF_ERASES, 0)
        self._chip, self._scratch = Chip(SMALL), Chip(SMALL)
        self._shard, self._shards, self._sweep = shard, shards, sweep
        self._life_dice = Dice(seed)
        self._dice = Dice(seed + 1_000 * (shard + 1))
        self._promised = Promised()
        self._life = None
        self._fatal = -1  # operations until the power is cut for good in this life; -1 not yet
        self._slots = 0
        self._folder, self._keep = "", 0

    def keep_cuts(self, folder: str, every: int) -> None:
        self._folder, self._keep = folder, every

    def run(self, seconds: int) -> None:
        """Live `seconds`, over several lives."""
        while seconds > 0:
            span = min(seconds, 20 + self._life_dice.below(_LONGEST_LIFE_S))
            seconds -= span
            self._live(span)

    def _live(self, seconds: int) -> None:
        self.counts["lives"] += 1
        self._chip.watch(None)
        self._life = life = Life(
            self._chip, _POWER_ON, self._life_dice, self._promised, self._slots + 1
        )
        self._promised.settle(life.storage)
        self._chip.watch(self._on_operation)
        try:
            for _ in range(seconds):
                if life.second():
                    self._check_hold_up()
            self._fatal = self._life_dice.below(_LONGEST_END)
            while True:
                life.second()
        except PowerCut:
            self._fatal = -1
        self._slots = life.clock.slots
        if not life.agrees_with_integers():
            self.found.add("inventions", "counters are not the sum of what has flown")
        self.found.where = "life %d" % self.counts["lives"]
        self._scratch.copy_from(self._chip)
        self._boot("", True)

    # -- cuts ----------------------------------------------------------------------------------

    def _on_operation(self, flash, erase, at, data) -> None:
        number = self.counts["operations"]
        self.counts["operations"] += 1
        if number % self._shards == self._shard:
            label = self._chip.label_of(flash)
            for variant in cuts.OF_ERASES if erase else cuts.OF_PROGRAMS:
                self._cut(label, variant, erase, at, data)
            if not erase and number // self._shards % self._sweep == 0:
                for length in range(1, len(data)):
                    self._cut(label, cuts.PREFIX, erase, at, data, length)
        if self._fatal == 0:
            variants = cuts.OF_ERASES if erase else cuts.OF_PROGRAMS
            variant = variants[self._life_dice.below(len(variants))]
            cuts.tear(flash, variant, self._life_dice, erase, at, data)
            raise PowerCut
        if self._fatal > 0:
            self._fatal -= 1

    def _cut(self, label, variant, erase, at, data, length=-1) -> None:
        self.counts["cuts"] += 1
        self.torn[variant] += 1
        self.found.where = "operation %d, %s, %s" % (self.counts["operations"], label, variant)
        self._scratch.copy_from(self._chip)
        cuts.tear(self._scratch.flash[label], variant, self._dice, erase, at, data, length)
        if self._keep and self.counts["cuts"] % self._keep == 0:
            name = "%s/%d-%d" % (self._folder, self._shard, self.counts["cuts"])
            with open(name, "wb") as file:
                file.write(self._scratch.memory)
        self._boot(label, variant in cuts.AMBIGUOUS)

    def _check_hold_up(self) -> None:
        """The power goes now, after a look with hold-up: nothing may be lost."""
        self.counts["hold_ups"] += 1
        self.found.where = "hold-up %d" % self.counts["hold_ups"]
        self._scratch.copy_from(self._chip)
        found, before = self.found, self.found.max_loss_mwh
        found.max_loss_mwh = 0
        self._boot("", False)
        self.max_loss_with_hold_up_mwh = max(self.max_loss_with_hold_up_mwh, found.max_loss_mwh)
        found.max_loss_mwh = max(before, found.max_loss_mwh)

    def laps(self) -> dict:
        """How often each ring went round: erases of its most worn sector."""
        return {label: max(flash.worn) for label, flash in self._chip.flash.items()}

    # -- boots ---------------------------------------------------------------------------------

    def _boot(self, label: str, again: bool) -> None:
        """Boot on the scratch chip and hold what is there against what was promised.

        `label` is the partition that was cut in: what the others have is looked at now and then.
        """
        again = again or self._dice.below(_AGAIN) == 0
        storage = self._open()
        if storage is None or not self._start(storage, again):
            return
        life, found = self._life, self.found
        if label == "events" or self._dice.below(_ELSEWHERE) == 0:
            check_log(storage.log, life.storage.log.sequence, found)
        if label == "history" or self._dice.below(_ELSEWHERE) == 0:
            check_history(storage, self._promised, found)
        if again:
            self._boot_again(storage)

    def _boot_again(self, before: Storage) -> None:
        """What a boot has shown stands at the next one, too, and what has happened since."""
        before.log.append(_AN_EVENT)
        day = max(0, self._life.half_hours.day)
        readings = integers(BRANCHES)
        before.history.append(day, _LAST_SLOT, SYNCHRONISED, 0, readings, readings)
        storage, found = self._open(), self.found
        if storage is None:
            return
        check_registers(storage.journal, before.journal, found)
        check_log(storage.log, before.log.sequence, found)
        if storage.log.hash != before.log.hash:
            found.add("events_lost", "another one is event %d" % before.log.sequence)
        of_day = integers(history.SLOTS)
        storage.history.read_day(day, 0, 0, of_day)
        if of_day[_LAST_SLOT]:
            found.add("half_hours_lost", "stored after the boot")

    def _open(self):
        """A storage on the scratch chip, with the registers and documents that it must have."""
        self.counts["boots"] += 1
        try:
            storage = Storage(registers.BRANCHES, BRANCHES, self._scratch.partition)
        except Exception as error:
            self.found.add("unbootable", repr(error))
            return None
        check_registers(storage.journal, self._life.storage.journal, self.found)
        check_documents(storage, self._promised, self.found)
        return storage

    def _start(self, storage: Storage, may_be_cut: bool) -> bool:
        """Go on with the boot; False if the power goes once more in it, which is checked, too."""
        if may_be_cut and self._dice.below(2):
            self._scratch.watch(self._cut_of_boot(self._dice.below(_LONGEST_BOOT)))
        try:
            storage.start(_POWER_ON)
        except PowerCut:
            self._scratch.watch(None)
            self._boot("", False)
            return False
        except Exception as error:
            self.found.add("unbootable", repr(error))
            return False
        finally:
            self._scratch.watch(None)
        return True

    def _cut_of_boot(self, left: int):
        def on_operation(flash, erase, at, data):
            nonlocal left
            if left == 0:
                flash.on_operation = None
                self.counts["second_cuts"] += 1
                variants = cuts.OF_ERASES if erase else cuts.OF_PROGRAMS
                variant = variants[self._dice.below(len(variants))]
                cuts.tear(flash, variant, self._dice, erase, at, data)
                raise PowerCut
            left -= 1

        return on_operation


def main() -> None:
    seed, seconds, shard, shards, sweep = (int(word) for word in sys.argv[1:6])
    rig = Rig(seed, shard, shards, sweep)
    if len(sys.argv) > 6:
        rig.keep_cuts(sys.argv[6], int(sys.argv[7]))
    rig.run(seconds)
    found = rig.found
    result = rig.counts | found.counts
    result["torn"] = rig.torn
    result["max_loss_mwh"] = found.max_loss_mwh
    result["max_loss_whole_mwh"] = found.max_loss_whole_mwh
    result["max_loss_with_hold_up_mwh"] = rig.max_loss_with_hold_up_mwh
    result["laps"] = rig.laps()
    result["lines"] = found.lines
    print(json.dumps(result))


main()
