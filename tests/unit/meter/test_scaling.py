"""meter.scaling against examples A1 to A12 of docs/sources.md and exact fractions.

The examples that begin with bytes on the wire are decoded from those bytes in
tests/unit/drivers/test_atm90e32.py.
"""

import unittest

from no_heap import no_heap

from tomoshibi.core.energy import EnergyCounter
from tomoshibi.core.readings import Counts, Reading
from tomoshibi.meter.scaling import (
    add_energy,
    add_reactive_energy,
    angle_ddeg,
    fill,
    fill_power,
    mj_per_count,
    peak_ma,
    power_milli,
)


class TestPower(unittest.TestCase):
    def test_a3_and_a4(self):
        self.assertEqual(power_milli(4_734_375), 1_515_000)
        self.assertEqual(power_milli(-2_290_000), -732_800)

    def test_every_rest_is_rounded_to_the_nearest(self):
        for count in range(-200, 200):
            # 8 / 25 never ends in a half: |25 * milli - 8 * count| <= 12 is the nearest.
            error = 25 * power_milli(count) - 8 * count
            self.assertTrue(-12 <= error <= 12, count)

    def test_the_largest_power_the_driver_lets_through_allocates_nothing(self):
        reading = Reading()
        counts = Counts()
        counts.power = counts.reactive = (1 << 28) - 1
        counts.voltage = counts.current = counts.frequency = 0xFFFF
        with no_heap:
            fill(counts, reading)
            counts.power = -(1 << 28)
            fill_power(counts, reading)
        self.assertEqual(reading.reactive_mvar, 85_899_346)  # (2**28 - 1) * 0.32
        self.assertEqual(reading.power_mw, -85_899_346)

    def test_validity_is_left_to_the_caller(self):
        reading = Reading()
        fill(Counts(), reading)
        self.assertFalse(reading.valid)


class TestEnergy(unittest.TestCase):
    def setUp(self):
        self.counts = Counts()
        self.energy = EnergyCounter()
        self.reactive = EnergyCounter()

    def test_a8_640_counts_at_3200_pulses_are_2_wh(self):
        self.counts.forward = 640
        add_energy(self.counts, mj_per_count(3200), self.energy)
        self.assertEqual((self.energy.import_wh, self.energy.import_mj), (2, 0))

    def test_the_usual_pulse_constants_are_exact(self):
        # 3.6e9 mJ a kWh, a hundredth of a pulse.
        self.assertEqual(mj_per_count(3200), 11_250)
        self.assertEqual(mj_per_count(1600), 22_500)
        self.assertEqual(mj_per_count(1000), 36_000)

    def test_a_pulse_constant_that_would_lose_energy_is_refused(self):
        self.assertRaises(ValueError, mj_per_count, 7000)

    def test_reverse_energy_is_export_and_nothing_is_counted_twice(self):
        self.counts.forward, self.counts.reverse = 320, 640
        self.counts.reactive_forward, self.counts.reactive_reverse = 960, 1_280
        for _ in range(3):
            add_energy(self.counts, 11_250, self.energy)
            add_reactive_energy(self.counts, 11_250, self.reactive)
        self.assertEqual(self.energy.import_wh, 1)
        self.assertEqual((self.reactive.import_wh, self.reactive.export_wh), (3, 4))
        self.assertEqual(self.energy.export_wh, 2)

    def test_full_registers_allocate_nothing(self):
        self.counts.forward = self.counts.reverse = 0xFFFF
        self.energy.put(0, 0, 3_599_999, 3_599_999)
        with no_heap:
            add_energy(self.counts, 11_250, self.energy)
        # 65535 * 11250 + 3599999 = 740 868 749 = 205 * 3600000 + 2868749
        self.assertEqual((self.energy.import_wh, self.energy.import_mj), (205, 2_868_749))
        self.assertEqual(self.energy.export_wh, 205)


class TestService(unittest.TestCase):
    def test_a7_an_angle_of_345_degrees_is_15_leading(self):
        self.assertEqual(angle_ddeg(3450), -150)
        self.assertEqual(angle_ddeg(150), 150)
        self.assertEqual(angle_ddeg(1800), 1800)

    def test_a12_current_peak(self):
        self.assertEqual(peak_ma(3000, 27_961), 10_240)
