"""node.log_job in virtual time: what stands in flash, read as docs and wire.event_log lay it out.

Offsets of a record, little-endian: 0 kind, 1 cause, 2 actor, 3 subject, 4 sequence u32, 8 boot
u16, 10 uptime u32, 14 ms u16, 16 day u16, 18 second u24, 21 quality, 22 from, 26 to, 30 power,
34 voltage u16, 36 budget; 48 the first 16 bytes of SHA-256 over the hash before and bytes 0 to 47.
"""

import asyncio
import hashlib
import struct
import unittest

from ram_partitions import RamPartitions
from stepping import stepping

import desk_clock
from tomoshibi.core.calendar import Calendar, day_number
from tomoshibi.core.errors import FlashFailed
from tomoshibi.core.events import (
    COMMAND,
    CONSOLE,
    GRID,
    GRID_LOST,
    LOAD,
    NO_VOLTAGE,
    NODE,
    OVER_BUDGET,
    START_VALUE,
    EventRing,
)
from tomoshibi.core.uptime import Uptime
from tomoshibi.node.boot_cause import POWER_ON
from tomoshibi.node.log_job import LogJob
from tomoshibi.node.storage import Storage
from tomoshibi.wire import registers

DAY = day_number(2026, 11, 25)
NEVER = 80_000_000  # 2002: nobody has set this clock
NONE_SET = (0xFFFF, 0xFFFFFF, 0)


class FakeControl:
    def __init__(self):
        self.is_calm = True

    def calm(self):
        return self.is_calm


def number(record, at, size):
    return int.from_bytes(record[at : at + size], "little")


def when(record):
    """(day, second, quality)"""
    return number(record, 16, 2), number(record, 18, 3), record[21]


class Window:
    granted = False

    def grant(self):
        return self.granted

    def settle(self):
        pass


class LogCase(unittest.TestCase):
    def start(self, clock_s=DAY * 86_400, boots=1):
        desk_clock.install(desk_clock.VIRTUAL, clock_s)
        self.flash = RamPartitions()
        self.control = FakeControl()
        for _ in range(boots):
            self.boot()

    def boot(self):
        self.events = EventRing()
        self.uptime = Uptime()
        self.storage = Storage(registers.BRANCHES, 2, self.flash)
        self.storage.start(POWER_ON)
        self.job = LogJob(self.storage, self.control, self.events, self.uptime, Calendar(540))

    def record(self, kind=GRID, subject=0, before=0, after=2, cause=GRID_LOST, *more):
        self.uptime.update()
        power = more or (640, 1_350, 1_013)
        self.events.record(
            self.uptime.seconds, self.uptime.millis, kind, subject, before, after, cause, *power
        )

    async def live(self, span_ms):
        task = asyncio.create_task(stepping(self.job))
        await asyncio.sleep_ms(span_ms)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass

    def logged(self):
        return self.flash.records("events")


