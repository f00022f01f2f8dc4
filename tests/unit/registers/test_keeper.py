"""registers.keeper: how much energy is lost when the supply goes without a word, and its price.

The rule (README): 1 Wh, that is 3 600 000 mJ, a branch. A branch of 3600 W counts 1 Wh a second.
"""

import random
import unittest

from kept_meter import WH_MJ, Meter

from nor_flash import SECTOR, NorFlash
from tomoshibi.registers.journal import Journal
from tomoshibi.wire import registers


class TestEnergy(unittest.TestCase):
    def test_a_steady_load_never_loses_more_than_a_wh(self):
        for power_w in (0, 1, 9, 100, 1_500, 1_799, 1_800, 3_599, 3_600, -100, -3_600):
            meter = Meter(1)
            with self.subTest(power_w=power_w):
                for _ in range(1_000):
                    meter.count((power_w,))
                    # The worst moment: counted, and the supply goes before the keeper looks.
                    self.assertLessEqual(meter.unsaved_mj(1, power_w < 0), WH_MJ)
                    meter.step()
                    self.assertLess(meter.unsaved_mj(1, power_w < 0), WH_MJ)

    def test_loads_that_come_and_go_have_no_more_than_a_wh_unsaved_after_a_step(self):
        random.seed(3_600)
        for branches in (1, 2, 6):
            meter = Meter(branches)
            for _ in range(700):
                meter.count(
                    [random.choice((0, 40, random.randrange(3_601))) for _ in range(branches)]
                )
                self.assertTrue(meter.step())
                for channel in range(1, branches + 1):
                    self.assertLessEqual(meter.unsaved_mj(channel), WH_MJ)
                self.assertLessEqual(meter.unsaved_mj(0), branches * WH_MJ)

    def test_what_is_in_flash_is_at_most_a_wh_behind(self):
        random.seed(1)
        meter = Meter(2)
        for turn in range(600):
            meter.count((random.randrange(3_601), random.randrange(3_601)))
            meter.step()
            if turn % 20 == 0:
                again = Journal(NorFlash(meter.memory), registers.BRANCHES, 2)
                for channel in (1, 2):
                    i = again.place(registers.ENERGY + 4 * channel)
                    journal = meter.journal
                    lost_mj = (journal.whole[i] - again.whole[i]) * WH_MJ
                    lost_mj += journal.rest[i] - again.rest[i]
                    self.assertTrue(0 <= lost_mj <= WH_MJ, lost_mj)

    def test_a_small_load_costs_one_save_to_two_each_wh(self):
        # 100 Wh: a save for each, so that no more is lost, and no more than one each half Wh.
        meter = Meter(1)
        for _ in range(3_600):
            meter.count((100,))
            meter.step()
        self.assertGreaterEqual(meter.saves, 100)
        self.assertLessEqual(meter.saves, 200)

    def test_branches_alike_share_their_saves_with_the_whole(self):
        # 50 Wh each: as in the test before, and as many saves as one branch alone needs.
        meter = Meter(6)
        for _ in range(1_800):
            meter.count((100,) * 6)
            meter.step()
        self.assertGreaterEqual(meter.saves, 50)
        self.assertLessEqual(meter.saves, 100)

    def test_the_whole_does_not_fall_behind_its_only_branch_cut_by_cut(self):
        memory = bytearray(b"\xff" * (4 * SECTOR))
        for cut in range(20):
            meter = Meter(1, NorFlash(memory))
            whole, branch = meter.counters
            self.assertEqual(
                (whole.import_wh, whole.import_mj), (branch.import_wh, branch.import_mj)
            )
            for _ in range(10 + cut):
                meter.count((700,))
                meter.step()
        # 700 W for 10 to 29 s: at least 390 s x 700 W = 75.8 Wh, less 1 Wh a cut.
        self.assertGreater(branch.import_wh, 55)

    def test_a_load_of_a_wh_a_second_is_saved_each_second(self):
        meter = Meter(1)
        for _ in range(100):
            meter.count((3_600,))
            meter.step()
        self.assertEqual(meter.saves, 100)
        self.assertEqual(meter.unsaved_mj(1), 0)

    def test_nothing_counted_is_nothing_written(self):
        meter = Meter(2)
        before = bytes(meter.memory)
        for _ in range(1_000):
            self.assertTrue(meter.step())
        self.assertEqual(meter.memory, before)

    def test_a_roll_over_is_counted_and_saved_like_any_wh(self):
        meter = Meter(1)
        for counter in meter.counters:
            counter.put(99_999_995)
        self.assertTrue(meter.step())
        self.assertEqual(meter.unsaved_mj(1), 0)
        saves = meter.saves
        # 1500 W count 417 mWh a second: 24 seconds are 10 Wh.
        for _ in range(24):
            meter.count((1_500,))
            meter.step()
            self.assertLess(meter.unsaved_mj(1), WH_MJ)
        self.assertEqual(meter.counters[1].import_wh, 5)
        # Two seconds are 833 mWh, and with a third they would be 1250.
        self.assertEqual(meter.saves - saves, 12)
        again = Journal(NorFlash(meter.memory), registers.BRANCHES, 1)
        self.assertEqual(again.whole[again.place(registers.ENERGY + 4)], 5)

    def test_a_counter_set_to_another_reading_is_saved_at_once(self):
        for wh in (5, 77_777_777):
            meter = Meter(1)
            meter.counters[1].put(50_000_000)
            meter.step()
            meter.counters[1].put(wh)
            meter.step()
            self.assertEqual(meter.unsaved_mj(1), 0)
