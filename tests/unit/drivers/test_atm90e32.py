"""drivers.atm90e32 on the bytes of examples A1 to A9 and A12, and on a noisy bus.

The examples are in docs/sources.md, computed from the data sheet's formulas.
"""

import unittest

from fake_pin import FakePin
from fake_spi import FakeSPI
from no_heap import no_heap

from tomoshibi.core.errors import ChipSilent, PacketCorrupt
from tomoshibi.core.readings import Counts, Reading
from tomoshibi.drivers.atm90e32 import mj_per_count, sag_threshold
from tomoshibi.drivers.atm90e32_service import ServicedATM90E32
from tomoshibi.meter.calibration import calibration
from tomoshibi.meter.scaling import fill
from tomoshibi.meter.trim import angle_ddeg, peak_ma

# Registers of phases A, B, C that no example gives: 0 unless a test says otherwise.
READABLE = (
    "80D9 80DA 80DB 80DD 80DE 80DF 80BD 80BE 80BF 80F8 80B1 80B2 80B3 80C1 80C2 80C3 "
    "80B5 80B6 80B7 80C5 80C6 80C7 8081 8082 8083 8085 8086 8087 8089 808A 808B 808D 808E 808F"
)
CLEARING = "8081 8082 8083 8085 8086 8087 8089 808A 808B 808D 808E 808F"
FIGURES = (7305, 11_143, 3200)


def numbers(counts):
    return [
        (c.voltage, c.current, c.power, c.reactive, c.forward, c.reverse, c.reactive_forward)
        for c in counts
    ]


class Bench(unittest.TestCase):
    def setUp(self):
        self.cs = FakePin()
        self.spi = FakeSPI(self.cs)
        self.chip = self.make()
        self.ratios = calibration(self.chip.factors())
        self.counts = (Counts(), Counts(), Counts())
        self.reading = Reading()
        for register in READABLE.split():
            self.spi.answer(register + "FFFF", "0000")
        for register in CLEARING.split():
            self.spi.clearing.add(int(register, 16))
        self.spi.answer("80 00 FF FF", "00 01")  # MeterEn

    def make(self, line_hz=50, pga=1):
        return ServicedATM90E32(self.spi, self.cs, FIGURES, line_hz, pga)

    def read(self, full=False):
        self.chip.ask(full)
        return self.chip.collect(self.counts)

    def all_of(self, phase):
        self.assertTrue(self.read(True))
        fill(self.ratios, self.counts[phase], self.reading, True)
        return self.reading

    def power_of(self, phase):
        self.assertFalse(self.read(False))
        fill(self.ratios, self.counts[phase], self.reading, False)
        return self.reading.power_mw


