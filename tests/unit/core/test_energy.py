"""core.energy against exact integer sums."""

import random
import unittest

from no_heap import no_heap

from tomoshibi.core.energy import EnergyCounter

MJ_PER_WH = 3_600_000
WRAP_MJ = 100_000_000 * MJ_PER_WH


def import_mj(counter):
    return counter.import_wh * MJ_PER_WH + counter.import_mj


def export_mj(counter):
    return counter.export_wh * MJ_PER_WH + counter.export_mj


class TestEnergyCounter(unittest.TestCase):
    def setUp(self):
        self.counter = EnergyCounter()

    # The next two are in docs/sources.md, "Worked examples".

    def test_1000_w_for_an_hour_in_seconds_is_1000_wh(self):
        for _ in range(3600):
            self.counter.add(1_000_000, 1000)
        self.assertEqual((self.counter.import_wh, self.counter.import_mj), (1000, 0))
        self.assertEqual(export_mj(self.counter), 0)

    def test_alternating_1000_w_is_500_wh_each_way(self):
        for second in range(3600):
            self.counter.add(-1_000_000 if second & 1 else 1_000_000, 1000)
        self.assertEqual((self.counter.import_wh, self.counter.import_mj), (500, 0))
        self.assertEqual((self.counter.export_wh, self.counter.export_mj), (500, 0))

    def test_a_display_of_eight_digits_wraps_to_zero(self):
        self.counter.put(99_999_999, 99_999_999, MJ_PER_WH - 1, MJ_PER_WH - 1)
        self.counter.add_mj(1)
        self.counter.add_mj(-1)
        self.assertEqual(import_mj(self.counter), 0)
        self.assertEqual(export_mj(self.counter), 0)

    def test_a_milliwatt_of_noise_around_zero_is_not_rounded_up(self):
        # 20 ms at 1 mW is 20 uJ: 500 times each way is 10 mJ each way.
        for _ in range(500):
            self.counter.add(-1, 20)
            self.counter.add(1, 20)
        self.assertEqual(import_mj(self.counter), 10)
        self.assertEqual(export_mj(self.counter), 10)

    def test_random_steps_agree_with_unbounded_integers(self):
        random.seed(20)
        drawn_uj = fed_uj = 0
        for _ in range(5000):
            power_mw = random.randint(-30_000_000, 30_000_000) >> random.randint(0, 24)
            span_ms = random.choice((1, 20, 321, 1000, 30_000))
            self.counter.add(power_mw, span_ms)
            if power_mw >= 0:
                drawn_uj += power_mw * span_ms
            else:
                fed_uj -= power_mw * span_ms
        self.assertEqual(import_mj(self.counter), drawn_uj // 1000 % WRAP_MJ)
        self.assertEqual(export_mj(self.counter), fed_uj // 1000 % WRAP_MJ)

    def test_neither_direction_ever_runs_backwards(self):
        random.seed(21)
        before = (0, 0)
        for _ in range(2000):
            self.counter.add(random.randint(-2000, 2000), random.randint(0, 1000))
            now = (import_mj(self.counter), export_mj(self.counter))
            self.assertTrue(now[0] >= before[0] and now[1] >= before[1], (before, now))
            before = now

    def test_the_largest_steps_promised_allocate_nothing(self):
        self.counter.put(99_999_999, 99_999_999, MJ_PER_WH - 1, MJ_PER_WH - 1)
        with no_heap:
            self.counter.add(29_999_999, 30_000)
            self.counter.add(-29_999_999, 30_000)
            self.counter.add_mj(1_000_000_000)
            self.counter.add_mj(-1_000_000_000)
