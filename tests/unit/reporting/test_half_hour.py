"""reporting.half_hour: EA and EB, readings at :00 and :30 of local time.

Layout and rules: docs/echonet-lite.md, "Sub-meter 028D" and "Decisions".
"""

import unittest

from echonet_bench import Bench, forget_places

# 2026-11-22; see test_objects for the arithmetic.
DAY = 9_822
NONE = "FF FF FF FF FF FF FF FF FF FF FE"


class TestHalfHour(unittest.TestCase):
    def setUp(self):
        forget_places()
        self.bench = Bench()
        self.bench.measure(1, 100_000, wh=123_456)
        self.bench.branches[0].energy.export_wh = 1

    def tearDown(self):
        forget_places()

    def pass_by(self, day, second):
        """The clock goes over `second` (UTC) in steps of a second."""
        self.bench.calendar.day = day
        for at in (second - 1, second, second + 1):
            self.bench.calendar.second = at
            self.bench.poll()

    def test_the_reading_is_taken_when_the_half_hour_begins(self):
        self.pass_by(DAY, 3 * 3_600 + 1_800)  # 03:30 UTC, 12:30 in Japan
        # The value of the worked INFC of docs/echonet-lite.md: 12:30:00, 123 456.
        self.assertEqual(self.bench.get(0x028D01, 0xEA), "07 EA 0B 16 0C 1E 00 00 01 E2 40")
        self.assertEqual(self.bench.get(0x028D01, 0xEB), "07 EA 0B 16 0C 1E 00 00 00 00 01")
        self.bench.branches[0].energy.import_wh += 50
        self.pass_by(DAY, 3 * 3_600 + 1_900)
        self.assertEqual(self.bench.get(0x028D01, 0xEA), "07 EA 0B 16 0C 1E 00 00 01 E2 40")

    def test_local_midnight_is_the_first_half_hour_of_the_next_day(self):
        self.pass_by(DAY, 15 * 3_600)  # 15:00 UTC
        self.assertEqual(self.bench.get(0x028D01, 0xEA), "07 EA 0B 17 00 00 00 00 01 E2 40")

    def test_utc_midnight_is_passed_too(self):
        self.pass_by(DAY, 86_399)
        self.bench.calendar.day = DAY + 1
        self.bench.calendar.second = 0
        self.bench.poll()
        self.assertEqual(self.bench.get(0x028D01, 0xEA), "07 EA 0B 17 09 00 00 00 01 E2 40")

    def test_a_clock_that_is_set_across_a_half_hour_takes_no_reading(self):
        self.bench.calendar.day = DAY
        for second in (3_600, 3_600 + 1_801, 1_790):
            self.bench.calendar.second = second
            self.bench.poll()
        self.assertEqual(self.bench.get(0x028D01, 0xEA), NONE)
        self.bench.calendar.day = DAY - 3_000
        self.bench.poll()
        self.assertEqual(self.bench.get(0x028D01, 0xEA), NONE)

    def test_a_clock_that_was_never_set_takes_no_reading(self):
        self.pass_by(3, 1_800)
        self.assertEqual(self.bench.get(0x028D01, 0xEA), NONE)

    def test_a_branch_not_measured_by_then_has_no_reading(self):
        self.pass_by(DAY, 3 * 3_600 + 1_800)
        self.assertEqual(self.bench.get(0x028D02, 0xEA), "07 EA 0B 16 0C 1E 00 FF FF FF FE")
