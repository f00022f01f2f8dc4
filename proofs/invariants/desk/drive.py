"""Drives the whole load control through random outages on MicroPython, and checks after each cycle.

    drive.py FIRST COUNT     seeds FIRST to FIRST + COUNT - 1; one JSON line with what was found

A sequence is a site of one to eight loads and ten events: outages with and without a contact,
darkness, dips, chatter, trips, welded relays, reversed and silent meters, changed draw, locks, an
exception in a cycle. After them the grid stays, and everything must come back. Between events time
passes in long cycles; around them in those of the device.

The invariants are those of docs/sources.md; what a load draws is the world's, not the policy's.
"""

import _desk
import json
import random
import sys
from micropython import const

from tomoshibi.core.branch import Branch
from tomoshibi.core.draw import Draw
from tomoshibi.core.events import LOAD, EventRing
from tomoshibi.core.loads import LIFE_SAFETY, Load
from tomoshibi.core.uptime import Uptime
from tomoshibi.drivers.relay import Relay
from tomoshibi.meter.peak import RollingPeaks
from tomoshibi.node.control import Control
from tomoshibi.node.load_control import LoadControl
from tomoshibi.node.senses import Senses
from tomoshibi.policy.grid import NORMAL, GridState
from tomoshibi.policy.plan import ShedPlan
from tomoshibi.policy.staging import Staging

CYCLE_MS = const(20)
CALM_MS = const(1_000)
_SETTLE_MS = const(3_000)  # in cycles of the device after each event
_EVENTS = const(10)
_TRIP_MS = const(300)
# From the second sample on a load that is not starting counts as it is measured.
_ANSWER_MS = const(8_000)
_HEALING_MS = const(4_400_000)  # the cap of moves an hour is the longest wait
_HOUR_MS = const(3_599_000)
CHECKED = ("limit", "life", "rate", "lockout", "audit", "stagger", "rest", "restore", "broken")


class Injected(Exception):
    """Breaks off a cycle, as a bug or a full stack would."""


INJECTED = Injected()  # made here: the heap is locked where it is raised


class Pin:
    def __init__(self):
        self.level = 0

    def value(self, level=None):
        if level is None:
            return self.level
        self.level = level


class Side:
    def __init__(self, on):
        self.on = on

    def alive(self):
        return self.on


class FragileRing(EventRing):
    """Recording breaks off once, when told to."""

    fails_in = 0

    def record(self, s, ms, kind, subject, before, after, cause, power, budget, dv=0, actor=0):
        if self.fails_in:
            self.fails_in -= 1
            if not self.fails_in:
                raise INJECTED
        EventRing.record(self, s, ms, kind, subject, before, after, cause, power, budget, dv, actor)


def _any_load():
    rated_w, min_off_s = random.randint(1, 30) * 100, random.choice((0, 30, 300))
    return Load("x", random.randint(0, 4), rated_w, min_off_s)


