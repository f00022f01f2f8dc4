"""A busy sub-meter on the costed clock; copies of it lose the grid, it goes on.

Six loads are on, each more than an island bears. Somebody asks over ECHONET Lite, somebody types,
registers are written, flash is erased. What a copy of the node does first is to lose the grid: at
a random moment (`plain`), while it collects (`collection`), or while one of its own erases goes on
or before the sense has fallen: of a ring (`erase`), of a document (`document`); and of a ring once
more, by a chip that takes 400 ms (`slow`). It ends as the last relay is commanded.

    losses.py EACH    so many losses of each kind; half of them no contact shows

One line for each loss: `loss` and a JSON list of its kind, whether the inverter's contact shows it,
microseconds from the first missing half cycle to the last relay's command (2 s: not by then),
the job that was at work as the sense fell, "" if none was, and by how many microseconds that fall
was held off. The last line tells of the node's own life. The grid goes at whole milliseconds.
"""

import _desk
import gc
import json
import random
import socket
import sys
from esp32 import Partition
from micropython import const
from os import getenv
from time import ticks_add, ticks_diff, ticks_ms, ticks_us, time_ns

import _fork
from traffic import Socket, typed

import desk
import desk_clock
import resets
from desk_clock import DeskIOQueue
from tomoshibi.node.console_job import CommandJob
from tomoshibi.node.supervisor import _Charge

_SETTLED_MS = const(70_000)
_LEAST_MS, _MOST_MS = const(40), const(240)  # from one moment to the next
_AT_ONE_ERASE = const(4)  # losses of a kind
_ENDLESS_MS = const(2_000)
_LOAD_MW = const(3_000_000)
_SENSE_MS = const(15)
_ERASE_MS, _SLOW_MS = const(45), const(400)
# What a collection takes, at the clock's usual speed.
_COLLECTION_MS = const(8)
_KINDS = ("plain", "collection", "erase", "slow", "document")
_RINGS = ("registers", "history", "events", "places")

_HEAD = b"\x10\x81\x00\x01\x05\xff\x01"
_OWN, _BOARD, _LOAD = b"\x0e\xf0\x01", b"\x02\x87\x01", b"\x02\x8d\x01"


def _get(target, *codes):
    return _HEAD + target + b"\x62" + bytes((len(codes),)) + b"".join(bytes((c, 0)) for c in codes)


_ASKED = (
    _get(_OWN, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0x82, 0x83, 0x9D, 0x9E, 0x9F, 0xF0, 0x8A),
    _get(_BOARD, 0x80, 0x81, 0x97, 0x98, 0xB0, 0xB1, 0xB7, 0xC0, 0xC6, 0xD0, 0xD1, 0xD2),
    _get(_BOARD, 0xB8, 0xBA, 0xBC, 0xC7, 0xC8, 0xB5, 0xB6, 0xB9, 0xBB),
    _get(_LOAD, 0x80, 0xE0, 0xE2, 0xE7),
)
_TYPED = (
    "status",
    "points branch.1",
    "help",
    "settings",
    "why 1",
    "read registers 0 512",
    "verify",
)
# A document is written less often than once a minute: with each begins another without erases.
_TYPED_LONG = _TYPED * 18 + ("set name busy",)


class BusySocket(Socket):
    """Once `busy`, a datagram comes ten times as often, at random moments."""

    busy = False

    def recvfrom(self, room):
        found = super().recvfrom(room)
        if BusySocket.busy:
            self._due_ms = ticks_add(ticks_ms(), random.randint(20, 180))
        return found


class Chip:
    """The chip's memory: a copy of the node can take back what it wrote, for the file is shared."""

    def __init__(self, memory) -> None:
        self._memory = memory
        self.old = None  # what a copy wrote over

    def __len__(self) -> int:
        return len(self._memory)

    def __getitem__(self, span):
        return self._memory[span]

    def __setitem__(self, span, data) -> None:
        if self.old is not None:
            self.old.append((span, self._memory[span]))
        self._memory[span] = data

    def take_back(self) -> None:
        while self.old:
            span, data = self.old.pop()
            self._memory[span] = data


class Work:
    """Which job is at work: "" while the node waits."""

    def __init__(self) -> None:
        self.job = ""
        step, wait = _Charge.step, DeskIOQueue.wait_io_event

        def traced_step(charge, now_ms):
            self.job = charge.job.name
            found = step(charge, now_ms)
            self.job = "supervisor"
            return found

        def traced_wait(queue, dt):
            self.job = ""
            wait(queue, dt)
            self.job = "task"

        _Charge.step = traced_step
        DeskIOQueue.wait_io_event = _desk.hardware(traced_wait)


