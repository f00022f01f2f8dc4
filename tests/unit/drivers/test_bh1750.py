"""drivers.bh1750 against the data sheet's formula and the example of docs/sources.md."""

import unittest

from fake_i2c import FakeI2C
from no_heap import no_heap

from tomoshibi.core.errors import ChipSilent
from tomoshibi.drivers.bh1750 import BH1750, HIGH, HIGH2, LOW


class TestBH1750(unittest.TestCase):
    def setUp(self):
        self.i2c = FakeI2C(0x23)

    def lux_milli(self, raw, mode=HIGH, mt=69):
        self.i2c.reply = bytes((raw >> 8, raw & 0xFF))
        return BH1750(self.i2c, 0x23, mode, mt).lux_milli()

    def test_the_example_in_h2_at_254(self):
        self.assertEqual((self.lux_milli(0x1234, HIGH2, 254) + 5) // 10, 52_746)

    def test_by_default_1_2_counts_are_a_lux(self):
        self.assertEqual(self.lux_milli(0), 0)
        self.assertEqual(self.lux_milli(24), 20_000)
        self.assertEqual(self.lux_milli(24, LOW), 20_000)
        self.assertEqual(self.lux_milli(0xFFFF), 54_612_500)

    def test_all_ones_is_an_overflow_in_every_mode_and_the_next_is_none(self):
        for mode in (HIGH, HIGH2, LOW):
            sensor = BH1750(self.i2c, 0x23, mode)
            for raw, overflow in ((0xFFFF, True), (0xFFFE, False), (0, False)):
                self.i2c.reply = bytes((raw >> 8, raw & 0xFF))
                sensor.lux_milli()
                self.assertEqual(sensor.overflow, overflow)

    def test_every_measurement_time_is_right_to_half_a_millilux(self):
        for mt in range(31, 255):
            for raw in (1, 77, 4660, 0xFFFF):
                # raw * 57500 / mt, in halves
                error = 2 * (self.lux_milli(raw, HIGH, mt) * mt - raw * 57_500)
                self.assertTrue(-mt <= error <= mt, (mt, raw))

    def test_starting_sends_power_on_the_measurement_time_and_the_mode(self):
        BH1750(self.i2c, 0x23).start()
        # 69 = 0b010_00101
        self.assertEqual(self.i2c.sent, [b"\x01", b"\x42", b"\x65", b"\x20"])
        self.i2c.sent = []
        BH1750(self.i2c, 0x23, HIGH2, 254).start()
        self.assertEqual(self.i2c.sent, [b"\x01", b"\x47", b"\x7e", b"\x21"])

    def test_the_wait_grows_with_the_measurement_time(self):
        self.assertEqual(BH1750(self.i2c, 0x23).MEASURE_MS, 180)
        self.assertEqual(BH1750(self.i2c, 0x23, LOW).MEASURE_MS, 24)
        self.assertEqual(BH1750(self.i2c, 0x23, HIGH2, 254).MEASURE_MS, 663)  # 662.6

    def test_a_missing_sensor_is_silent(self):
        sensor = BH1750(self.i2c, 0x5C)
        self.assertRaises(ChipSilent, sensor.start)
        self.assertRaises(ChipSilent, sensor.lux_milli)

    def test_reading_allocates_nothing(self):
        sensor = BH1750(self.i2c, 0x23, HIGH, 31)
        self.i2c.reply = b"\xff\xff"
        with no_heap:
            lux_milli = sensor.lux_milli()
        self.assertEqual(lux_milli, 121_556_855)  # 65535 * 57500 / 31 = 121 556 854.8
