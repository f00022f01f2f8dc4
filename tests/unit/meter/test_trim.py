"""meter.trim against examples A7 and A10 to A12 of docs/sources.md, and exact fractions."""

import unittest

from tomoshibi.core.refusals import SettingRefused
from tomoshibi.drivers.bl0942 import nominal_factors
from tomoshibi.meter.trim import angle_ddeg, new_gain, peak_ma, phase_delay, pq_gain, trimmed


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


class TestService(unittest.TestCase):
    def test_a7_an_angle_of_345_degrees_is_15_leading(self):
        self.assertEqual(angle_ddeg(3450), -150)
        self.assertEqual(angle_ddeg(150), 150)
        self.assertEqual(angle_ddeg(1800), 1800)

    def test_a12_current_peak(self):
        self.assertEqual(peak_ma(3000, 27_961), 10_240)
