"""drivers.mains_sense."""

import unittest

from fake_pin import FakeADC, FakePin, UncalibratedADC
from no_heap import no_heap

from tomoshibi.drivers.mains_sense import LevelSense, MainsSense


class TestMainsSense(unittest.TestCase):
    def test_a_high_pin_is_mains(self):
        pin = FakePin(1)
        sense = MainsSense(pin)
        with no_heap:
            alive = sense.alive()
        self.assertEqual(alive, True)
        pin.level = 0
        self.assertEqual(sense.alive(), False)


class TestLevelSense(unittest.TestCase):
    def test_101_v_is_1010_mv_at_a_hundredth(self):
        self.assertEqual(LevelSense(FakeADC(1_010_000), 100).mv(), 101_000)

    def test_a_boards_trim_is_applied(self):
        self.assertEqual(LevelSense(FakeADC(1_010_000), 100, 950).mv(), 95_950)

    def test_a_calibrated_converter_is_good_for_5_percent(self):
        level = LevelSense(FakeADC(1_010_000), 100)
        self.assertEqual((level.calibrated, level.accuracy_permille), (True, 50))

    def test_without_calibration_the_counts_are_taken_for_those_of_a_typical_chip(self):
        # 142 mV + 1077 * 0.806 mV = 1010.1 mV.
        level = LevelSense(UncalibratedADC(1_077), 100)
        self.assertEqual((level.calibrated, level.accuracy_permille), (False, 150))
        with no_heap:
            mv = level.mv()
        self.assertEqual(mv, 101_006)

    def test_the_whole_range_allocates_nothing(self):
        level = LevelSense(FakeADC(3_300_000), 300)
        with no_heap:
            mv = level.mv()
        self.assertEqual(mv, 990_000)
