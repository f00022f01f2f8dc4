"""The BH1750 model: counts, conversion times and modes of its data sheet."""

import unittest

from bh1750 import BH1750

H2_ONCE = 0x21
H_ONCE = 0x20
L_ONCE = 0x23
H_ALWAYS = 0x10


class TestSensor(unittest.TestCase):
    def setUp(self):
        self.sensor = BH1750()
        self.now_ms = 0

    def command(self, *commands):
        self.sensor.write(bytes(commands), self.now_ms)

    def counts(self):
        answer = bytearray(2)
        self.sensor.read(answer, self.now_ms)
        return answer[0] << 8 | answer[1]

    def test_the_example(self):
        # 4660 counts with MT 254 in H2 are 527.4606 lx, ready after 180 * 254 / 69 = 662.6 ms.
        self.sensor.set(0, 527_461)
        self.command(0x01, 0x40 | 254 >> 5, 0x60 | 254 & 31, H2_ONCE)
        self.now_ms = 662
        self.assertEqual(self.counts(), 0)
        self.now_ms = 663
        self.assertEqual(self.counts(), 4_660)

    def test_default_resolution(self):
        # 1000 lx * 1.2
        self.sensor.set(0, 1_000_000)
        self.command(0x01, H_ONCE)
        self.now_ms = 180
        self.assertEqual(self.counts(), 1_200)

    def test_low_resolution_is_quick_and_coarse(self):
        self.sensor.set(0, 9_000)  # 10.8 counts
        self.command(0x01, L_ONCE)
        self.now_ms = 24
        self.assertEqual(self.counts(), 8)

    def test_once_is_once(self):
        self.sensor.set(0, 100_000)
        self.command(0x01, H_ONCE)
        self.now_ms = 180
        self.sensor.set(self.now_ms, 500_000)
        self.now_ms = 1_000
        self.assertEqual(self.counts(), 120)

    def test_continuous_goes_on(self):
        self.sensor.set(0, 100_000)
        self.command(0x01, H_ALWAYS)
        self.now_ms = 200
        self.assertEqual(self.counts(), 120)
        self.sensor.set(self.now_ms, 500_000)
        self.now_ms = 400
        self.assertEqual(self.counts(), 600)

    def test_counts_end_at_16_bits(self):
        self.sensor.set(0, 100_000_000)
        self.command(0x01, H_ONCE)
        self.now_ms = 180
        self.assertEqual(self.counts(), 0xFFFF)

    def test_reset_clears_the_counts_only_when_on(self):
        self.sensor.set(0, 100_000)
        self.command(0x01, H_ONCE)
        self.now_ms = 180
        self.command(0x07)  # the one-time mode has powered down
        self.assertEqual(self.counts(), 120)
        self.command(0x01, 0x07)
        self.assertEqual(self.counts(), 0)


if __name__ == "__main__":
    unittest.main()