class TestExamples(Bench):
    def test_a1_voltage(self):
        self.spi.answer("80 D9 FF FF", "27 74")
        self.assertEqual(self.all_of(0).voltage_mv, 101_000)

    def test_a2_current(self):
        self.spi.answer("80 DE FF FF", "3A 98")
        self.assertEqual(self.all_of(1).current_ma, 15_000)

    def test_a3_power_drawn(self):
        self.spi.answer("80 B1 FF FF", "00 48")
        self.spi.answer("80 C1 FF FF", "3D A7")
        self.assertEqual(self.power_of(0), 1_515_000)
        self.assertEqual(self.counts[0].power, 4_734_375)
        self.assertEqual(self.all_of(0).power_mw, 1_515_000)

    def test_a4_power_exported(self):
        self.spi.answer("80 B2 FF FF", "FF DD")
        self.spi.answer("80 C2 FF FF", "0E B0")
        self.assertEqual(self.power_of(1), -732_800)
        self.assertEqual(self.counts[1].power, -2_290_000)

    def test_a5_power_factor(self):
        self.spi.answer("80 BD FF FF", "FC 4A")
        self.read(True)
        self.assertEqual(self.counts[0].power_factor, -950)

    def test_a6_frequency(self):
        self.spi.answer("80 F8 FF FF", "13 83")
        for phase in range(3):
            self.assertEqual(self.all_of(phase).frequency_mhz, 49_950)

    def test_a7_phase_angle(self):
        self.spi.answer("80 F9 FF FF", "0D 7A")
        self.assertEqual(self.chip.phase_angle(0), 3450)
        self.assertEqual(angle_ddeg(self.chip.phase_angle(0)), -150)

    def test_a8_energy(self):
        self.spi.answer("80 81 FF FF", "02 80")
        energy_mj = 0
        for _ in range(2):
            self.read()
            energy_mj += self.counts[0].forward * self.chip.count_mj
        self.assertEqual(energy_mj, 2 * 3_600_000)

    def test_the_usual_pulse_constants_are_exact(self):
        # 3.6e9 mJ a kWh, a hundredth of a pulse.
        self.assertEqual([mj_per_count(n) for n in (3200, 1600, 1000)], [11_250, 22_500, 36_000])

    def test_a_pulse_constant_that_would_lose_energy_is_refused(self):
        self.assertRaises(ValueError, mj_per_count, 7000)

    def test_a9_sag_threshold(self):
        self.assertEqual(sag_threshold(70_000, 7305), 0x56BB)
        self.assertEqual(sag_threshold(85_000, 7305), 0x6951)

    def test_a10_voltage_with_its_low_word(self):
        self.spi.answer("80 D9 FF FF", "30 39")
        self.spi.answer("80 E9 FF FF", "43 12")
        self.assertEqual(self.chip.fine_voltage(0), 0x303943)

    def test_a12_current_peak(self):
        self.spi.answer("80 F5 FF FF", "0B B8")
        self.assertEqual(peak_ma(self.chip.current_peak(0), 27_961), 10_240)


class TestReading(Bench):
    def test_reactive_power_has_registers_of_its_own(self):
        self.spi.answer("80 B7 FF FF", "FF FF")
        self.spi.answer("80 C7 FF FF", "FF 9C")
        self.read(True)
        self.assertEqual([c.reactive for c in self.counts], [0, 0, -100])

    def test_reverse_energy_is_kept_for_each_phase(self):
        for register, back in (("8085", "0001"), ("8086", "0002"), ("8087", "0003")):
            self.spi.answer(register + "FFFF", back)
        self.read()
        self.assertEqual([c.reverse for c in self.counts], [1, 2, 3])
        self.assertEqual([c.forward for c in self.counts], [0, 0, 0])

    def test_no_read_allocates(self):
        self.spi.answer("80 B1 FF FF", "0F FF")  # the largest power that passes
        self.spi.answer("80 C1 FF FF", "FF FF")
        self.spi.answer("80 B2 FF FF", "F0 00")
        self.spi.answer("80 81 FF FF", "FF FE")
        with no_heap:
            self.read(False)
        self.assertEqual(self.counts[0].forward, 0xFFFE)
        self.spi.answer("80 81 FF FF", "FF FE")
        with no_heap:
            self.read(True)
        self.assertEqual(self.counts[0].power, (1 << 28) - 1)
        self.assertEqual(self.counts[1].power, -(1 << 28))
        self.assertEqual(self.counts[0].forward, 0xFFFE)

    def test_power_that_cannot_be_is_corrupt(self):
        for high in ("10 00", "7F FF", "80 00", "EF FF"):
            with self.subTest(high=high):
                self.spi.answer("80 B3 FF FF", high)
                self.assertRaises(PacketCorrupt, self.read)

    def test_chip_select_is_high_between_transfers(self):
        self.assertEqual(self.cs.level, 1)
        self.read()
        self.assertEqual(self.cs.level, 1)

    def test_reading_power_and_energy_takes_26_transfers(self):
        self.cs.writes = 0
        self.read()
        self.assertEqual(self.cs.writes, 52)

    def test_reactive_energy_comes_with_all_else(self):
        self.spi.answer("80 8A FF FF", "00 07")
        self.spi.answer("80 8E FF FF", "00 09")
        self.read()
        self.assertEqual((self.counts[1].reactive_forward, self.counts[1].reactive_reverse), (0, 0))
        self.read(True)
        self.assertEqual((self.counts[1].reactive_forward, self.counts[1].reactive_reverse), (7, 9))


