"""drivers.mains_sense."""

import unittest

from fake_pin import FakeADC, FakePin
from no_heap import no_heap

from drivers.mains_sense import LevelSense, MainsSense


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

    def test_the_whole_range_allocates_nothing(self):
        level = LevelSense(FakeADC(3_300_000), 300)
        with no_heap:
            mv = level.mv()
        self.assertEqual(mv, 990_000)
