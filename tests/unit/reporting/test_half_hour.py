"""registers.half_hours as controllers see them: EA and EB, readings at :00 and :30 of local time.

Layout and rules: docs/echonet-lite.md, "Sub-meter 028D" and "Decisions".
"""

import sys
import unittest

from echonet_bench import Bench

# 2026-11-22; see test_objects for the arithmetic.
DAY = 9_822
NONE = "FF FF FF FF FF FF FF FF FF FF FE"


class TestHalfHour(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()
        self.bench.measure(1, 100_000, wh=123_456)
        self.bench.branches[0].energy.put(123_456, 1)

    def pass_by(self, day, second):
        """The clock goes over `second` (UTC) in steps of a second."""
        self.bench.calendar.day = day
        for at in (second - 1, second, second + 1):
            self.bench.calendar.second = at
            self.bench.pass_time()

    def test_the_reading_is_taken_when_the_half_hour_begins(self):
        self.pass_by(DAY, 3 * 3_600 + 1_800)  # 03:30 UTC, 12:30 in Japan
        # The value of the worked INFC of docs/echonet-lite.md: 12:30:00, 123 456.
        self.assertEqual(self.bench.get(0x028D01, 0xEA), "07 EA 0B 16 0C 1E 00 00 01 E2 40")
        self.assertEqual(self.bench.get(0x028D01, 0xEB), "07 EA 0B 16 0C 1E 00 00 00 00 01")
        self.bench.branches[0].energy.add_mj(50 * 3_600_000)
        self.pass_by(DAY, 3 * 3_600 + 1_900)
        self.assertEqual(self.bench.get(0x028D01, 0xEA), "07 EA 0B 16 0C 1E 00 00 01 E2 40")

    def test_local_midnight_is_the_first_half_hour_of_the_next_day(self):
        self.pass_by(DAY, 15 * 3_600)  # 15:00 UTC
        self.assertEqual(self.bench.get(0x028D01, 0xEA), "07 EA 0B 17 00 00 00 00 01 E2 40")

    def test_utc_midnight_is_passed_too(self):
        self.pass_by(DAY, 86_399)
        self.bench.calendar.day = DAY + 1
        self.bench.calendar.second = 0
        self.bench.pass_time()
        self.assertEqual(self.bench.get(0x028D01, 0xEA), "07 EA 0B 17 09 00 00 00 01 E2 40")

    def test_a_clock_that_is_set_across_a_half_hour_takes_no_reading(self):
        self.bench.calendar.day = DAY
        for second in (3_600, 3_600 + 1_801, 1_790):
            self.bench.calendar.second = second
            self.bench.pass_time()
        self.assertEqual(self.bench.get(0x028D01, 0xEA), NONE)
        self.bench.calendar.day = DAY - 3_000
        self.bench.pass_time()
        self.assertEqual(self.bench.get(0x028D01, 0xEA), NONE)

    def test_a_half_hour_that_comes_twice_keeps_its_first_reading(self):
        self.pass_by(DAY, 3 * 3_600)
        self.bench.ask("10 81 00 09 05 FF 01 02 8D 01 61 01 E0 01 00")  # today
        first = self.bench.get(0x028D01, 0xE2)
        self.assertIn(" 00 01 E2 40", first)
        for years in (0, 10, 0):  # back an hour; wrong by ten years, and back
            self.bench.calendar.day = DAY + 3_653 * years
            self.bench.calendar.second = 2 * 3_600
            self.bench.pass_time()
            self.bench.branches[0].energy.add_mj(50 * 3_600_000)
            self.pass_by(DAY + 3_653 * years, 3 * 3_600)
        self.bench.calendar.day = DAY
        self.assertEqual(self.bench.get(0x028D01, 0xE2), first)

    def test_of_a_half_hour_that_came_twice_ea_and_eb_show_the_reading_of_the_history(self):
        noon_s, energy = 3 * 3_600, self.bench.branches[0].energy
        self.bench.calendar.synchronised = False
        self.pass_by(DAY, noon_s)
        first_ea = self.bench.get(0x028D01, 0xEA)
        self.assertEqual(first_ea, "07 EA 0B 16 0C 00 00 00 01 E2 40")
        first_eb = self.bench.get(0x028D01, 0xEB)
        energy.put(123_500, 2)
        self.pass_by(DAY, noon_s + 1_800)
        self.assertEqual(self.bench.get(0x028D01, 0xEA), "07 EA 0B 16 0C 1E 00 00 01 E2 6C")
        self.pass_by(DAY, noon_s)  # back an hour
        self.assertEqual(self.bench.get(0x028D01, 0xEA), first_ea)
        self.assertEqual(self.bench.get(0x028D01, 0xEB), first_eb)
        self.bench.measure(2, 100_000, wh=16)
        self.bench.calendar.synchronised = True
        self.pass_by(DAY, noon_s)
        second = "07 EA 0B 16 0C 00 00 00 01 E2 6C"
        self.assertEqual(self.bench.get(0x028D01, 0xEA), second)
        energy.put(123_600, 3)
        for good in (False, True):  # of equals the first; no clock is better than synchronised
            self.bench.calendar.synchronised = good
            self.pass_by(DAY, noon_s)
            self.assertEqual(self.bench.get(0x028D01, 0xEA), second)
            self.assertEqual(self.bench.get(0x028D01, 0xEB), "07 EA 0B 16 0C 00 00 00 00 00 02")
        self.assertEqual(self.bench.get(0x028D02, 0xEA), "07 EA 0B 16 0C 00 00 00 00 00 10")
        self.assertFalse("tomoshibi.registers.history_slot" in sys.modules)

    def test_a_clock_that_was_never_set_takes_no_reading(self):
        self.pass_by(3, 1_800)
        self.assertEqual(self.bench.get(0x028D01, 0xEA), NONE)

    def test_a_branch_not_measured_by_then_has_no_reading(self):
        self.pass_by(DAY, 3 * 3_600 + 1_800)
        self.assertEqual(self.bench.get(0x028D02, 0xEA), "07 EA 0B 16 0C 1E 00 FF FF FF FE")

    def test_the_history_of_a_day_is_48_readings_with_gaps(self):
        self.pass_by(DAY, 3 * 3_600 + 1_800)
        self.bench.ask("10 81 00 09 05 FF 01 02 8D 01 61 01 E0 01 00")  # today
        none = " FF FF FF FE"
        # 12:30 is slot 25: 25 gaps before it and 22 behind.
        expected = "00 00" + none * 25 + " 00 01 E2 40" + none * 22
        self.assertEqual(self.bench.get(0x028D01, 0xE2), expected)
        self.assertEqual(self.bench.get(0x028D01, 0xE4), expected.replace("01 E2 40", "00 00 01"))

    def test_tomorrow_today_is_yesterday(self):
        self.pass_by(DAY, 3 * 3_600 + 1_800)
        self.bench.calendar.day = DAY + 1
        self.bench.ask("10 81 00 09 05 FF 01 02 8D 01 61 01 E0 01 01")
        self.assertEqual(self.bench.get(0x028D01, 0xE2)[305:317], " 00 01 E2 40")

    def test_the_last_reading_is_known_after_a_restart(self):
        self.pass_by(DAY, 3 * 3_600 + 1_800)
        self.bench.restart_half_hours()
        self.assertEqual(self.bench.half_hours.import_wh[0], 123_456)
        self.assertEqual((self.bench.half_hours.day, self.bench.half_hours.slot), (DAY, 25))