class Losses:
    """`_kind` is what befalls this copy; "" in the node itself."""

    def __init__(self, twin, chip, each: int) -> None:
        self._twin, self._chip = twin, chip
        self._work = Work()
        self._left = dict.fromkeys(_KINDS, each)
        self._kind = ""
        self._contact = 0
        self._lost_us = self._held_us = 0
        self._at_work = ""
        self._erases, self._settled = 0, False
        self._alone, twin.alone = twin.alone, self._conditions
        self._put, twin.outputs.put = twin.outputs.put, self._put_traced
        self._moment = desk_clock.event(self._on_moment)
        desk_clock.arm(self._moment, _SETTLED_MS)
        self._collection = desk_clock.event(lambda: _desk.call(collect, None))
        self._speed = int(getenv("DESK_COST_PS") or 10_000)
        Partition.before = self._on_flash

    # -- the node's own life -------------------------------------------------------------------

    def _conditions(self) -> dict:
        quantities = self._alone()
        if self._kind:
            quantities["grid_mv"] = quantities["grid_mhz"] = 0
            quantities["islanded"] = self._contact
        for branch, closed in enumerate(self._twin.outputs.values, 1):
            quantities["p%d_mw" % branch] = _LOAD_MW * closed
        return quantities

    def _on_moment(self) -> None:
        if not all(self._twin.outputs.values):
            raise ValueError("not all loads are on")
        self._settled = BusySocket.busy = True
        if not any(self._left.values()):
            self._end()
        desk_clock.arm(self._moment, random.randint(_LEAST_MS, _MOST_MS))
        if not (self._copy("plain") and self._copy("collection")):
            self._lose(0)
            if self._kind == "collection":
                early_ms = random.randrange(_COLLECTION_MS * self._speed // 10_000)
                desk_clock.arm(self._collection, max(0, _SENSE_MS - early_ms))

    def _on_flash(self, flash, erase, _at, _data) -> None:
        """At the end of an operation's time, in which nothing else has happened."""
        if not (erase and self._settled):
            return
        self._erases += 1
        ring = self._label(flash) in _RINGS
        for kind in ("erase", "slow") if ring else ("document",):
            for _ in range(_AT_ONE_ERASE):
                if not self._copy(kind):
                    took_ms = _ERASE_MS
                    if kind == "slow":
                        _desk.takes(_SLOW_MS - _ERASE_MS, 1_000)
                        Partition.erase_ms = took_ms = _SLOW_MS
                    self._lose(random.randrange(took_ms + _SENSE_MS))
                    return

    def _label(self, flash) -> str:
        for row in Partition._rows:
            if row[3] == flash.start:
                return row[0]
        raise ValueError(flash.start)

    def _end(self) -> None:
        life = {"virtual_s": desk_clock.uptime_ms() // 1_000, "erases": self._erases}
        print(json.dumps(life | {"answered": Socket.answered}))
        resets.end(0)

    # -- a copy's ------------------------------------------------------------------------------

    def _copy(self, kind: str) -> bool:
        """Have a copy go on, if it is still wanted, and wait for its end; False in the copy."""
        if not self._left[kind]:
            return True
        self._left[kind] -= 1
        # Each copy has another future than the next.
        chance = random.getrandbits(30)
        number = _fork.fork()
        if number:
            if _fork.wait(number):
                raise ValueError("a copy has died")
            return True
        random.seed(chance)
        self._kind, self._contact = kind, random.getrandbits(1)
        return False

    def _lose(self, ago_ms: int) -> None:
        """The grid went so long ago, to a whole millisecond: the sense has not fallen by then."""
        Partition.before = None
        self._chip.old = []
        desk_clock.disarm(self._moment)
        self._lost_us = ticks_add(ticks_us(), -(time_ns() // 1_000 % 1_000) - 1_000 * ago_ms)
        sense = self._twin._grid_sense
        sense._event = desk_clock.event(self._on_fall)
        self._twin.set(self._conditions())
        desk_clock.arm_at(sense._event, ticks_add(ticks_ms(), _SENSE_MS - ago_ms))
        desk_clock.arm(desk_clock.event(lambda: self._tell(1_000 * _ENDLESS_MS)), _ENDLESS_MS)

    def _on_fall(self) -> None:
        self._held_us = ticks_diff(ticks_us(), self._lost_us) - 1_000 * _SENSE_MS
        self._at_work = self._work.job
        self._twin._grid_sense._settle()

    def _put_traced(self, number: int, value: int) -> None:
        self._put(number, value)
        if self._kind and not any(self._twin.outputs.values):
            self._tell(ticks_diff(ticks_us(), self._lost_us))

    def _tell(self, us: int) -> None:
        self._chip.take_back()
        found = [self._kind, self._contact, us, self._at_work, self._held_us]
        print("\nloss " + json.dumps(found))
        _fork.end(0)


def collect(_):
    gc.collect()


socket.socket = BusySocket
Socket.asked = _ASKED
twin = desk.set_up()
Partition.open_chip()
chip = Partition._memory = Chip(Partition._memory)
read = typed(_TYPED_LONG)
made, CommandJob.__init__ = CommandJob.__init__, lambda self, answer: made(self, answer, read)
Losses(twin, chip, int(sys.argv[1]))
desk.set_up = lambda: twin  # it is
desk.main()
