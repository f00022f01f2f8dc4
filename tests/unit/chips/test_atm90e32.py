"""The ATM90E32 model from the chip's side: given physics, it must answer the datasheet's bytes.

A1 to A12 are the worked examples of docs/sources.md, computed from the data sheet's formulas; other
values are arithmetic shown where it is used. Frames are written out by hand.
"""

import unittest

from atm90e32 import ATM90E32, I_MA, P_MW, Q_MVAR, U_MV

U_GAIN = 7_305
I_GAIN = 11_143
A, B, C = 0, 1, 2

# What a driver writes before it reads: open, on, 3P4W 50 Hz, the board's gains.
CONFIGURATION = (
    (0x7F, 0x55AA),
    (0x00, 1),
    (0x33, 0x0087),
    (0x61, U_GAIN),
    (0x62, I_GAIN),
    (0x65, U_GAIN),
    (0x66, I_GAIN),
    (0x69, U_GAIN),
    (0x6A, I_GAIN),
)


class Bench(unittest.TestCase):
    """A configured chip, and the wires to it."""

    def setUp(self):
        self.chip = ATM90E32(U_GAIN, I_GAIN)
        self.now_ms = 0
        for address, value in CONFIGURATION:
            self.write(address, value)

    def frame(self, mosi):
        miso = bytearray(len(mosi))
        self.chip.select()
        self.chip.exchange(
            bytes.fromhex(mosi) if isinstance(mosi, str) else mosi, miso, self.now_ms
        )
        self.chip.deselect(self.now_ms)
        return miso

    def read(self, address):
        miso = self.frame(bytes((0x80, address, 0xFF, 0xFF)))
        return miso[2] << 8 | miso[3]

    def write(self, address, value):
        self.frame(bytes((0, address, value >> 8, value & 0xFF)))

    def feel(self, u_mv=101_000, i_ma=0, p_mw=0, q_mvar=0, phase=A):
        for quantity, value in ((U_MV, u_mv), (I_MA, i_ma), (P_MW, p_mw), (Q_MVAR, q_mvar)):
            self.chip.set(self.now_ms, quantity + phase, value)

    def settle(self):
        """Two windows of 16 cycles at 50 Hz: the second one saw only the new values."""
        self.now_ms += 640


class TestExamples(Bench):
    def words(self, mosi):
        return self.frame(bytes.fromhex(mosi))[2:]

    def test_a1_voltage(self):
        self.feel(101_000)
        self.settle()
        self.assertEqual(self.words("80D9FFFF"), bytes.fromhex("2774"))

    def test_a2_current(self):
        self.feel(i_ma=15_000, phase=B)
        self.settle()
        self.assertEqual(self.words("80DEFFFF"), bytes.fromhex("3A98"))

    def test_a3_power(self):
        self.feel(i_ma=15_000, p_mw=1_515_000)
        self.settle()
        self.assertEqual(self.words("80B1FFFF"), bytes.fromhex("0048"))
        self.assertEqual(self.words("80C1FFFF"), bytes.fromhex("3DA7"))

    def test_a4_power_flowing_back(self):
        self.feel(i_ma=7_300, p_mw=-732_800, phase=B)
        self.settle()
        self.assertEqual(self.words("80B2FFFF"), bytes.fromhex("FFDD"))
        self.assertEqual(self.words("80C2FFFF"), bytes.fromhex("0EB0"))

    def test_a5_power_factor(self):
        # 100 V, 10 A, so 1000 VA, of which -950 W.
        self.feel(100_000, 10_000, -950_000)
        self.settle()
        self.assertEqual(self.words("80BDFFFF"), bytes.fromhex("FC4A"))

    def test_a6_frequency(self):
        self.chip.line_mhz = 49_950
        self.assertEqual(self.words("80F8FFFF"), bytes.fromhex("1383"))

    def test_a7_angle(self):
        # cos 15 degrees = 0.96593, sin -15 degrees = -0.25882.
        self.feel(i_ma=10_000, p_mw=965_926, q_mvar=-258_819)
        self.settle()
        self.assertEqual(self.words("80F9FFFF"), bytes.fromhex("0D7A"))

    def test_a8_energy(self):
        # 2 Wh at 3200 pulses a kWh: 720 W for 10 s are 7200 J, which is 2 Wh, 640 counts.
        self.feel(p_mw=720_000)
        self.now_ms += 10_000
        self.assertEqual(self.read(0x81), 640)

    def test_a9_sag_threshold(self):
        self.write(0x08, 0x56BB)  # 70 V rms
        self.chip.line_mhz = 50_000
        self.feel(70_500)
        self.assertEqual(self.read(0x72) & 0x4000, 0)
        self.feel(69_500)
        self.assertEqual(self.read(0x72) & 0x4000, 0x4000)

    def test_a11_pq_gain(self):
        # The chip shows 13.78 % too little; 5237 / 2**15 puts it right: 862.2 W become 1000 W.
        self.write(0x47, 0x1475)
        self.feel(p_mw=862_200)
        self.settle()
        counts = self.read(0xB1) << 16 | self.read(0xC1)
        self.assertAlmostEqual(counts * 32 / 100, 1_000_000, delta=100)

    def test_a12_current_peak(self):
        # With Igain 27961, 3000 stands for 10.240 A of peak, a sine of 7.2408 A.
        self.chip = ATM90E32(U_GAIN, 27_961)
        for address, value in CONFIGURATION:
            self.write(address, value)
        self.feel(i_ma=7_241)
        self.settle()
        self.assertAlmostEqual(self.read(0xF5), 3_000, delta=1)