class TestNoise(Bench):
    def test_one_misread_is_read_again(self):
        self.spi.answer("80 D9 FF FF", "27 74")
        for at in range(6):
            with self.subTest(at=at):
                self.spi.disturb(*([0] * at + [0x0400]))
                self.assertEqual(self.all_of(0).voltage_mv, 101_000)

    def test_a_power_renewed_between_its_words_is_read_again(self):
        # The high word is 0 at first, then 0x48 as in A3; the low word is the new one.
        self.spi.answer("80 B1 FF FF", "00 48")
        self.spi.answer("80 C1 FF FF", "3D A7")
        self.spi.disturb(*([0] * 13 + [0x0048]))  # behind MeterEn and six registers of energy
        self.read()
        self.assertEqual(self.counts[0].power, 4_734_375)

    def test_lasting_noise_is_corrupt_and_leaves_the_counts(self):
        self.spi.answer("80 D9 FF FF", "27 74")
        self.spi.answer("80 81 FF FF", "00 07")
        self.read(True)
        self.spi.answer("80 81 FF FF", "00 07")
        before = numbers(self.counts)
        noise = [1 << n % 16 for n in range(100)]
        # What is read well before: MeterEn; the active energy (and MeterEn); the reactive.
        for full, cleans in ((False, (1, 13)), (True, (1, 14, 26))):
            for clean in cleans:
                self.spi.disturb(*([0] * clean + noise))
                self.assertRaises(PacketCorrupt, self.read, full)
                self.assertEqual(numbers(self.counts), before)

    def test_misread_energy_is_recovered_from_the_last_data_register(self):
        for noise in ((0, 0x10), (0, 0, 0x10), (0, 0x10, 0x20), (0, 0x10, 0, 0x20)):
            with self.subTest(noise=noise):
                self.spi.answer("80 81 FF FF", "02 80")
                self.spi.disturb(*noise)
                self.read()
                self.assertEqual(self.counts[0].forward, 640)

    def test_energy_read_before_a_failure_is_handed_over_later(self):
        self.spi.answer("80 81 FF FF", "00 64")
        self.spi.answer("80 83 FF FF", "00 05")
        # MeterEn, then two words each for phases A and B; phase C never agrees.
        self.spi.disturb(0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128)
        self.assertRaises(PacketCorrupt, self.read)
        self.assertEqual(self.counts[0].forward, 0)
        self.spi.answer("80 81 FF FF", "00 0A")
        self.spi.disturb()
        self.read()
        self.assertEqual(self.counts[0].forward, 110)
        self.read()
        self.assertEqual(self.counts[0].forward, 0)

    def test_energy_of_a_read_whose_power_failed_is_handed_over_once_by_the_next(self):
        self.spi.answer("80 81 FF FF", "00 64")
        self.spi.answer("80 89 FF FF", "00 0A")
        self.spi.answer("80 B3 FF FF", "7F FF")  # cannot be
        for _ in range(2):
            self.assertRaises(PacketCorrupt, self.read, True)
        self.assertEqual((self.counts[0].forward, self.counts[0].reactive_forward), (0, 0))
        self.spi.answer("80 B3 FF FF", "00 00")
        self.read()
        self.assertEqual((self.counts[0].forward, self.counts[0].reactive_forward), (100, 0))
        self.read(True)
        self.assertEqual((self.counts[0].forward, self.counts[0].reactive_forward), (0, 10))


