"""meter.scaling and meter.calibration against exact fractions.

The examples that begin with bytes on the wire are decoded from those bytes in tests/unit/drivers.
"""

import random
import unittest

from no_heap import no_heap

from tomoshibi.core.readings import Counts, Reading
from tomoshibi.drivers.atm90e32 import ATM90E32
from tomoshibi.drivers.bl0942 import nominal_factors
from tomoshibi.meter.calibration import calibration, ratio
from tomoshibi.meter.scaling import fill, scaled

FULL = (1 << 24) - 1
ATM90E32_FACTORS = ATM90E32.factors(None)


class TestRatio(unittest.TestCase):
    def test_random_ratios_are_right_to_a_tenth_of_a_millionth(self):
        random.seed(24)
        for _ in range(2000):
            numerator = random.randint(1, 1 << 29)
            denominator = random.randint(numerator // 15 + 1, 1 << 29)
            count = random.randint(-FULL, FULL)
            got = scaled(count, ratio(numerator, denominator))
            # Half a unit for rounding (doubled), and 2**-23 of the value for the mantissa.
            error = abs(2 * (got * denominator - count * numerator))
            allowed = denominator + denominator // 8 + (abs(count) * numerator >> 22)
            self.assertTrue(error <= allowed, (numerator, denominator, count, got))

    def test_no_count_needs_the_heap(self):
        for numerator, denominator in ((1, 1), (15, 1), (16_041, 10_000), (1, 1000)):
            by = ratio(numerator, denominator)
            with no_heap:
                most = scaled(FULL, by)
                least = scaled(-FULL, by)
                nothing = scaled(0, by)
            self.assertEqual(least, -most)
            self.assertEqual(nothing, 0)

    def test_a_ratio_of_one_is_exact(self):
        by = ratio(7, 7)
        for count in (0, 1, 4095, 4096, 0x800000, FULL):
            self.assertEqual(scaled(count, by), count)

    def test_beyond_24_bits_a_count_is_right_to_three_millionths(self):
        random.seed(28)
        by = ratio(8, 25)
        for _ in range(500):
            count = random.randint(1 << 24, (1 << 28) - 1)
            for signed in (count, -count):
                error = abs(25 * scaled(signed, by) - 8 * signed)
                self.assertTrue(error <= 3 * 8 * count // 10**6, signed)

    def test_a_ratio_too_large_is_refused_where_it_is_made(self):
        self.assertRaises(ValueError, ratio, 16, 1)


class TestFill(unittest.TestCase):
    def test_the_power_of_an_atm90e32_is_rounded_to_the_nearest(self):
        power = calibration(ATM90E32_FACTORS)[2]
        for count in range(-20_000, 20_000, 7):
            # 8 / 25 never ends in a half: |25 * milli - 8 * count| <= 12 is the nearest.
            error = 25 * scaled(count, power) - 8 * count
            self.assertTrue(-12 <= error <= 12, count)

    def test_the_largest_counts_of_any_driver_allocate_nothing(self):
        reading, counts = Reading(), Counts()
        of_atm90e32 = calibration(ATM90E32_FACTORS)
        of_bl0942 = calibration(nominal_factors(1000, 1_950_000, 510))
        counts.power = counts.reactive = (1 << 28) - 1
        counts.voltage = counts.current = 0xFFFF
        counts.frequency_mhz = 10**9
        with no_heap:
            fill(of_atm90e32, counts, reading, True)
            counts.power = -(1 << 28)
            fill(of_atm90e32, counts, reading, False)
        self.assertEqual((reading.voltage_mv, reading.current_ma), (655_350, 65_535))
        # (2**28 - 1) * 0.32
        self.assertAlmostEqual(reading.reactive_mvar, 85_899_346, delta=85)
        self.assertAlmostEqual(reading.power_mw, -85_899_346, delta=85)
        counts.current = counts.voltage = FULL
        counts.power = -(1 << 23)
        with no_heap:
            fill(of_bl0942, counts, reading, True)
        self.assertEqual(reading.frequency_mhz, 10**9)

    def test_power_alone_leaves_the_rest_and_validity_is_the_callers(self):
        reading, counts = Reading(), Counts()
        counts.voltage, counts.power = 10_100, 25
        fill(calibration(ATM90E32_FACTORS), counts, reading, False)
        self.assertEqual((reading.voltage_mv, reading.power_mw), (0, 8))
        fill(calibration(ATM90E32_FACTORS), counts, reading, True)
        self.assertEqual(reading.voltage_mv, 101_000)
        self.assertFalse(reading.valid)
