"""How soon a sub-meter opens its first load, by what its flash does as the grid goes.

Virtual time, in which flash takes its own: a program 1 ms, an erase 45 ms (data sheet W25Q32JV,
typical), and nothing else goes on meanwhile. There are 1.5 kW on each branch, so that registers
are written each second. One JSON line: by what flash did, ms from the loss to the first opening.
"""

import json
import sys
import time
from esp32 import Partition

import desk
import desk_clock

_PROGRAM_MS, _ERASE_MS = 1, 45
_FIRST_MS, _LASTS_MS = 400_000, 2_000
_EVERY_MS = 1_900_137  # by then all loads are on again; each comes at another phase of the second
_TIMES = 1
# In the same run before and after; the grid goes as the operation begins.
_KINDS = ("nothing, before", "program", "erase", "nothing, after")


class Outages:
    def __init__(self, twin):
        self._twin = twin
        self._alone = twin.alone
        self._left = [kind for kind in _KINDS for _ in range(_TIMES)]
        self._found = {kind: [] for kind in _KINDS}
        self._wanted = ""  # the operation at whose begin the grid is to go
        self._lost = False
        self._lost_ms = -1  # when it went; -1: nothing is waited for
        self._due = desk_clock.event(self._lose_when_due)
        self._over = desk_clock.event(self._give_back)
        twin.alone = self._conditions
        Partition.before = self._flash
        desk_clock.arm(self._due, _FIRST_MS)

    def _conditions(self):
        quantities = self._alone()
        for branch, closed in enumerate(self._twin.outputs.values, 1):
            quantities["p%d_mw" % branch] = 1_500_000 * closed
        if self._lost:
            quantities["grid_mv"] = quantities["grid_mhz"] = 0
            quantities["islanded"] = 1
        if self._lost_ms >= 0 and not all(self._twin.outputs.values):
            self._found[self._left[0]].append(desk_clock.uptime_ms() - self._lost_ms)
            self._lost_ms = -1
        return quantities

    def _lose_when_due(self):
        if not all(self._twin.outputs.values):
            raise ValueError("not all loads are on")
        self._wanted = self._left[0]
        if self._wanted not in ("program", "erase"):
            self._lose()

    def _lose(self):
        self._wanted, self._lost, self._lost_ms = "", True, desk_clock.uptime_ms()
        self._twin.set(self._conditions())
        desk_clock.arm(self._over, _LASTS_MS)

    def _give_back(self):
        self._lost = False
        self._left.pop(0)
        if not self._left:
            print(json.dumps(self._found))
            sys.exit(0)
        self._twin.set(self._conditions())
        desk_clock.arm(self._due, _EVERY_MS)

    def _flash(self, _flash, erase, _at, _data):
        if self._wanted == ("erase" if erase else "program"):
            self._lose()
        time.sleep_ms(_ERASE_MS if erase else _PROGRAM_MS)


twin = desk.set_up()
Outages(twin)

from tomoshibi.node.start_up import run  # noqa: E402 - after the desk has been set up

run("")
