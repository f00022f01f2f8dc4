"""drivers.bl0942 and meter.scaling on examples B1 to B4 of docs/sources.md, byte for byte."""

import unittest

from fake_uart import FakeUART
from no_heap import no_heap

from tomoshibi.core.errors import ChipSilent, PacketCorrupt
from tomoshibi.core.readings import Counts, Reading
from tomoshibi.drivers.bl0942 import BL0942, nominal_factors
from tomoshibi.meter.calibration import calibration
from tomoshibi.meter.scaling import fill

B1 = bytes.fromhex("55832A1389761800 0000F8CC04E80300 204E000000005A".replace(" ", ""))
B2 = bytes.fromhex("554DD50389761800 00001A85FFFFFFFF 1B41000000001F".replace(" ", ""))
B3 = bytes.fromhex("55A7EA0189761800 0000733D00050000 1B4E000000008B".replace(" ", ""))

# The table's constants: 15873.36 counts/V, 251213.465 counts/A, 623.002 counts/W; a factor is
# micro-units per million counts. One pulse is 1/5347.269 kWh.
TABLE = (10**15 // 251_213_465, 10**14 // 1_587_336, 10**15 // 623_002)
UJ_PER_MWH = 3_600_000
# A pulse lasts 1638.4 * 256 / WATT s; TABLE has uW per million.
PULSE_UJ = TABLE[2] * 4_194_304 // 10**7
FIGURES = (1000, 1_950_000, 510)


def checksum(*parts):
    return bytes((sum(sum(part) for part in parts) & 0xFF ^ 0xFF,))


def packet(current, voltage, watt, frequency):
    """A full packet laid out from the field table, for address 0."""
    body = b"\x55" + current.to_bytes(3, "little") + voltage.to_bytes(3, "little") + bytes(3)
    body += (watt & 0xFFFFFF).to_bytes(3, "little") + bytes(3)
    body += frequency.to_bytes(2, "little") + bytes(4)
    return body + checksum(b"\x58", body)


class Bench(unittest.TestCase):
    def setUp(self):
        self.uart = FakeUART()
        self.chip = self.make()
        self.records = (Counts(),)
        self.counts = self.records[0]
        self.reading = Reading()

    def make(self, address=0, line_hz=50, average_ms=400):
        return BL0942(self.uart, address, FIGURES, line_hz, average_ms)

    def read(self, frame):
        self.uart.put(frame)
        self.assertTrue(self.chip.collect(self.records))

    def physical(self, frame, factors=TABLE):
        self.read(frame)
        fill(calibration(factors), self.counts, self.reading, True)
        r = self.reading
        energy_mwh = self.counts.pulses * PULSE_UJ // UJ_PER_MWH
        return r.voltage_mv, r.current_ma, r.power_mw, energy_mwh, r.frequency_mhz


class TestExamples(Bench):
    def near(self, got, want, allowed):
        for i in range(len(want)):
            self.assertTrue(abs(got[i] - want[i]) <= allowed[i], (i, got[i], want[i]))

    # mV, mA, mW, mWh, mHz. The table gives power to 1 mW, energy to 1 mWh (B2: 1 Wh).

    def test_b1_a_load_of_505_w(self):
        self.near(self.physical(B1), (101_000, 5000, 505_000, 187_011, 50_000), (0, 0, 1, 1, 0))

    def test_b2_a_feed_of_50_w(self):
        want = (101_000, 1000, -50_501, 3_137_529_000, 59_999)
        self.near(self.physical(B2), want, (0, 0, 1, 1000, 0))
        self.assertEqual(self.counts.pulses, 16_777_215)

    def test_b3_half_an_ampere(self):
        # 5 pulses of 0.187011 Wh
        self.near(self.physical(B3), (101_000, 500, 25_250, 935, 50_013), (0, 0, 1, 1, 1))

    def test_b4_a_bulb_at_230_v_wired_backwards(self):
        self.read(packet(47_523, 3_558_558, -26_380, 19_990))
        counts = self.counts
        self.assertEqual((counts.current, counts.voltage), (47_523, 3_558_558))
        self.assertEqual(counts.power, -26_380)
        # PF = |WATT| / (3537 I V / (305978 * 73989)), in ten-thousandths; 234.3 V by UREF 15187
        pf = 26_380 * 305_978 * 73_989 * 10_000 // (3_537 * counts.current * counts.voltage)
        self.assertEqual(pf, 9984)
        bulb = calibration((TABLE[0], 10**12 // 15_187, TABLE[2]))
        fill(bulb, counts, self.reading, True)
        self.assertEqual(self.reading.frequency_mhz, 50_025)
        self.assertEqual((self.reading.voltage_mv + 50) // 100, 2343)


class TestCollect(Bench):
    def test_no_mains_is_no_frequency(self):
        frame = B1[:16] + bytes(6)
        self.read(frame + checksum(b"\x58", frame))
        self.assertEqual(self.counts.frequency_mhz, 0)

    def test_the_request_is_two_bytes_with_the_address(self):
        self.chip.ask(True)
        self.make(3).ask(False)
        self.assertEqual(self.uart.sent, [b"\x58\xaa", b"\x5b\xaa"])

    def test_the_address_is_part_of_the_checksum(self):
        self.uart.put(B1)
        self.assertRaises(PacketCorrupt, self.make(1).collect, self.records)
        self.uart.put(B1[:-1] + bytes((B1[-1] - 1,)))
        self.make(1).collect(self.records)
        self.assertEqual(self.counts.pulses, 1000)

    def test_a_pulse_counter_that_begins_anew_is_a_chip_that_has_reset_itself(self):
        self.read(B1)  # 1000 pulses
        self.uart.put(B3)  # 5
        self.assertRaises(ChipSilent, self.chip.collect, self.records)
        self.assertEqual(self.counts.pulses, 1000)
        self.chip.configure()
        self.read(B3)
        self.assertEqual(self.counts.pulses, 5)

    def test_a_pulse_counter_that_wraps_or_counts_export_backwards_is_none(self):
        self.read(B2)  # 0xFFFFFF
        for pulses in (5, 260, 244):
            frame = B1[:13] + pulses.to_bytes(3, "little") + B1[16:22]
            self.read(frame + checksum(b"\x58", frame))
            self.assertEqual(self.counts.pulses, pulses)

    def test_status_is_kept(self):
        frame = B1[:19] + b"\x03" + B1[20:22]
        self.read(frame + checksum(b"\x58", frame))
        self.assertEqual(self.chip.status, 3)

    def test_nothing_or_half_a_packet_is_silence(self):
        for frame in (b"", B1[:1], B1[:22]):
            with self.subTest(got=len(frame)):
                self.uart.inbox = b""
                self.uart._at = 0
                error = None
                try:
                    self.read(frame)
                except ChipSilent as silent:
                    error = silent
                self.assertEqual(error.args[1:], (len(frame), 23))

    def test_a_flipped_bit_anywhere_leaves_the_last_good_counts(self):
        self.read(B1)
        for at in range(23):
            for bit in range(8):
                frame = bytearray(B3)
                frame[at] ^= 1 << bit
                with self.subTest(at=at, bit=bit):
                    self.assertRaises(PacketCorrupt, self.read, bytes(frame))
                    self.assertEqual(self.counts.pulses, 1000)
                    self.assertEqual(self.counts.frequency_mhz, 50_000)

    def test_a_late_answer_is_dropped_by_the_next_request(self):
        self.uart.put(B2[5:])
        self.chip.ask(True)
        self.read(B1)
        self.assertEqual(self.counts.pulses, 1000)

    def test_an_answer_that_comes_even_later_is_dropped_on_collecting(self):
        self.chip.ask(True)
        self.uart.put(B2 + B2[:7])
        self.read(B1)
        self.assertEqual(self.counts.pulses, 1000)

    def test_after_a_shifted_packet_the_next_one_is_good(self):
        self.chip.ask(True)
        self.assertRaises(PacketCorrupt, self.read, B1[1:] + b"\x00")
        self.uart.put(B2[:3])
        self.chip.ask(True)
        self.read(B1)
        self.assertEqual(self.counts.pulses, 1000)

    def test_asking_and_collecting_allocate_nothing(self):
        self.uart.sent = [None]
        self.uart.write = lambda data: len(data)  # the fake's own list would grow
        self.uart.put(B1[7:])
        self.uart.any()
        with no_heap:
            self.chip.ask(True)
        self.uart.put(b"\x00\x00" + B2)
        with no_heap:
            self.chip.collect(self.records)
        self.assertEqual(self.counts.pulses, 0xFFFFFF)


class TestConfigure(Bench):
    def mode_answer(self, low, address=0):
        body = bytes((low, 0, 0))
        return body + checksum(bytes((0x58 | address, 0x19)), body)

    def test_50_hz_800_ms_is_the_sequence_of_the_data_sheet(self):
        self.make(average_ms=800).configure()
        self.assertEqual(
            self.uart.sent,
            [
                bytes.fromhex("A81D550000E5"),
                bytes.fromhex("A8198F0000AF"),
                bytes.fromhex("A81D0000003A"),
                bytes.fromhex("5819"),
            ],
        )

    def test_60_hz_800_ms(self):
        self.make(line_hz=60, average_ms=800).configure()
        self.assertEqual(self.uart.sent[1], bytes.fromhex("A819AF00008F"))

    def test_400_ms_is_bit_3_clear(self):
        self.make().configure()
        self.make(line_hz=60).configure()
        self.assertEqual(self.uart.sent[1][2], 0x87)
        self.assertEqual(self.uart.sent[5][2], 0xA7)

    def test_a_mode_read_back_is_confirmed(self):
        chip = self.make(line_hz=60, average_ms=800)
        chip.configure()
        self.uart.put(self.mode_answer(0xAF))
        chip.confirm()

    def test_another_mode_or_a_bad_checksum_is_corrupt(self):
        for answer in (self.mode_answer(0x87), b"\xaf\x00\x00\x00"):
            chip = self.make(line_hz=60, average_ms=800)
            chip.configure()
            self.uart.put(answer)
            self.assertRaises(PacketCorrupt, chip.confirm)

    def test_no_answer_is_silence(self):
        self.chip.configure()
        self.assertRaises(ChipSilent, self.chip.confirm)

    def test_the_window_is_no_shorter_than_the_averaging(self):
        self.assertTrue(self.chip.window_ms > 400)
        self.assertTrue(self.make(average_ms=800).window_ms > 800)

    def test_the_address_is_in_every_command(self):
        chip = self.make(2)
        chip.configure()
        self.assertEqual([sent[0] for sent in self.uart.sent], [0xAA, 0xAA, 0xAA, 0x5A])
        self.uart.put(self.mode_answer(0x87, 2))
        chip.confirm()


class TestNominalFactors(unittest.TestCase):
    def test_the_usual_parts(self):
        # 1 mOhm: 305978 / 1.218 = 251213.465 counts/A. 5 x 390k over 510 Ohm:
        # 73989 / 1.218 * 510 / 1950510 = 15.88334 counts/mV. PREF = their product * 3537 /
        # (305978 * 73989) = 623.394 counts/W.
        current, voltage, power = nominal_factors(1000, 1_950_000, 510)
        self.assertEqual(current, 10**15 // 251_213_465)
        self.assertEqual(voltage // 1000, 62_959)
        self.assertEqual(power // 100_000, 16_041)

    def test_twice_the_shunt_is_half_the_current(self):
        one, two = nominal_factors(1000, 1_950_000, 510), nominal_factors(2000, 1_950_000, 510)
        self.assertEqual(two[0], one[0] // 2)
        self.assertEqual(two[1], one[1])

    def test_a_part_of_no_ohms_is_a_bug_in_the_profile(self):
        self.assertRaises(ZeroDivisionError, nominal_factors, 0, 1_950_000, 510)
