"""meter.pulses against the counter faults of domain.md section 7."""

import random
import unittest

from no_heap import no_heap

from meter.pulses import PulseCounter

# 6 kW at the 5347 counts/kWh of a BL0942 with the usual parts.
MOST_PER_HOUR = 6 * 5_347


class TestPulseCounter(unittest.TestCase):
    def test_bl0942_over_its_24_bits_is_266_counts(self):
        counter = PulseCounter(0x1000000, MOST_PER_HOUR, 16_777_200)
        self.assertEqual([counter.step(count, 60) for count in (16_777_214, 9, 250)], [14, 11, 241])
        self.assertEqual(14 + 11 + 241, 266)
        self.assertEqual(counter.restarts, 0)

    def test_cse7766_over_its_16_bits_is_126_pulses(self):
        counter = PulseCounter(0x10000, MOST_PER_HOUR, 65_500)
        self.assertEqual(counter.step(90, 60), 126)
        self.assertEqual(counter.restarts, 0)

    def test_a_restart_at_zero_is_not_a_wrap(self):
        counter = PulseCounter(0x1000000, MOST_PER_HOUR, 5_000_000)
        self.assertEqual(counter.step(0, 1), 0)
        self.assertEqual(counter.restarts, 1)
        self.assertEqual(counter.step(3, 1), 3)

    def test_what_was_counted_since_the_restart_is_kept(self):
        counter = PulseCounter(0x1000000, MOST_PER_HOUR, 5_000_000)
        self.assertEqual(counter.step(7, 1), 7)

    def test_the_bound_is_the_largest_power_for_the_time_gone_by(self):
        # 3600 pulses an hour is one a second; two of slack.
        counter = PulseCounter(0x1000000, 3_600, 0)
        self.assertEqual(counter.step(12, 10), 12)
        self.assertEqual(counter.step(12 + 13, 10), 0)
        self.assertEqual(counter.restarts, 1)

    def test_random_steps_over_many_wraps_lose_nothing(self):
        random.seed(7)
        counter = PulseCounter(0x10000, 3_600 * 100, 0)
        total = 0
        found = 0
        for _ in range(5_000):
            total += random.randint(0, 100)
            found += counter.step(total & 0xFFFF, 1)
        self.assertEqual(found, total)
        self.assertEqual(counter.restarts, 0)

    def test_a_step_allocates_nothing(self):
        counter = PulseCounter(0x1000000, MOST_PER_HOUR, 16_777_214)
        with no_heap:
            pulses = counter.step(9, 3_600)
        self.assertEqual(pulses, 11)
