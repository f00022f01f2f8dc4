"""Runs counters, registers and their keeper on MicroPython for property tests, as a node has them.

A JSON request a line in, an answer out:

{"start": [[import Wh, mJ, export Wh, mJ], ...]   of each branch; the whole starts at 0
 "saves": how often all has been saved before, so that moves are met anywhere in a sector
 "moves": [[[mW of each branch, ...], ms, cut], ...]}
    -> {"rows": [[counted, kept before, kept after, after the cut], ...]}

`cut` is null or [operations of the flash that still come to their end, bytes of the next one]: the
supply goes then, or after the keeper's look if there were fewer, and the node starts again from the
flash. Each part of a row is [[import Wh, mJ, export Wh, mJ], ...] of the whole and the branches;
the last is null without a cut.
"""

import json
import sys

from nor_flash import SECTOR, NorFlash, PowerCut
from tomoshibi.core.energy import EnergyCounter
from tomoshibi.registers import journal_start
from tomoshibi.registers.journal import Journal
from tomoshibi.registers.keeper import Keeper
from tomoshibi.wire import registers

SECTORS = 4


class Node:
    def __init__(self, memory, branches):
        self.flash = NorFlash(memory)
        self.branches = branches
        self.boot()

    def boot(self):
        self.journal = Journal(self.flash, registers.BRANCHES, self.branches)
        journal_start.confirm(self.journal)
        self.keeper = Keeper(self.journal)
        self.places = [
            self.journal.place(registers.ENERGY + registers.CHANNEL_SIZE * channel)
            for channel in range(self.branches + 1)
        ]
        journal = self.journal
        self.counters = [EnergyCounter(journal.whole, journal.rest, at) for at in self.places]

    def counted(self):
        return self._values(self.journal.whole, self.journal.rest)

    def kept(self):
        return self._values(self.journal.saved_whole, self.journal.saved_rest)

    def _values(self, whole, rest):
        return [[whole[at], rest[at], whole[at + 1], rest[at + 1]] for at in self.places]

    def move(self, powers_mw, span_ms, cut):
        self.counters[0].add(sum(powers_mw), span_ms)
        for counter, power_mw in zip(self.counters[1:], powers_mw):
            counter.add(power_mw, span_ms)
        row = [self.counted(), self.kept()]
        if cut is not None:
            self.flash.on_operation = Cutter(*cut)
        try:
            self.keeper.step()
        except PowerCut:
            pass
        row.append(self.kept())
        self.flash.on_operation = None
        if cut is None:
            row.append(None)
        else:
            self.boot()
            row.append(self.counted())
        return row


class Cutter:
    """Lets `left` operations through and cuts the next one after `done` bytes."""

    def __init__(self, left, done):
        self.left = left
        self.done = done

    def __call__(self, flash, erase, at, data):
        if self.left:
            self.left -= 1
            return
        if erase:
            flash.fill(at, b"\xff" * self.done)
        else:
            flash.burn(at, bytes(data[: self.done]))
        raise PowerCut


def run(request):
    node = Node(bytearray(b"\xff" * (SECTORS * SECTOR)), len(request["start"]))
    for counter, (import_wh, import_mj, export_wh, export_mj) in zip(
        node.counters[1:], request["start"]
    ):
        counter.put(import_wh, export_wh, import_mj, export_mj)
    node.journal.save_all()
    for _ in range(request["saves"]):
        journal_start.confirm(node.journal)
    return {"rows": [node.move(*move) for move in request["moves"]]}


for line in sys.stdin:
    print(json.dumps(run(json.loads(line))))
