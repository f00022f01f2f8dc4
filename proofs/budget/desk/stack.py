"""How deep the whole sub-meter goes on the C stack, under requests, commands and an outage.

A timer or a pin strikes in the midst of a job and runs on the job's stack. So the deepest job and
the deepest handler are measured each for itself, and count together: that no run has seen both at
once proves nothing. Stand-ins for hardware are left out; a call of one counts as a call.

One JSON line: bytes by what used them, and how many answers were given.
"""

import _rv32
import json
import socket
from machine import Pin
from micropython import const, schedule

import _depth
import counting
from traffic import Socket, typed

import desk
import desk_clock
from desk_clock import DeskIOQueue

_LOST_MS = const(66_000)
_BACK_MS = const(80_000)
_END_MS = const(150_000)
_ANY_EDGE = Pin.IRQ_RISING | Pin.IRQ_FALLING
_HEAD = b"\x10\x81\x00\x01\x05\xff\x01"
_OWN = b"\x0e\xf0\x01"
_BOARD = b"\x02\x87\x01"
_LOAD = b"\x05\x8f\x01"


def _get(target, *codes):
    return _HEAD + target + b"\x62" + bytes((len(codes),)) + b"".join(bytes((c, 0)) for c in codes)


_ASKED = (
    _get(_OWN, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0x82, 0x83, 0x9D, 0x9E, 0x9F, 0xF0, 0x8A),
    _get(_BOARD, 0x80, 0x81, 0x97, 0x98, 0xB0, 0xB1, 0xB7, 0xC0, 0xC6, 0xD0, 0xD1, 0xD2),
    _get(_BOARD, 0xB8, 0xBA, 0xBC, 0xC7, 0xC8, 0xB5, 0xB6, 0xB9, 0xBB),
    _get(b"\x02\x87\x00", 0x80, 0xC0),
    # The whole street is asked, and asked to announce.
    _HEAD + _OWN + b"\x63\x01\xd5\x00",
    # To be set: a location, the day of the history that is shown, and what may not be.
    _HEAD + _BOARD + b"\x61\x02\x81\x01\x08\xb5\x01\x00",
    _HEAD + _BOARD + b"\x6e\x01\x81\x01\x10\x01\x80\x00",
    _HEAD + _BOARD + b"\x61\x01\x80\x01\x31",
)  # fmt: skip
_SECRET = "0123456789abcdef" * 4
_KEY = "fedcba9876543210" * 4
_TYPED = (
    "status", "points", "points branch.1", "help", "settings", "why 1", "why", "challenge",
    'identify - {"serial": "TM-1", "hardware": "B", "secret": "%s"}' % _SECRET,
    'identify - {"key": "%s"}' % _KEY,
    "identify 00 {}", "identity", "verify", "load 1 off", "load 1 on", "set name stack",
    'set [["name", "deep"], ["trust_s", 900]]', "set island_limit_w nothing",
    "read registers 0 512", "read events 0 512", "time 2026-11-23T00:10:00", "x" * 2_100,
    "nonsense",
)  # fmt: skip


class Depth:
    """Bytes that jobs and handlers went down. `away`: how many stand-ins deep we are, if any."""

    def __init__(self) -> None:
        self.jobs = self.handlers = 0
        self.away = 0
        self.listening = False
        self._base = -1  # bytes in use where the handler was called; -1: none is running

    def leave(self):
        if self.away == 0 and self.listening:
            self._note()
        self.away += 1

    def come_back(self):
        self.away -= 1
        if self.away == 0 and self.listening:
            _depth.paint()

    def handle(self, method, owner, argument):
        """Call what the firmware gave to a timer or a pin. Allocates nothing."""
        if self._base >= 0:  # a handler's own write to a pin that another listens to
            return method(owner, argument)
        if self.away == 0 and self.listening:
            self._note()
        away, self.away = self.away, 0
        self._base = _depth.here()
        self.listening = True
        _depth.paint()
        try:
            method(owner, argument)
            self._note()
        finally:
            self._base = -1
            self.away = away
        if away == 0:
            _depth.paint()

    def _note(self):
        deepest = _depth.deepest()
        if self._base >= 0:
            self.handlers = max(self.handlers, deepest - self._base)
        else:
            self.jobs = max(self.jobs, deepest)


def on_edge_measured(self, pin):
    depth.handle(on_edge, self, pin)


def on_timer_measured(self, timer):
    depth.handle(on_timer, self, timer)


def left_out(method):
    def away(*arguments):
        depth.leave()
        try:
            return method(*arguments)
        finally:
            depth.come_back()

    return away


def left_out_two(method):
    """Likewise with two arguments, and without a tuple of them: the heap may be locked."""

    def away(self, first, second):
        depth.leave()
        try:
            return method(self, first, second)
        finally:
            depth.come_back()

    return away


def left_out_pin(method, second=None):
    def away(self, first=None, second=second):
        depth.leave()
        try:
            return method(self, first) if second is None else method(self, first, second)
        finally:
            depth.come_back()

    return away


def scheduled():
    """Bytes that the scheduler takes between what it interrupts and the handler."""
    direct, later = [], []
    note(direct)
    schedule(note, later)
    while not later:
        pass
    return later[0] - direct[0]


def note(found):
    found.append(_depth.here())


def conditions():
    quantities = alone()
    if lost:
        quantities["grid_mv"] = quantities["grid_mhz"] = 0
        quantities["islanded"] = 1
    for branch, closed in enumerate(twin.outputs.values, 1):
        quantities["p%d_mw" % branch] = 3_000_000 * closed
    return quantities


def set_lost(value):
    global lost
    lost = value
    twin.set(conditions())


def check():
    if any(twin.outputs.values):
        raise ValueError("not all loads are off")


def end():
    handlers = depth.handlers + between
    found = {
        "stack, bytes: deepest job": depth.jobs,
        "stack, bytes: deepest handler": handlers,
        "stack, bytes: both": depth.jobs + handlers,
    }
    print(json.dumps({"counts": found, "answered": Socket.answered}))
    _rv32.end(0)


depth = Depth()
lost = False
counting.leave_out(left_out, left_out_two)
DeskIOQueue.wait_io_event = left_out(DeskIOQueue.wait_io_event)
Pin.__call__ = left_out_pin(Pin.__call__)
Pin.irq = left_out_pin(Pin.irq, _ANY_EDGE)
socket.socket = Socket
Socket.asked = _ASKED
between = scheduled()
twin = desk.set_up()
alone, twin.alone = twin.alone, conditions
twin.set(conditions())
for at_ms, act in (
    (_LOST_MS, lambda: set_lost(True)),
    (_LOST_MS + 3_000, check),
    (_BACK_MS, lambda: set_lost(False)),
    (_END_MS, end),
):
    desk_clock.arm(desk_clock.event(act), at_ms)
from tomoshibi.node import start_up  # noqa: E402 - after the desk has been set up
from tomoshibi.node.console_job import CommandJob  # noqa: E402
from tomoshibi.node.sense_edge import Rounds, SenseEdge  # noqa: E402

read = typed(_TYPED)
made, CommandJob.__init__ = CommandJob.__init__, lambda self, answer: made(self, answer, read)
on_edge, SenseEdge._on_edge = SenseEdge._on_edge, on_edge_measured
on_timer, Rounds.on_timer = Rounds.on_timer, on_timer_measured
start_up.start_up()
