"""node.keeper_job in virtual time on flash in RAM, under a control path that is calm or not."""

import asyncio
import unittest
from array import array

from ram_partitions import RamPartitions
from stepping import stepping

import desk_clock
from tomoshibi.core.branch import Branch
from tomoshibi.core.calendar import Calendar, day_number
from tomoshibi.core.energy import EnergyCounter
from tomoshibi.core.errors import FlashFailed
from tomoshibi.core.loads import Load
from tomoshibi.node.boot_cause import POWER_ON
from tomoshibi.node.keeper_job import KeeperJob
from tomoshibi.node.storage import Storage, running
from tomoshibi.registers.half_hours import HalfHours
from tomoshibi.registers.history_start import latest
from tomoshibi.wire import registers

# 2026-11-25 10:29:55 UTC, which is the local time here.
DAY = day_number(2026, 11, 25)
SLOT = 21  # 10:30
FIVE_TO = DAY * 86_400 + 10 * 3_600 + 29 * 60 + 55
HALF_WH_MJ = 1_800_000


class FakeControl:
    def __init__(self):
        self.is_calm = True
        self.power_going = False
        self.is_supplied = True

    def calm(self):
        return self.is_calm

    def measured(self):
        pass

    def supplied(self):
        return self.is_supplied


class Struck(FakeControl):
    """The supply is going from the second look at it on, as if a cycle had come between."""

    looks = 0
    going = taken = False

    @property
    def power_going(self):
        self.looks += 1
        return self.going or self.looks > 1

    @power_going.setter
    def power_going(self, going):
        self.going = going
        self.taken = not going


class Window:
    granted = False

    def grant(self):
        return self.granted

    def settle(self):
        pass


