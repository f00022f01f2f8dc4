"""Boots the whole sub-meter as the chip does, counts it at work, and takes the grid away.

One JSON line: instructions by operation, and how many relays the outage opened.
"""

import gc
import json
from array import array
from machine import Pin
from micropython import const

import counter
import counting
from counting import counted, spent

import board
import desk
import desk_clock

# Chips are set up, readings are in, and the loads are on again.
_SETTLED_MS = const(90_000)
_OUTAGE_LASTS_MS = const(3_000)
_QUIET = const(100)
_RELAYS = tuple(row[1] for row in board.RELAYS)
_NEVER = const(-1)
_COLLECT_AFTER_BYTES = const(12_288)  # as node.start_up has it
_HEAD = b"\x10\x81\x00\x01\x05\xff\x01"
_BOARD = _HEAD + b"\x02\x87\x01\x62"
_EIGHT = b"\xd0\x00\xd1\x00\xd2\x00\xd3\x00" * 2
_QUESTIONS = (
    ("ECHONET answer, 0287: 80", _BOARD + b"\x01\x80\x00"),
    ("ECHONET answer, 0287: 8 properties", _BOARD + b"\x08" + _EIGHT),
    ("ECHONET answer, node profile: D6", _HEAD + b"\x0e\xf0\x01\x62\x01\xd6\x00"),
)


class Watch:
    """What the wrappers below note, at the moments in which nothing may be allocated."""

    def __init__(self) -> None:
        self.found = {}
        self.node = self.jobs = None
        self.cycles = array("i", (0 for _ in range(_QUIET)))
        self.cycle = 0
        self.worst = 0
        self.lost = False
        self.began = -1  # the count as the grid's sense fell
        self.reaction = 0
        self.opened = 0


def build_counted(*arguments):
    """Without collections but those that it asks for: how many come is chance."""
    gc.collect()
    gc.threshold(_NEVER)
    before = counter.instructions()
    watch.node, watch.jobs = build(*arguments)
    watch.found["build"] = spent(before)
    gc.threshold(_COLLECT_AFTER_BYTES)
    return watch.node, watch.jobs


def cycle_counted(self, source=None):
    before = counter.instructions()
    cycle(self, source)
    taken = spent(before)
    watch.cycles[watch.cycle] = taken
    watch.cycle = (watch.cycle + 1) % _QUIET
    watch.worst = max(watch.worst, taken)


def fall_counted(self, pin):
    """The grid's sense has fallen. A collection had just begun and keeps its handler waiting."""
    if watch.lost and watch.began < 0:
        watch.began = counter.instructions()
        gc.collect()
    on_edge(self, pin)


def write_counted(self, level=None):
    """A relay is told to open: what Python has to do for it ends here, the last time."""
    if watch.began >= 0 and level == 0 and self._level and self.number in _RELAYS:
        watch.reaction = spent(watch.began)
        watch.opened += 1
    return write(self, level)


def look():
    """All in one event: no job runs between, and no collection but those asked for."""
    _count_cycles()
    gc.threshold(_NEVER)
    jobs = {job.name: job for job in watch.jobs}
    _count_scans(jobs["meter-spi"])
    _count_answers(jobs["echonet"]._node)
    gc.collect()
    watch.found["collection"] = counted(gc.collect)
    gc.threshold(_COLLECT_AFTER_BYTES)
    _lose_grid()


def _count_cycles():
    taken = sorted(watch.cycles)
    watch.found["control cycle, quiet"] = taken[_QUIET // 2]
    watch.found["control cycle, new second"] = taken[-1]


def _count_scans(job):
    for name, full in (("power", False), ("all", True)):
        gc.collect()
        before = counter.instructions()
        if not (job._ask(0, full) and job._take(0)):
            raise ValueError("no answer of the chip")
        watch.found["scan of an ATM90E32, " + name] = spent(before)


def _count_answers(node):
    for name, data in _QUESTIONS:
        before = node.answered
        gc.collect()
        watch.found[name] = counted(_ask, node, data)
        if node.answered != before + 1:
            raise ValueError(name)


def _ask(node, data):
    frame = Frame()
    node.read(data, len(data), frame)
    for each in node.objects:
        if meant(each.eoj, frame.target):
            node.answer(each, frame, _send)


def _send(_buf, _length, _to_group):
    pass


def conditions():
    """3 kW of each load that is on: far above what the island's inverter bears."""
    quantities = alone()
    if watch.lost:
        quantities["grid_mv"] = quantities["grid_mhz"] = 0
        quantities["islanded"] = 1
    for branch, closed in enumerate(twin.outputs.values, 1):
        quantities["p%d_mw" % branch] = 3_000_000 * closed
    return quantities


def _lose_grid():
    if not all(twin.outputs.values):
        raise ValueError("not all loads are on")
    watch.lost, watch.worst = True, 0
    twin.set(conditions())
    desk_clock.arm(desk_clock.event(_report), _OUTAGE_LASTS_MS)


def _report():
    watch.found["control cycle, first cut"] = watch.worst
    watch.found["reaction"] = watch.reaction
    print(json.dumps({"counts": watch.found, "opened": watch.opened}))
    counter.end(0)


watch = Watch()
counting.leave_out_hardware()
twin = desk.set_up()
alone, twin.alone = twin.alone, conditions
twin.set(conditions())
gc.collect()
gc.threshold(_NEVER)
began = counter.instructions()
from tomoshibi.node import assemble  # noqa: E402 - what importing takes is counted

watch.found["import"] = spent(began)
from tomoshibi.node import start_up  # noqa: E402
from tomoshibi.node.control import Control  # noqa: E402
from tomoshibi.node.sense_edge import SenseEdge  # noqa: E402
from tomoshibi.reporting.echonet_node import meant  # noqa: E402
from tomoshibi.wire.echonet import Frame  # noqa: E402

build, assemble.build = assemble.build, build_counted
cycle, Control.cycle = Control.cycle, cycle_counted
on_edge, SenseEdge._on_edge = SenseEdge._on_edge, fall_counted
write, Pin.__call__ = Pin.__call__, write_counted
desk_clock.arm(desk_clock.event(look), _SETTLED_MS)
start_up.start_up()
