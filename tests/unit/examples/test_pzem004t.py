"""The own driver of examples/plugs and its model, each on frames P1 to P4 of docs/sources.md."""

import unittest

import desk_board
from fake_uart import FakeUART
from no_heap import no_heap

from counts_check import strange

desk_board.use("plugs", "examples/")

from pzem004t import Driver  # noqa: E402 (found by the line above)
from pzem004t_model import Model  # noqa: E402

from tomoshibi.core.errors import ChipSilent, PacketCorrupt  # noqa: E402
from tomoshibi.core.readings import Counts, Reading  # noqa: E402
from tomoshibi.meter.calibration import calibration  # noqa: E402
from tomoshibi.meter.scaling import fill  # noqa: E402

ASK_1 = bytes.fromhex("01040000000A700D")
P1 = bytes.fromhex("01041403F21388000013BA000004D2000001F40064000049F7")
P2 = bytes.fromhex("02041403ED1170000112CE000186A00001025800640000C26F")
P3 = bytes.fromhex("01041403E34E2000004DBC000000010000 01F40064FFFF539E".replace(" ", ""))
EXCEPTION = bytes.fromhex("01840182C0")


class TestDriver(unittest.TestCase):
    def setUp(self):
        self.uart = FakeUART()
        self.records = (Counts(),)

    def read(self, frame, address=1):
        """(mV, mA, mW, mHz) of a frame, by a driver that has heard it once before."""
        chip = Driver(self.uart, address, (), 50)
        self.uart.put(frame)
        chip.confirm()
        self.uart.put(frame)
        self.assertTrue(chip.collect(self.records))
        reading = Reading()
        fill(calibration(chip.factors()), self.records[0], reading, True)
        return reading.voltage_mv, reading.current_ma, reading.power_mw, reading.frequency_mhz

    def test_the_frames_of_the_manual(self):
        self.assertEqual(self.read(P1), (101_000, 5_000, 505_000, 50_000))
        self.assertEqual(self.read(P2, 2), (100_500, 70_000, 7_035_000, 60_000))
        self.assertEqual(self.read(P3), (99_500, 20_000, 1_990_000, 50_000))

    def test_it_fills_no_name_that_counts_do_not_have(self):
        self.read(P1)
        self.assertEqual(strange(self.records[0]), [])

    def test_it_asks_for_all_registers_after_dropping_what_is_old(self):
        chip = Driver(self.uart, 1, (), 50)
        self.uart.put(P2)
        chip.ask(False)
        self.assertEqual((self.uart.sent, self.uart.any()), ([ASK_1], 0))

    def test_energy_is_what_came_since_the_last_good_read(self):
        chip = Driver(self.uart, 1, (), 50)
        came = []
        # 1 Wh, twice 1234 Wh with damage between, set up anew, and back to 1 Wh: its button.
        self.uart.put(P3)
        chip.confirm()
        for frame in (P1, None, P1, P3):
            if frame is None:
                self.uart.put(P1[:-1] + b"\x00")
                with self.assertRaises(PacketCorrupt):
                    chip.collect(self.records)
                self.uart.put(P1)
                chip.confirm()
                continue
            self.uart.put(frame)
            chip.collect(self.records)
            came.append(self.records[0].forward)
        self.assertEqual(came, [1_233, 0, 0])

    def test_silence_a_refusal_and_a_neighbours_answer(self):
        chip = Driver(self.uart, 1, (), 50)
        for answer, fault in ((b"", ChipSilent), (EXCEPTION, ChipSilent), (P2, PacketCorrupt)):
            self.uart.put(answer)
            with self.assertRaises(fault):
                chip.collect(self.records)
            chip.ask(True)
        self.assertEqual(self.records[0].voltage, 0)

    def test_reading_takes_no_memory(self):
        chip = Driver(self.uart, 2, (), 50)
        self.uart.put(P2)
        chip.confirm()
        self.uart.put(P2)
        with no_heap:
            chip.collect(self.records)
        self.assertEqual(self.records[0].power, 703_500)


class TestModel(unittest.TestCase):
    def setUp(self):
        self.chip = Model(1, ())
        self.chip.line_mhz = 50_000
        for quantity, value in enumerate((101_000, 5_000, 505_000)):
            self.chip.set(0, quantity, value)

    def test_it_answers_the_frame_of_the_manual(self):
        # 1234 Wh at 505 W.
        self.assertEqual(self.chip.feed(ASK_1, 1_234 * 3_600_000 // 505 + 1), P1)

    def test_it_hears_its_address_whole_frames_and_right_sums_only(self):
        for frame in (b"\x02" + ASK_1[1:], ASK_1[:-1] + b"\x0e", ASK_1[:-1], ASK_1[-1:]):
            self.chip.hard_reset(0)
            self.assertEqual(self.chip.feed(frame, 10), b"")

    def test_below_80_v_it_is_silent_and_counts_nothing(self):
        self.chip.set(1_000, 0, 79_999)
        self.assertEqual(self.chip.feed(ASK_1, 2_000), b"")
        self.chip.set(3_600_000, 0, 101_000)
        self.assertEqual(self.chip.feed(ASK_1, 3_600_000)[13:17], bytes(4))

    def test_what_it_cannot_do_it_refuses(self):
        threshold = bytes.fromhex("0106000108FCDF8B")
        answer = self.chip.feed(threshold, 10)
        self.assertEqual(answer[:3], b"\x01\x86\x01")
        self.assertEqual(len(answer), len(EXCEPTION))


if __name__ == "__main__":
    unittest.main()
