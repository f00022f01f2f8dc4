"""registers.keeper: counts and states are saved at once, burn hours every ten minutes."""

import unittest

from fake_flash import FakeFlash
from kept_meter import WH_MJ, Meter
from no_heap import no_heap
from stuck_flash import StuckFlash

from nor_flash import SECTOR, NorFlash
from tomoshibi.registers import journal_start
from tomoshibi.registers.journal import Journal
from tomoshibi.registers.keeper import Keeper
from tomoshibi.wire import registers


class TestCountsAndStates(unittest.TestCase):
    def test_a_count_is_saved_in_the_step_that_sees_it(self):
        meter = Meter(2)
        journal = meter.journal
        for number in (registers.SUPPLY_LOSSES, registers.EVENTS_LOGGED, registers.RELAY_MOVES + 1):
            i = journal.place(number)
            journal.whole[i] += 1
            meter.step()
            self.assertEqual(journal.saved_whole[i], 1)
        self.assertEqual(meter.saves, 3)

    def test_a_state_is_saved_whichever_way_it_changes(self):
        meter = Meter(2)
        journal = meter.journal
        i = journal.place(registers.LOAD_STATE + 1)
        for state in (3, 2, 0, 1, 0):
            journal.whole[i] = state
            meter.step()
            self.assertEqual(journal.saved_whole[i], state)

    def test_burn_hours_are_saved_every_ten_minutes(self):
        memory = bytearray(b"\xff" * (4 * SECTOR))
        journal = Journal(NorFlash(memory), registers.LAMP, 1)
        keeper = Keeper(journal)
        journal_start.confirm(journal)
        i = journal.place(registers.LAMP_BURN_S)
        first = journal.records
        for second in range(1, 6_001):
            journal.whole[i] = second
            self.assertLessEqual(second - journal.saved_whole[i], 600)
            keeper.step()
            self.assertLess(second - journal.saved_whole[i], 600)
        # A save each 599 or 600 s.
        self.assertEqual(journal.records - first, 10)


class TestFlash(unittest.TestCase):
    def test_what_flash_refuses_is_told_and_tried_again(self):
        flash = StuckFlash(4)
        meter = Meter(1, flash)
        i = meter.journal.place(registers.SUPPLY_LOSSES)
        meter.journal.whole[i] = 1
        flash.dead = True
        self.assertFalse(meter.step())
        self.assertEqual(meter.journal.saved_whole[i], 0)
        flash.dead = False
        self.assertTrue(meter.step())
        self.assertEqual(meter.journal.saved_whole[i], 1)

    def test_a_step_allocates_nothing_over_two_laps(self):
        meter = Meter(1, FakeFlash(3))
        keeper, counters = meter.keeper, meter.counters
        with no_heap:
            for _ in range(1_600):
                for counter in counters:
                    counter.add_mj(WH_MJ)
                keeper.step()
        self.assertGreater(meter.journal.ring.sequence, 6)
        self.assertEqual(meter.unsaved_mj(1), 0)
