"""The BL0942 model from the chip's side: given physics, it must answer the datasheet's bytes.

B1 to B4 and the write commands are the worked examples of docs/sources.md, computed from the data
sheet's formulas with the field constants UREF 15873.36 counts/V and IREF 251213.465 counts/A.
"""

import unittest

from bl0942 import BL0942, I_MA, P_MW, U_MV, board_constants

UREF_KV = 15_873_360
IREF_KA = 251_213_465

UNLOCK = bytes.fromhex("A81D550000E5")
LOCK = bytes.fromhex("A81D0000003A")
MODE_50_HZ_800_MS = bytes.fromhex("A8198F0000AF")
RESET = bytes.fromhex("A81C5A5A5A2D")
PACKET = b"\x58\xaa"


class Bench(unittest.TestCase):
    def setUp(self):
        self.chip = BL0942(UREF_KV, IREF_KA)
        self.now_ms = 0

    def feel(self, u_mv, i_ma, p_mw, line_mhz=50_000):
        self.chip.set(self.now_ms, U_MV, u_mv)
        self.chip.set(self.now_ms, I_MA, i_ma)
        self.chip.set(self.now_ms, P_MW, p_mw)
        self.chip.line_mhz = line_mhz

    def send(self, data):
        return self.chip.feed(data, self.now_ms)

    def register(self, address):
        answer = self.send(bytes((0x58, address)))
        self.assertEqual(~(0x58 + address + sum(answer[:3])) & 0xFF, answer[3])
        return answer[0] | answer[1] << 8 | answer[2] << 16


class TestExamples(Bench):
    def test_b1_drawing(self):
        self.feel(101_000, 5_000, 505_000)
        # 1000 pulses of 419430.4 / 314616 s each end after 1333.15 s.
        self.now_ms = 1_333_200
        self.assertEqual(
            self.send(PACKET).hex(), "55832a1389761800" + "0000f8cc04e80300204e000000005a"
        )

    def test_b2_feeding_back(self):
        self.feel(101_000, 1_000, -50_500, 60_000)
        self.now_ms = 800
        self.chip.pulses = 0xFFFFFF
        self.assertEqual(
            self.send(PACKET).hex(), "554dd50389761800" + "00001a85ffffffff1b41000000001f"
        )

    def test_b3_half_power_factor(self):
        self.feel(101_000, 500, 25_250, 50_012)
        self.now_ms = 800
        self.chip.pulses = 5
        self.assertEqual(
            self.send(PACKET).hex(), "55a7ea0189761800" + "0000733d000500001b4e000000008b"
        )

    def test_b4_bulb(self):
        # 40 W bulb at 230 V on another board, UREF 15187: 234.316 V and -44.257 W.
        self.chip = BL0942(15_187_000, IREF_KA)
        self.feel(234_316, 189, -44_257, 50_025)
        self.now_ms = 800
        self.assertAlmostEqual(self.register(0x04), 3_558_558, delta=8)
        self.assertAlmostEqual(self.register(0x06) - 0x1000000, -26_380, delta=1)
        self.assertEqual(self.register(0x08), 19_990)

    def test_constants_of_the_typical_board(self):
        # 1 mOhm; 5 x 390 kOhm over 510 Ohm: 73989 / 1.218 * 510 / 1950510 * 1000 = 15883.6.
        per_kv, per_ka = board_constants(1_000, 1_950_000, 510)
        self.assertEqual(per_ka, 251_213_464)
        self.assertAlmostEqual(per_kv, 15_883_400, delta=300)


class TestCommands(Bench):
    def test_settings_need_the_unlock(self):
        self.send(MODE_50_HZ_800_MS)
        self.assertEqual(self.register(0x19), 0x87)
        self.send(UNLOCK + MODE_50_HZ_800_MS)
        self.assertEqual(self.register(0x19), 0x8F)
        self.send(LOCK + bytes.fromhex("A819870000B7"))
        self.assertEqual(self.register(0x19), 0x8F)

    def test_a_write_with_a_wrong_sum_is_dropped(self):
        self.send(UNLOCK + MODE_50_HZ_800_MS[:5] + b"\x00")
        self.assertEqual(self.register(0x19), 0x87)

    def test_reset_restores_the_defaults(self):
        self.send(UNLOCK + MODE_50_HZ_800_MS)
        self.chip.pulses = 7
        self.send(RESET)
        self.assertEqual(self.register(0x19), 0x87)
        self.assertEqual(self.register(0x07), 0)

    def test_bytes_may_come_one_by_one(self):
        self.assertEqual(self.send(b"\x58"), b"")
        self.assertEqual(len(self.send(b"\xaa")), 23)

    def test_another_address_is_not_answered(self):
        self.assertEqual(self.send(b"\x59\xaa"), b"")

    def test_a_silent_chip_and_a_damaged_answer(self):
        self.chip.corrupt = 1
        damaged = self.send(PACKET)
        self.assertNotEqual(~(0x58 + sum(damaged[:22])) & 0xFF, damaged[22])
        self.chip.silent = True
        self.assertEqual(self.send(PACKET), b"")


class TestMeasuring(Bench):
    def test_the_mean_is_over_400_or_800_ms(self):
        for command, window_ms in ((b"", 400), (UNLOCK + MODE_50_HZ_800_MS, 800)):
            with self.subTest(window_ms=window_ms):
                self.setUp()
                self.send(command)
                self.feel(101_000, 0, 0)
                self.now_ms = window_ms - 1
                self.assertEqual(self.register(0x04), 0)
                self.now_ms = window_ms
                self.assertEqual(self.register(0x04), 1_603_209)

    def test_pulses_wrap_at_24_bits(self):
        # 505 W: one pulse in 1.33315 s (B1), so 3 in 4 s.
        self.feel(101_000, 5_000, 505_000)
        self.chip.pulses = 0xFFFFFE
        self.now_ms = 4_000
        self.assertEqual(self.register(0x07), 1)

    def test_power_back_counts_forward_unless_signed(self):
        self.feel(101_000, 5_000, -505_000)
        self.now_ms = 4_000
        self.assertEqual(self.register(0x07), 3)
        self.send(UNLOCK + bytes((0xA8, 0x19, 0x07, 0, 0, ~(0xA8 + 0x19 + 0x07) & 0xFF)))
        self.now_ms = 8_000
        self.assertTrue(self.register(0x07) < 3)
        self.assertEqual(self.register(0x09) & 1, 1)

    def test_creep_reads_as_nothing(self):
        # WA_CREEP 0x0B: 11 * 3125 / 256 = 134 counts; 0.2 W are 125.
        self.feel(101_000, 2, 200)
        self.now_ms = 800
        self.assertEqual(self.register(0x06), 0)
        self.assertEqual(self.register(0x09) & 2, 2)

    def test_no_line_keeps_the_last_period_and_says_so(self):
        self.feel(101_000, 0, 0, 60_000)
        self.feel(0, 0, 0, 0)
        self.assertEqual(self.register(0x08), 16_667)
        self.assertEqual(self.register(0x09) & 0x200, 0x200)

    def test_a_smaller_gain_gives_smaller_counts(self):
        self.feel(101_000, 5_000, 505_000)
        self.send(UNLOCK + bytes((0xA8, 0x1A, 0x01, 0, 0, ~(0xA8 + 0x1A + 0x01) & 0xFF)))
        self.now_ms = 800
        self.assertEqual(self.register(0x03), 314_017)  # 1256067.3 / 4


if __name__ == "__main__":
    unittest.main()