class TestGains(Bench):
    def test_a_wrong_voltage_gain_gives_wrong_volts(self):
        self.write(0x61, 2 * U_GAIN)
        self.feel(101_000, p_mw=100_000)
        self.settle()
        self.assertEqual(self.read(0xD9), 20_200)
        # 200 W in steps of 0.32 mW.
        self.assertEqual(self.read(0xB1) << 16 | self.read(0xC1), 625_000)

    def test_out_of_reset_the_gains_are_not_the_boards(self):
        self.write(0x61, 0x8000)
        self.feel(10_000)
        self.settle()
        self.assertEqual(self.read(0xD9), 10_000 * 0x8000 // U_GAIN // 10)

    def test_the_amplifier_doubles_current_and_power(self):
        self.write(0x34, 0x0015)
        self.feel(i_ma=5_000, p_mw=500_000)
        self.settle()
        self.assertEqual(self.read(0xDD), 10_000)
        self.assertEqual(self.read(0xB1) << 16 | self.read(0xC1), 3_125_000)

    def test_current_ends_at_16_bits(self):
        self.feel(i_ma=70_000)
        self.settle()
        self.assertEqual(self.read(0xDD), 0xFFFF)

    def test_low_words_hold_eight_more_bits(self):
        # 123.455 V is 12345.5 steps of 0.01 V: half a step is 0x80 in the high byte.
        self.feel(123_455)
        self.settle()
        self.assertEqual(self.read(0xD9), 12_345)
        self.assertEqual(self.read(0xE9), 0x8000)

    def test_totals_hold_the_phases_of_mmode0(self):
        self.write(0x33, 0x0086)  # A and B
        for phase in (A, B, C):
            self.feel(p_mw=100_000, phase=phase)
        self.settle()
        self.assertEqual(self.read(0xB0) << 16 | self.read(0xC0), 625_000)


class TestAveraging(Bench):
    def test_a_step_shows_only_after_the_window(self):
        self.feel(100_000)
        self.settle()
        self.feel(0)
        self.now_ms += 319
        self.assertEqual(self.read(0xD9), 10_000)
        self.now_ms += 1
        self.assertEqual(self.read(0xD9), 0)

    def test_power_is_the_mean_of_the_window(self):
        self.feel(p_mw=0)
        self.now_ms += 480  # half of the second window
        self.feel(p_mw=640_000)
        self.now_ms += 160
        self.assertEqual(self.read(0xB1) << 16 | self.read(0xC1), 1_000_000)  # 320 W
        self.now_ms += 320
        self.assertEqual(self.read(0xB1) << 16 | self.read(0xC1), 2_000_000)

    def test_voltage_is_the_root_of_the_mean_square(self):
        self.feel(100_000)
        self.now_ms += 480
        self.feel(0)
        self.now_ms += 160
        self.assertEqual(self.read(0xD9), 7_071)  # 100 V / sqrt(2)

    def test_at_60_hz_the_window_is_shorter(self):
        self.write(0x33, 0x1087)
        self.feel(100_000)
        self.now_ms += 266
        self.assertEqual(self.read(0xD9), 0)
        self.now_ms += 1
        self.assertEqual(self.read(0xD9), 10_000)

    def test_ticks_may_wrap(self):
        self.now_ms = (1 << 30) - 100
        self.chip.hard_reset(self.now_ms)
        for address, value in CONFIGURATION:
            self.write(address, value)
        self.feel(100_000, p_mw=720_000)
        self.now_ms = 10_000 - 100
        self.assertEqual(self.read(0xD9), 10_000)
        self.assertEqual(self.read(0x81), 640)


class TestEnergy(Bench):
    def test_reading_clears_and_keeps_the_rest(self):
        # 1 kW for 100 ms are 100 J; a count is 11.25 J: 8 counts and 10 J, then 9 and 8.75 J.
        self.feel(p_mw=1_000_000)
        self.now_ms += 100
        self.assertEqual(self.read(0x81), 8)
        self.assertEqual(self.read(0x81), 0)
        self.now_ms += 100
        self.assertEqual(self.read(0x81), 9)

    def test_directions_are_counted_apart(self):
        self.feel(p_mw=-720_000)
        self.now_ms += 10_000
        self.feel(p_mw=360_000)
        self.now_ms += 10_000
        self.assertEqual(self.read(0x85), 640)
        self.assertEqual(self.read(0x81), 320)

    def test_a_register_holds_16_bits(self):
        # 101 V and 65.5 A fill it in 111 s: 65536 counts of 11.25 J at 6.62 kW.
        self.feel(p_mw=6_615_500)
        self.now_ms += 111_000
        self.assertTrue(self.read(0x81) > 65_000)
        self.now_ms += 112_000
        self.assertTrue(self.read(0x81) < 1_000)

    def test_nothing_below_the_phase_threshold(self):
        self.write(0x38, 0x02EE)  # 0.24 W
        self.feel(p_mw=200)
        self.now_ms += 1_000_000
        self.assertEqual(self.read(0x81), 0)

    def test_metering_off_counts_nothing(self):
        self.write(0x00, 0)
        self.feel(p_mw=720_000)
        self.now_ms += 10_000
        self.assertEqual(self.read(0x81), 0)
        self.assertEqual(self.read(0xD9), 0)


class TestBus(Bench):
    def test_last_data_repeats_what_crossed(self):
        self.feel(101_000)
        self.settle()
        self.read(0xD9)
        self.assertEqual(self.read(0x78), 0x2774)
        self.write(0x07, 0xD654)
        self.assertEqual(self.read(0x78), 0xD654)

    def test_configuration_is_guarded(self):
        self.write(0x7F, 0)
        self.write(0x61, 1)
        self.assertEqual(self.read(0x61), U_GAIN)

    def test_a_write_needs_exactly_32_clocks(self):
        self.frame(bytes((0, 0x61, 1)))
        self.frame(bytes((0, 0x61, 0, 1, 0)))
        self.assertEqual(self.read(0x61), U_GAIN)

    def test_a_frame_may_come_in_pieces(self):
        self.feel(101_000)
        self.settle()
        word = bytearray(2)
        self.chip.select()
        self.chip.exchange(b"\x80\xd9", None, self.now_ms)
        self.chip.exchange(None, word, self.now_ms)
        self.chip.deselect(self.now_ms)
        self.assertEqual(word, bytes.fromhex("2774"))

    def test_soft_reset_forgets_the_configuration(self):
        self.write(0x70, 0x789A)
        self.assertEqual(self.read(0x61), 0xFFFF)  # not yet back
        self.now_ms += 6
        self.assertEqual(self.read(0x61), 0x8000)
        self.assertEqual(self.read(0x05), 0x143F)
        self.assertEqual(self.read(0x0D), 5100)
        self.assertEqual(self.read(0x32), 0xC468)

    def test_a_drifting_register_is_reported_once_closed(self):
        self.write(0x7F, 0)
        self.assertEqual(self.read(0x79), 0)
        self.chip.drift(0x61, 7_304)
        self.assertNotEqual(self.read(0x79), 0)

    def test_a_silent_chip_leaves_the_line_high(self):
        self.chip.silent = True
        self.assertEqual(self.read(0x61), 0xFFFF)

    def test_a_damaged_word_differs_from_last_data(self):
        self.chip.corrupt = 1
        self.assertNotEqual(self.read(0x61), U_GAIN)
        self.assertEqual(self.read(0x78), U_GAIN)

    def test_60_hz_trips_the_default_frequency_limit(self):
        self.chip.line_mhz = 60_000
        self.assertEqual(self.read(0x72) & 0x8000, 0x8000)


if __name__ == "__main__":
    unittest.main()
