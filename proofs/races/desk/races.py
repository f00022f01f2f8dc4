"""A settled sub-meter at work, of which copies go on with control cycles at random jumps.

    races.py FIRST COUNT INSTRUCTIONS PLANT   seeds FIRST to FIRST + COUNT - 1; a cycle strikes jobs
                                              after INSTRUCTIONS on average; PLANT: see plants.py

Each copy has its own grid's loss and return, loads that change what they draw, requests from the
network, and somebody who types. It prints one line that begins with `copy:`.
"""

import _desk
import asyncio
import json
import socket
import sys
from esp32 import Partition
from micropython import const
from time import ticks_add, ticks_ms

import _fork
import _strikes
import plants
from overlay import Overlay
from traffic import Socket
from watch import Watch

import costs
import desk
import desk_clock
from dice import Dice
from tomoshibi.core.events import NO_VOLTAGE, EventRing
from tomoshibi.node import assemble
from tomoshibi.node.console_job import CommandJob
from tomoshibi.node.control import Control
from tomoshibi.node.sense_edge import Rounds

_SETTLED_MS = const(60_000)
_LENGTH_MS = const(18_000)
# For the jobs to come to an end with what they have begun, and the log with the ring.
_DRAIN_MS = const(2_500)
_TYPED_MS = const(150)
# From when to when the grid comes and goes while jobs run, after so many strikes on average.
# Before that, settings are taken.
_RESTLESS_FROM_MS = const(1_500)
_RESTLESS_MS = const(6_000)
_STRIKES_A_TURN = const(150)
_HEAD = b"\x10\x81\x00\x01\x05\xff\x01"
_BOARD = b"\x02\x87\x01"


def _get(target, codes):
    return _HEAD + target + b"\x62" + bytes((len(codes),)) + b"".join(bytes((c, 0)) for c in codes)


Socket.asked = (
    _get(b"\x0e\xf0\x01", (0xD3, 0xD5, 0xD6, 0x82, 0x9F)),
    _get(_BOARD, (0x80, 0x81, 0xC0, 0xC6, 0xD0, 0xD1, 0xD2)),
    _get(b"\x02\x8d\x01", (0x80, 0xE0, 0xE2, 0xE7)),
    _HEAD + _BOARD + b"\x61\x01\x81\x01\x08",
    _HEAD + _BOARD + b"\x61\x01\x81\x01\x10",
)
# The first give it a key.
_BORN = (
    'identify - {"serial": "TM-1", "hardware": "B", "secret": "%s"}' % ("0123456789abcdef" * 4),
    'identify - {"key": "%s"}' % ("fedcba9876543210" * 4),
    "time 2026-11-23T00:28:50",
)
# Two sets of settings, each handed over at once.
SETS = ((900, 5, 5), (1_300, 6, 6))
_SET = 'set [["island_limit_w", %d], ["return_hold_s", %d], ["step_gap_s", %d]]'
_LINES = (
    "status", "points", "settings", "why 1", "verify", "load 2 off", "load 2 on", "load 3 lock",
    "load 3 unlock", "load 1 lock", "load 1 unlock", "start 5 7000 9", "start 6 4711", "load",
    "read registers 0 512", "help", "identity", "time 2026-11-23T00:29:57", _SET % SETS[0],
    _SET % SETS[1], _SET % SETS[0], _SET % SETS[1],
)  # fmt: skip


class Keyboard:
    """Types the lines it is given first, and then at random what a copy's seed says."""

    def __init__(self) -> None:
        self._text = ("\n".join(_BORN) + "\n").encode()
        self._at = 0
        self.dice = None

    def read(self):
        loop = asyncio.core
        if self._at == len(self._text):
            self._next()
            loop._task_queue.push(loop.cur_task, ticks_add(ticks_ms(), _TYPED_MS))
            yield
        at = self._at
        self._at += 1
        return self._text[at : at + 1]

    def _next(self) -> None:
        line = _LINES[self.dice.below(len(_LINES))] if self.dice else "status"
        self._text, self._at = (line + "\n").encode(), 0