class TestSilence(Bench):
    def test_a_line_stuck_at_either_level_is_silence(self):
        for level in (0, 0xFFFF):
            self.spi.silent = level
            for full in (False, True):
                with self.subTest(level=level, full=full):
                    self.assertRaises(ChipSilent, self.read, full)
                    self.assertEqual(numbers(self.counts), numbers((Counts(), Counts(), Counts())))

    def test_energy_is_not_invented_by_a_line_that_goes_high(self):
        self.read()
        answer = self.spi.write_readinto

        def stuck_after_the_first(out, into):
            answer(out, into)
            self.spi.silent = 0xFFFF

        self.chip = self.make()
        self.chip._swap = stuck_after_the_first
        self.assertRaises(ChipSilent, self.read)
        self.spi.silent = None
        self.chip._swap = answer
        self.read()
        self.assertEqual([c.forward for c in self.counts], [0, 0, 0])

    def test_a_register_that_is_really_full_counts(self):
        self.spi.answer("80 81 FF FF", "FF FF")
        self.read()
        self.assertEqual(self.counts[0].forward, 0xFFFF)

    def test_a_chip_that_reset_itself_is_silent_until_configured(self):
        self.spi.answer("80 00 FF FF", "00 00")
        self.assertRaises(ChipSilent, self.read)
        self.chip.configure()
        self.read()

    def test_no_chip_cannot_be_configured(self):
        for level in (0, 0xFFFF):
            self.spi.silent = level
            self.assertRaises(ChipSilent, self.chip.configure)


class TestConfigure(Bench):
    def configured(self, line_hz=50, pga=1):
        """Register values after `configure`, as the bytes that set them."""
        self.make(line_hz, pga).configure()
        return {sent[0] << 8 | sent[1]: sent[2] << 8 | sent[3] for sent in self.spi.sent}

    def test_reset_then_guard_open_then_settings_then_guard_closed(self):
        self.chip.configure()
        self.assertEqual(self.spi.sent[0], b"\x00\x70\x78\x9a")
        self.assertEqual(self.spi.sent[1], b"\x00\x7f\x55\xaa")
        self.assertEqual(self.spi.sent[-1], b"\x00\x7f\x00\x00")
        for sent in self.spi.sent[2:-1]:
            self.assertTrue(sent[0] == 0 and sent[1] < 0x70, sent)

    def test_an_eastern_board(self):
        registers = self.configured()
        expected = {
            0x00: 1,
            0x08: 0x56BB,  # A9: 70 V
            0x0C: 4900,
            0x0D: 5100,
            0x31: 0x0861,  # 450e9 / 3200 = 140 625 000
            0x32: 0xC468,
            0x33: 0x0087,
            0x34: 0x0000,
            0x35: 0x1D4C,
            0x38: 0x02EE,
        }
        for register, value in expected.items():
            self.assertEqual(registers[register], value)
        for register in (0x61, 0x65, 0x69):
            self.assertEqual(registers[register], 7305)
        for register in (0x62, 0x66, 0x6A):
            self.assertEqual(registers[register], 11_143)

    def test_a_western_board_is_60_hz_in_all_three_registers(self):
        registers = self.configured(60)
        self.assertEqual(registers[0x33], 0x1087)
        self.assertEqual((registers[0x0C], registers[0x0D]), (5900, 6100))

    def test_the_amplifier_is_set_for_all_three_currents(self):
        self.assertEqual(self.configured(50, 2)[0x34], 0x15)
        self.assertEqual(self.configured(50, 4)[0x34], 0x2A)

    def test_a_threshold_beyond_its_register_is_the_largest(self):
        self.assertEqual(sag_threshold(230_000, 7305), 0xFFFF)

    def test_a_write_that_was_disturbed_is_repeated(self):
        # Words: reset, guard, its check, then MeterEn and its check.
        self.spi.disturb(0, 0, 0, 0, 0x8000)
        self.chip.configure()
        self.assertEqual(self.spi.sent[2:4], [b"\x00\x00\x00\x01"] * 2)

    def test_a_register_that_does_not_hold_its_value_is_corrupt(self):
        write = self.spi._write

        def deaf(out):
            word = write(out)
            self.spi.words[0x8033] = 0x0085
            return word

        self.spi._write = deaf
        self.assertRaises(PacketCorrupt, self.chip.configure)