class TestLogJob(LogCase):
    async def test_an_event_is_in_flash_within_a_second_with_all_that_is_known(self):
        self.start(DAY * 86_400 + 3_600, boots=3)
        await asyncio.sleep_ms(5_250)
        self.record(GRID, 0, 0, 2, GRID_LOST, 640, 1_350, 1_013)
        self.record(START_VALUE, 2, 5, 99_999_999, COMMAND, -640, -1, NO_VOLTAGE, CONSOLE)
        await self.live(1_000)
        grid, start = self.logged()
        self.assertEqual(tuple(grid[:4]), (2, 2, 0, 0))  # kind, cause, actor, subject
        self.assertEqual(number(grid, 8, 2), 3)  # the third boot
        self.assertEqual((number(grid, 10, 4), number(grid, 14, 2)), (5, 250))
        self.assertEqual(when(grid), (DAY, 3_605, 1))  # UTC, by a clock that is held
        self.assertEqual(struct.unpack("<iii", grid[22:34]), (0, 2, 640))
        self.assertEqual((number(grid, 34, 2), number(grid, 36, 4)), (1_013, 1_350))
        self.assertEqual(tuple(start[:4]), (6, 15, 1, 2))
        self.assertEqual(struct.unpack("<iii", start[22:34]), (5, 99_999_999, -640))
        self.assertEqual(start[34:40], b"\xff\xff\xff\xff\xff\xff")  # no voltage, no budget

    async def test_events_are_numbered_and_chained_through_restarts(self):
        self.start()
        for _ in range(3):
            self.record()
            self.record(LOAD, 1, 1, 0, OVER_BUDGET)
            await self.live(500)
            self.boot()
        # Each start gives up the place after the last record: the cut may have come into it.
        self.assertEqual([not any(record) for record in self.logged()], 3 * [False, False, True])
        records = [record for record in self.logged() if any(record)]
        self.assertEqual([number(record, 4, 4) for record in records], [1, 2, 3, 4, 5, 6])
        before = b"TOMOSHIBI EVENTS"
        for record in records:
            digest = hashlib.sha256(before)
            digest.update(record[:48])
            before = digest.digest()[:16]
            self.assertEqual(record[48:], before)
        self.assertEqual([number(record, 8, 2) for record in records], [1, 1, 2, 2, 3, 3])

    async def test_how_many_were_logged_is_counted_in_the_registers(self):
        self.start()
        for _ in range(7):
            self.record()
        await self.live(500)
        self.assertEqual(self.storage.view(registers.EVENTS_LOGGED, 1)[0], 7)

    async def test_it_waits_while_the_control_path_is_not_calm(self):
        self.start()
        self.control.is_calm = False
        del self.flash.done[:]
        self.record()
        await self.live(90_000)
        self.assertEqual(self.flash.done, [])
        self.control.is_calm = True
        await self.live(1_000)
        self.assertEqual(len(self.logged()), 1)

    async def test_without_an_erased_sector_it_waits_and_tells_no_fault(self):
        self.start()
        window = Window()
        self.storage.guard(window)
        # One sector of 63 events is in hand, and the ring in RAM holds 48 more.
        for _ in range(4):
            for _ in range(40):
                self.record()
            await self.live(1_000)
        self.assertTrue(self.storage.log.ring.waiting)
        self.assertEqual(self.storage.log.sequence, 63)
        window.granted = True
        while not self.storage.log.ring.ahead:
            self.storage.prepare()
        await self.live(2_000)
        self.assertEqual(self.storage.log.sequence, 63 + 48)

    async def test_calm_that_ends_between_two_events_stops_it_there(self):
        self.start()
        for _ in range(4):
            self.record()
        answers = [True, True]
        self.control.calm = lambda: bool(answers) and answers.pop()
        await self.live(1_000)
        self.assertEqual(len(self.logged()), 2)

    async def test_the_time_is_that_of_the_event_and_not_of_the_logging(self):
        # 23:59:50 UTC; two seconds later something happens, and is logged on the next day.
        self.start(DAY * 86_400 + 86_390)
        await asyncio.sleep_ms(2_000)
        self.record()
        await asyncio.sleep_ms(60_000)
        self.uptime.update()
        await self.live(1_000)
        self.assertEqual(when(self.logged()[0]), (DAY, 86_392, 1))

    async def test_a_clock_that_nobody_set_gives_no_time(self):
        self.start(NEVER)
        self.record()
        await self.live(1_000)
        self.assertEqual(when(self.logged()[0]), NONE_SET)

    async def test_what_the_ring_in_ram_dropped_is_missing_and_the_rest_is_whole(self):
        self.start()
        self.control.is_calm = False
        for i in range(60):
            self.record(LOAD, i, 0, 1, OVER_BUDGET)
        await self.live(500)
        self.control.is_calm = True
        await self.live(1_000)
        # The ring holds 48 events.
        self.assertEqual([record[3] for record in self.logged()], list(range(12, 60)))
        self.assertEqual([number(r, 4, 4) for r in self.logged()], list(range(1, 49)))

    async def test_a_flash_that_takes_nothing_is_a_fault_and_the_event_is_kept(self):
        self.start()
        self.record()
        self.flash.refusing = ("events",)
        with self.assertRaises(FlashFailed) as failed:
            await asyncio.wait_for_ms(stepping(self.job), 500)
        self.assertEqual(failed.exception.args[0], "events")
        self.flash.refusing = ()
        await self.live(1_000)
        self.assertEqual(number(self.logged()[-1], 4, 4), 1)
        self.assertEqual(NODE, self.logged()[-1][2])