class Site:
    """What the node feels: 300 W of each load that is on, or what the dice say."""

    def __init__(self, twin) -> None:
        self.twin = twin
        self.lost = False
        self.draws_mw = [300_000] * 6
        self._alone = twin.alone
        twin.alone = self.conditions

    def conditions(self) -> dict:
        quantities = self._alone()
        if self.lost:
            quantities["grid_mv"] = quantities["grid_mhz"] = 0
            quantities["islanded"] = 1
        for branch, closed in enumerate(self.twin.outputs.values, 1):
            quantities["p%d_mw" % branch] = self.draws_mw[branch - 1] * closed
        return quantities

    def turn(self, lost: bool) -> None:
        self.lost = lost
        self.twin.set(self.conditions())

    def change(self, dice) -> None:
        self.draws_mw[dice.below(6)] = 1_000 * dice.below(400)
        self.twin.set(self.conditions())


class Copy:
    """One future: its dice, and what happens in it when."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._dice = Dice(seed)
        keyboard.dice = Dice(seed + 30_000)
        self._change = desk_clock.event(self._draws_change)
        for at_ms, act in (
            (_RESTLESS_FROM_MS, self._begin_turns),
            (_RESTLESS_MS, self._rest),
            (_LENGTH_MS - _DRAIN_MS, self._calm_down),
            (_LENGTH_MS, self._end),
        ):
            desk_clock.arm(desk_clock.event(act), at_ms)
        self._restless = False
        watch.on_strike = self._turn
        self._draws_change()
        _strikes.begin(seed, _instructions, struck)

    def _draws_change(self) -> None:
        site.change(self._dice)
        desk_clock.arm(self._change, 200 + self._dice.below(1_500))

    def _turn(self) -> None:
        """The grid is lost or comes back, in the midst of a job. What is wrong ends a copy."""
        if watch.wrong:
            self._tell()
        if self._restless and not self._dice.below(_STRIKES_A_TURN):
            site.turn(not site.lost)

    def _begin_turns(self) -> None:
        self._restless = True

    def _rest(self) -> None:
        self._restless = False
        site.turn(False)

    def _calm_down(self) -> None:
        _strikes.end()
        keyboard.dice = None

    def _end(self) -> None:
        try:
            watch.judge()
        except Exception as error:
            # Raised here it would reach some job.
            sys.print_exception(error)
            _fork.end(1)
        self._tell()

    def _tell(self) -> None:
        print("\ncopy:" + json.dumps(watch.report(self._seed)))
        _fork.end(0)


def settled():
    for seed in range(_first, _first + _count):
        number = _fork.fork()
        if not number:
            Copy(seed)
            return
        if _fork.wait(number):
            print("\ncopy:" + json.dumps({"seed": seed, "wrong": ["it died"]}))
    _fork.end(0)


def struck(_nothing):
    strike()
    try:
        watch.rounds.on_timer(None)
    finally:
        _strikes.again()


def cycle_watched(self, source=None):
    try:
        cycle(self, source)
    finally:
        look()


# As many parameters as the ring's own: the heap is locked, and a tuple of them would take some.
def record_noted(
    self, s, ms, kind, subject, before, after, cause, power, budget, dv=NO_VOLTAGE, actor=0
):
    record(self, s, ms, kind, subject, before, after, cause, power, budget, dv, actor)
    note(s, ms, kind, subject, before, after, cause, power, budget, dv, actor)


def rounds_kept(self, *arguments):
    rounds_made(self, *arguments)
    watch.rounds = self


def build_kept(*arguments):
    node, jobs = build(*arguments)
    watch.begin(node, jobs)
    return node, jobs


_first, _count, _instructions = (int(word) for word in sys.argv[1:4])
twin = desk.set_up()
watch = Watch(twin.outputs, SETS)
note, look, strike = [_desk.hardware(each) for each in (watch.note, watch.look, watch.strike)]
plants.plant(sys.argv[4])
site = Site(twin)
keyboard = Keyboard()
costs.free(Socket)
socket.socket = Socket
Partition.open_chip()
Partition._memory = Overlay(Partition._memory)
made, CommandJob.__init__ = (
    CommandJob.__init__,
    lambda self, answer: made(self, answer, keyboard.read),
)
cycle, Control.cycle = Control.cycle, cycle_watched
record, EventRing.record = EventRing.record, record_noted
rounds_made, Rounds.__init__ = Rounds.__init__, rounds_kept
build, assemble.build = assemble.build, build_kept
desk_clock.arm(desk_clock.event(settled), _SETTLED_MS)
desk.set_up = lambda: twin  # it is
desk.main()