class Site:
    """The world around one control path."""

    def __init__(self, seed):
        random.seed(seed)
        count = random.randint(1, 8)
        self.loads = [
            Load(
                "x", random.randint(0, 4), random.randint(1, 30) * 100, random.choice((0, 30, 300))
            )
            for _ in range(count)
        ]
        self.range = range(count)
        self.watts = [self._draw_of(load) for load in self.loads]
        self.inrush = [random.choice((1, 1, 2, 4)) for _ in self.range]
        self.welded = [False] * count
        self.reversed = [random.random() < 0.05 for _ in self.range]
        self.silent = [False] * count
        self.branches = [Branch(i + 1, self.loads[i]) for i in self.range]
        self.pins = [Pin() for _ in self.range]
        self.grid, self.load, self.contact = Side(True), Side(True), Side(False)
        self.limit_w = random.randint(3, 50) * 100
        self.has_contact = random.random() < 0.5
        self.events = FragileRing(256)
        self.control = Control(
            Uptime(),
            Senses(self.grid, self.load, self.contact, None),
            GridState(return_hold_ms=60_000),
            self.events,
        )
        self.switched = LoadControl(
            self.control,
            self.branches,
            [Relay(pin, 0) for pin in self.pins],
            ShedPlan(self.loads),
            Staging(self.loads, 5, 30, Draw(bytes((seed & 0xFF, seed >> 8 & 0xFF)))),
            self.limit_w,
        )
        self.control.outputs = (self.switched,)
        self.peaks = RollingPeaks(count)
        self.now_ms = 0
        self.cycles = 0
        self.found = dict.fromkeys(CHECKED, 0)
        self.first = {}
        self._levels = [0] * count
        self._closed_ms = [-_HOUR_MS] * count
        self._moves_ms = [[] for _ in self.range]
        self._moves = [0] * count
        self._noted = [0] * count
        self._read = 0
        self._last_close_ms = self._last_open_ms = -_HOUR_MS
        self._over_ms = self._over_limit_ms = 0
        self._dark_until_ms = 0
        self._sample_ms = 0
        self._disturbed_ms = 0

    def _draw_of(self, load):
        return load.rated_w * random.choice((2, 5, 8, 9, 10, 10, 13, 20)) // 10

    def real_w(self, i):
        """What load i draws now from the load side."""
        if not self.load.on or not (self.pins[i].level or self.welded[i]):
            return 0
        started_ms = self.now_ms - self._closed_ms[i]
        return self.watts[i] * (self.inrush[i] if started_ms < 1_000 else 1)

    def pass_time(self, span_ms, step_ms):
        end_ms = self.now_ms + span_ms
        while self.now_ms < end_ms:
            _desk.advance(step_ms)
            self.now_ms += step_ms
            self._world(step_ms)
            try:
                self.control.cycle()
            except Injected:
                pass
            self.cycles += 1
            self._check(step_ms)

    def _world(self, step_ms):
        """The inverter trips on too much, and starts again; meters read once a second."""
        if self._dark_until_ms:
            if self.now_ms >= self._dark_until_ms:
                self._dark_until_ms = 0
                self.load.on = True
                self._closed_ms = [self.now_ms] * len(self.loads)
                self._disturbed_ms = self.now_ms
        elif not self.grid.on and self.load.on:
            total_w = sum(self.real_w(i) for i in self.range)
            self._over_ms = self._over_ms + step_ms if total_w > 2 * self.limit_w else 0
            if self._over_ms >= _TRIP_MS:
                self._over_ms = 0
                self.load.on = False
                self._dark_until_ms = self.now_ms + random.randint(1, 20) * 1_000
        if self.now_ms - self._sample_ms >= 1_000:
            self._sample_ms = self.now_ms
            self._sample()

    def _sample(self):
        now_s = self.control.uptime.seconds
        for i in self.range:
            load, reading = self.loads[i], self.branches[i].reading
            if self.silent[i]:
                if now_s - reading.at_s > 5:
                    reading.valid = False
                    load.power_w = load.peak_w = 0
                continue
            power_w = -self.real_w(i) if self.reversed[i] else self.real_w(i)
            reading.valid, reading.at_s, reading.frequency_mhz = True, now_s, 50_000
            reading.voltage_mv = 101_000 if self.load.on else 0
            load.power_w = power_w
            if load.closed:
                load.peak_w = self.peaks.update(i, now_s, power_w)
        self.control.measured()

    def happen(self):
        """One event."""
        kind, i = random.randint(0, 11), random.randint(0, len(self.loads) - 1)
        self._disturbed_ms = self.now_ms
        if kind <= 2:
            self._lose(random.randint(0, 20) * CYCLE_MS)
        elif kind == 3:
            self.grid.on = self.load.on = False
            self.contact.on = False
        elif kind == 4:
            self._dip(random.randint(1, 60))
        elif kind == 5:
            self._chatter()
        elif kind == 6:
            self.back()
        elif kind == 7:
            self.welded[i] = not self.welded[i]
        elif kind == 8:
            self.silent[i] = not self.silent[i]
        elif kind == 9:
            self.watts[i] = self._draw_of(self.loads[i])
        elif kind == 10:
            self._lock(i)
        else:
            self.events.fails_in = random.randint(1, 3)

    def _lock(self, i):
        # Called by a job, whose end is the supervisor's business.
        try:
            self.switched.lock(i, not self.loads[i].locked_off)
        except Injected:
            pass

    def _lose(self, transfer_ms):
        self.grid.on = False
        if transfer_ms:
            self.load.on = False
            self.pass_time(transfer_ms, CYCLE_MS)
        self.load.on = True
        self.contact.on = self.has_contact

    def _dip(self, cycles):
        grid, load = self.grid.on, self.load.on
        self.grid.on = self.load.on = False
        self.pass_time(cycles * CYCLE_MS, CYCLE_MS)
        self.grid.on, self.load.on = grid, load

    def _chatter(self):
        grid = self.grid.on
        for _ in range(random.randint(3, 40)):
            self.grid.on = not self.grid.on
            self.pass_time(CYCLE_MS, CYCLE_MS)
        self.grid.on = grid

    def back(self):
        self.grid.on, self.contact.on = True, False
        if not self.load.on:
            self._closed_ms = [self.now_ms] * len(self.loads)
        self.load.on = True
        self._dark_until_ms = 0

    def mend(self):
        """All that was broken is whole again, and the grid is there to stay."""
        self.back()
        self.events.fails_in = 0
        for i in self.range:
            self.welded[i] = self.silent[i] = self.reversed[i] = False

    def wrong(self, what, words):
        self.found[what] += 1
        self.first.setdefault(what, "%d ms: %s" % (self.now_ms, words))

    def _check(self, step_ms):
        opened, closed = [], []
        for i in self.range:
            level = self.pins[i].level
            if level != self._levels[i]:
                self._levels[i] = level
                self._moves[i] += 1
                (closed if level else opened).append(i)
            if level and self.loads[i].locked_off and not closed:
                self.wrong("lockout", "load %d" % i)
        for i in opened:
            self._note_move(i)
            if self.loads[i].tier == LIFE_SAFETY and not self.loads[i].locked_off:
                if any(self._levels[j] and self.loads[j].tier for j in self.range):
                    self.wrong("life", "load %d opened, %s" % (i, self._levels))
        if opened:
            self._last_open_ms = self.now_ms
        for i in closed:
            self._closed_ms[i] = self.now_ms
            self._note_move(i)
            if len(self._moves_ms[i]) > 6:
                self.wrong("rate", "load %d" % i)
            if self.now_ms - self._last_close_ms < 5_000:
                self.wrong("stagger", "load %d" % i)
            # A long cycle is a second late at most.
            if self.now_ms - self._last_open_ms < 1_000 and step_ms == CYCLE_MS:
                self.wrong("rest", "load %d" % i)
            self._last_close_ms = self.now_ms
        self._check_limit(step_ms)

    def _note_move(self, i):
        self._moves_ms[i].append(self.now_ms)
        self._moves_ms[i] = [at for at in self._moves_ms[i] if self.now_ms - at < _HOUR_MS]

    def _check_limit(self, step_ms):
        """In an island, what can be cut is within the limit, soon after all that happened."""
        island = not self.grid.on and self.load.on
        watts = sum(self.real_w(i) for i in self.range if self._levels[i])
        stray = sum(self.real_w(i) for i in self.range if not self._levels[i])
        less_important = any(self._levels[i] and self.loads[i].tier for i in self.range)
        if island and less_important and not any(self.silent) and watts + stray > self.limit_w:
            self._over_limit_ms += step_ms
        else:
            self._over_limit_ms = 0
        if self._over_limit_ms > _ANSWER_MS and self.now_ms - self._disturbed_ms > _ANSWER_MS:
            self.wrong("limit", "%d W + %d W of %d W" % (watts, stray, self.limit_w))
            self._over_limit_ms = 0

    def audit(self):
        """Each movement has one record. Read often: the ring is as long as the device's."""
        self._read = max(self._read, self.events.total - self.events.size)
        while self._read < self.events.total:
            record = self.events.read(self._read)
            self._read += 1
            if record[2] == LOAD:
                self._noted[record[3]] += 1

    def audited(self):
        self.audit()
        if self._noted != self._moves:
            self.wrong("audit", "%s moves, %s records" % (self._moves, self._noted))

    def restored(self):
        for i in self.range:
            if self.loads[i].locked_off == bool(self._levels[i]):
                self.wrong("restore", "load %d, state %d" % (i, self.control.grid.state))
        if self.control.grid.state != NORMAL:
            self.wrong("restore", "state %d" % self.control.grid.state)


def run(seed):
    _desk.hold(0)
    site = Site(seed)
    try:
        site.pass_time(random.choice((5_000, 120_000)), CALM_MS)
        for _ in range(_EVENTS):
            site.happen()
            site.pass_time(_SETTLE_MS, CYCLE_MS)
            site.pass_time(random.choice((5_000, 60_000, 600_000)), CALM_MS)
            site.audit()
        site.mend()
        site.pass_time(_SETTLE_MS, CYCLE_MS)
        site.pass_time(_HEALING_MS, CALM_MS)
        site.audited()
        site.restored()
    except Exception as error:
        sys.print_exception(error)
        site.wrong("broken", repr(error))
    return site


def main():
    first, count = int(sys.argv[1]), int(sys.argv[2])
    report = {"sequences": 0, "steps": 0, "found": dict.fromkeys(CHECKED, 0), "first": []}
    for seed in range(first, first + count):
        site = run(seed)
        report["sequences"] += 1
        report["steps"] += site.cycles
        for what in CHECKED:
            report["found"][what] += site.found[what]
        for what, words in site.first.items():
            report["first"].append("seed %d, %s: %s" % (seed, what, words))
    print(json.dumps(report))


main()
