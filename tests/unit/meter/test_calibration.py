"""meter.calibration, meter.trim against examples A10 and A11 of docs/sources.md, exact fractions.

B1 to B4 are decoded from their bytes in tests/unit/drivers/test_bl0942.py.
"""

import random
import unittest

from no_heap import no_heap

from tomoshibi.core.readings import Counts, Reading
from tomoshibi.core.refusals import SettingRefused
from tomoshibi.drivers.bl0942 import nominal_factors
from tomoshibi.meter.calibration import Calibration, Scale
from tomoshibi.meter.trim import new_gain, phase_delay, pq_gain, trimmed

FULL = (1 << 24) - 1


class TestScale(unittest.TestCase):
    def test_random_ratios_are_right_to_a_tenth_of_a_millionth(self):
        random.seed(24)
        for _ in range(2000):
            numerator = random.randint(1, 1 << 29)
            denominator = random.randint(numerator // 15 + 1, 1 << 29)
            count = random.randint(-FULL, FULL)
            got = Scale(numerator, denominator).of(count)
            # Half a unit for rounding (doubled), and 2**-23 of the value for the mantissa.
            error = abs(2 * (got * denominator - count * numerator))
            allowed = denominator + denominator // 8 + (abs(count) * numerator >> 22)
            self.assertTrue(error <= allowed, (numerator, denominator, count, got))

    def test_no_count_needs_the_heap(self):
        for numerator, denominator in ((1, 1), (15, 1), (16_041, 10_000), (1, 1000)):
            scale = Scale(numerator, denominator)
            with no_heap:
                most = scale.of(FULL)
                least = scale.of(-FULL)
                nothing = scale.of(0)
            self.assertEqual(least, -most)
            self.assertEqual(nothing, 0)

    def test_a_ratio_of_one_is_exact(self):
        for count in (0, 1, 4095, 4096, 0x800000, FULL):
            self.assertEqual(Scale(7, 7).of(count), count)

    def test_a_ratio_too_large_is_refused_where_it_is_made(self):
        self.assertRaises(ValueError, Scale, 16, 1)


class TestTrimmed(unittest.TestCase):
    def test_no_error_changes_nothing(self):
        factors = nominal_factors(1000, 1_950_000, 510)
        self.assertEqual(trimmed(factors, 0, 0), factors)

    def test_a_meter_that_shows_too_much_gets_smaller_factors(self):
        # +25 000 ppm of current: 1 / 1.025; +10 000 ppm of voltage: 1 / 1.01; power: both.
        self.assertEqual(
            trimmed((1_025_000, 1_010_000, 1_035_250_000), 25_000, 10_000),
            (1_000_000, 1_000_000, 1_000_000_000),
        )

    def test_power_follows_voltage_and_current(self):
        # A resistor: WATT = 3537 I V / (305978 * 73989) in counts, whatever the trim; the factors
        # of current and voltage are 10**12 times A and V.
        current, voltage, power = trimmed(nominal_factors(1000, 1_950_000, 510), -31_000, 47_000)
        derived = current * voltage * 305_978 * 73_989 // (3_537 * 10**12)
        self.assertTrue(abs(power - derived) < power // 10**6, (power, derived))

    def test_more_than_a_tenth_is_a_wrong_part(self):
        factors = nominal_factors(1000, 1_950_000, 510)
        self.assertRaises(SettingRefused, trimmed, factors, 100_001, 0)
        self.assertRaises(SettingRefused, trimmed, factors, 0, -100_001)


class TestApply(unittest.TestCase):
    def test_the_largest_packet_allocates_nothing(self):
        calibration = Calibration(nominal_factors(1000, 1_950_000, 510))
        counts, reading = Counts(), Reading()
        counts.current = counts.voltage = FULL
        counts.power = -(1 << 23)
        counts.frequency = 1
        with no_heap:
            calibration.apply(counts, reading)
        self.assertEqual(reading.frequency_mhz, 10**9)

    def test_no_mains_is_no_frequency(self):
        reading = Reading()
        Calibration((1, 1, 1)).apply(Counts(), reading)
        self.assertEqual(reading.frequency_mhz, 0)


class TestATM90E32Gains(unittest.TestCase):
    def test_a10_voltage_gain(self):
        # 0x3039 and a low word of 0x43xx: 123.4526 V in units of 0.01/256 V, against 220.00 V.
        self.assertEqual(new_gain(0x8000, 22_000 << 8, 0x3039 << 8 | 0x43), 0xE41B)

    def test_a_gain_that_does_not_fit_is_refused(self):
        self.assertRaises(SettingRefused, new_gain, 0x8000, 20, 10)

    def test_a11_power_gain(self):
        self.assertEqual(pq_gain(-137_800), 0x1475)

    def test_power_gain_is_signed(self):
        # +1 %: -0.01 / 1.01 * 32768 = -324.4
        self.assertEqual(pq_gain(10_000), 0x10000 - 324)
        self.assertEqual(pq_gain(0), 0)

    def test_power_gain_beyond_its_register_is_refused(self):
        # -50 %: 0.5 / 0.5 * 32768 is one too many.
        self.assertRaises(SettingRefused, pq_gain, -500_000)

    def test_a11_phase(self):
        self.assertEqual(phase_delay(9_500, 50), 0x24)

    def test_phase_is_sign_and_magnitude(self):
        self.assertEqual(phase_delay(-9_500, 50), 0x8024)
        self.assertEqual(phase_delay(0, 50), 0)

    def test_phase_at_60_hz(self):
        # 0.0095 * 3136.449 = 29.8
        self.assertEqual(phase_delay(9_500, 60), 30)

    def test_phase_beyond_its_register_is_refused(self):
        # 255 / 3763.739 = 6.775 %
        self.assertEqual(phase_delay(67_700, 50), 255)
        self.assertRaises(SettingRefused, phase_delay, 68_000, 50)