class TestKeeperJob(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, FIVE_TO)
        self.flash = RamPartitions()
        self.control = FakeControl()
        self.storage = Storage(registers.BRANCHES, 2, self.flash)
        self.storage.start(POWER_ON)
        branches = []
        for number in (1, 2):
            place = running(self.storage.journal, number, registers.IMPORT)
            branches.append(Branch(number, Load("load", 4, 1_500), EnergyCounter(*place)))
            branches[-1].reading.valid = True
        self.energy = [branch.energy for branch in branches]
        self.half_hours = HalfHours(Calendar(0), branches, self.storage.history)
        self.job = KeeperJob(self.storage, self.control, self.half_hours, self.control.supplied)

    def kept_mj(self, number):
        """Import of a branch as the next start would find it."""
        journal = Storage(registers.BRANCHES, 2, self.flash).journal
        counter = EnergyCounter(*running(journal, number, registers.IMPORT))
        return counter.import_wh * 3_600_000 + counter.import_mj

    async def live(self, span_ms):
        task = asyncio.create_task(stepping(self.job))
        await asyncio.sleep_ms(span_ms)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass

    async def settle(self):
        """Until all that can be made ready is, and nothing is left to write."""
        await self.live(2_000)
        del self.flash.done[:]

    async def test_in_quiet_times_it_writes_nothing(self):
        await self.settle()
        await self.live(2_000)
        self.assertEqual(self.flash.done, [])

    async def test_energy_is_kept_when_a_watt_hour_is_due_and_not_before(self):
        await self.settle()
        self.energy[0].add_mj(400_000)
        self.job.measured()
        await self.live(300)
        self.assertEqual(self.flash.done, [])
        # 0.4 Wh a step: 0.8 are counted and the next step would bring 1.2 Wh.
        self.energy[0].add_mj(1_440_000)
        self.energy[0].add_mj(1_040_000)
        self.job.measured()
        await self.live(300)
        self.assertEqual(self.flash.programmed(), ["registers"])
        self.assertEqual(self.kept_mj(1), 2_880_000)

    async def test_nothing_is_written_while_the_control_path_is_not_calm(self):
        await self.settle()
        self.control.is_calm = False
        self.control.power_going = True
        self.energy[0].add_mj(10 * HALF_WH_MJ)
        self.job.measured()
        # A minute and a half: 10:30 passes, too.
        await self.live(90_000)
        self.assertTrue(self.half_hours.pending)
        self.assertEqual(self.flash.done, [])
        self.control.is_calm = True
        await self.live(500)
        self.assertEqual(self.kept_mj(1), 10 * HALF_WH_MJ)
        self.assertFalse(self.half_hours.pending)

    async def test_a_supply_that_goes_while_the_job_looks_is_answered_at_the_next_look(self):
        await self.settle()
        journal = self.storage.journal
        self.job._control = struck = Struck()
        struck.looks, struck.taken = 0, False
        journal.save_all = lambda: setattr(journal.ring, "waiting", True)  # no room any more
        self.job._work()
        self.assertTrue(struck.going or not struck.taken)

    async def test_when_the_supply_may_be_going_all_is_saved_at_the_next_look(self):
        await self.settle()
        self.energy[0].add_mj(1)
        self.energy[1].add_mj(HALF_WH_MJ)
        self.control.power_going = True
        await self.live(110)
        self.assertFalse(self.control.power_going)
        self.assertEqual((self.kept_mj(1), self.kept_mj(2)), (1, HALF_WH_MJ))

    async def test_a_supply_that_falls_has_all_saved_at_once_and_then_once_a_second(self):
        await self.settle()
        self.energy[0].add_mj(1)
        self.control.is_supplied = False
        await self.live(90)
        self.assertEqual(self.kept_mj(1), 1)
        self.energy[0].add_mj(1)
        await self.live(500)
        self.assertEqual(self.kept_mj(1), 1)
        await self.live(600)
        self.assertEqual(self.kept_mj(1), 2)
        # Nothing has changed: nothing is written.
        del self.flash.done[:]
        await self.live(2_000)
        self.assertEqual(self.flash.done, [])

    async def test_a_supply_that_goes_comes_before_the_half_hour(self):
        await self.settle()
        self.energy[0].add_mj(HALF_WH_MJ)
        self.half_hours.pending = True
        self.control.power_going = True
        await self.live(20)
        self.assertEqual(self.flash.programmed(), ["registers"])
        await self.live(20)
        self.assertEqual(self.flash.programmed(), ["history"])

    async def test_counters_are_in_flash_before_the_half_hour_that_shows_them(self):
        self.energy[0].put(41, 0, HALF_WH_MJ)
        self.energy[1].put(7)
        self.storage.journal.save_all()
        await self.settle()
        # 0.6 Wh more: not due by itself, but the reading of 10:30 is 42 Wh.
        self.energy[0].add_mj(2_160_000)
        await self.live(5_500)
        self.assertEqual(self.flash.programmed(), ["registers", "history"])
        self.assertEqual(self.kept_mj(1), 42 * 3_600_000 + 360_000)
        self.assertEqual((self.half_hours.day, self.half_hours.slot), (DAY, SLOT))
        again = Storage(registers.BRANCHES, 2, self.flash).history
        wh = array("i", (-1, -1))
        self.assertEqual(latest(again, wh, array("i", (-1, -1))), (DAY, SLOT))
        self.assertEqual(list(wh), [42, 7])

    async def test_a_half_hour_waits_for_calm_and_keeps_the_reading_of_its_time(self):
        self.energy[0].put(1)
        self.storage.journal.save_all()
        await self.settle()
        self.control.is_calm = False
        await self.live(4_000)
        # It is 10:30:01. What flows from now on belongs to the next half hour.
        self.energy[0].add_mj(20 * HALF_WH_MJ)
        await self.live(10_000)
        self.assertEqual(self.half_hours.day, -1)
        self.control.is_calm = True
        await self.live(200)
        self.assertEqual((self.half_hours.day, self.half_hours.slot), (DAY, SLOT))
        self.assertEqual(list(self.half_hours.import_wh), [1, 0])
        self.assertEqual(self.kept_mj(1), 11 * 3_600_000)

    async def test_a_journal_without_an_erased_sector_waits_and_loses_nothing(self):
        await self.settle()
        window = Window()
        self.storage.guard(window)
        # Records fill the sector that is open and the one that is in hand, some hundreds each.
        count = 0
        while not self.storage.journal.ring.waiting and count < 1_000:
            count += 1
            self.energy[0].add_mj(HALF_WH_MJ)
            self.job.measured()
            await self.live(80)
            self.assertNotIn(True, [erase for _, erase in self.flash.done])
            self.flash.done.clear()
        self.assertTrue(self.storage.journal.ring.waiting)
        self.assertLess(self.kept_mj(1), count * HALF_WH_MJ)
        self.control.power_going = True
        self.half_hours.pending = True
        await self.live(500)
        # Nothing is forgotten meanwhile, nor a half hour ahead of its counters.
        self.assertTrue(self.control.power_going and self.half_hours.pending)
        window.granted = True
        await self.live(200)
        self.assertEqual(self.kept_mj(1), count * HALF_WH_MJ)
        self.assertFalse(self.control.power_going or self.half_hours.pending)

    async def test_a_half_hour_without_room_waits_and_the_registers_do_not(self):
        window = Window()
        self.storage.guard(window)
        self.energy[0].put(3)
        self.half_hours.pending = True
        await self.live(500)
        self.assertTrue(self.half_hours.pending and self.storage.history.ring.waiting)
        self.energy[0].add_mj(2 * HALF_WH_MJ)
        self.job.measured()
        await self.live(200)
        self.assertEqual(self.kept_mj(1), 4 * 3_600_000)
        window.granted = True
        await self.live(200)
        self.assertFalse(self.half_hours.pending)

    async def test_a_flash_that_takes_nothing_is_a_fault_for_the_supervisor(self):
        await self.settle()
        self.flash.refusing = ("registers",)
        for going in (True, False):
            self.control.power_going = going
            self.energy[0].add_mj(2 * HALF_WH_MJ)
            self.job.measured()
            with self.assertRaises(FlashFailed) as failed:
                await asyncio.wait_for_ms(stepping(self.job), 500)
            self.assertEqual(failed.exception.args[0], "registers")
