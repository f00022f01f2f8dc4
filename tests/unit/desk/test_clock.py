"""The clock under the desk builds: boards/desk/common/clock.c.

Expected dates are from the civil calendar: 2000-01-01 was a Saturday, 2024-02-29 a Thursday.
"""

import _desk
import time
import unittest

DAY_S = 86_400

# 24 years to 2024-01-01 hold 6 leap days (2000 to 2020); then 31 days of January, 28 of February.
LEAP_DAY_2024_S = (24 * 365 + 6 + 31 + 28) * DAY_S

# 100 years to 2100-01-01 hold 25 leap days (2000 to 2096); more seconds than 31 bits can count.
YEAR_2100_S = (100 * 365 + 25) * DAY_S


class Held(unittest.TestCase):
    def setUp(self):
        self.before_ms = time.ticks_ms()
        _desk.hold(LEAP_DAY_2024_S)

    def tearDown(self):
        _desk.follow()

    def passed_ms(self):
        return time.ticks_diff(time.ticks_ms(), self.before_ms)


class TestHeld(Held):
    def test_says_so(self):
        self.assertIs(_desk.held(), True)

    def test_calendar_is_the_given_second_since_2000(self):
        self.assertEqual(time.time(), LEAP_DAY_2024_S)

    def test_localtime_is_utc_and_an_8_tuple_as_on_the_esp32(self):
        self.assertEqual(time.localtime(), (2024, 2, 29, 0, 0, 0, 3, 60))
        self.assertEqual(time.gmtime(), time.localtime())

    def test_mktime_counts_from_2000(self):
        self.assertEqual(time.mktime((2024, 2, 29, 0, 0, 0, 0, 0)), LEAP_DAY_2024_S)
        self.assertEqual(time.localtime(0), (2000, 1, 1, 0, 0, 0, 5, 1))

    def test_time_ns_counts_from_2000(self):
        self.assertEqual(time.time_ns(), LEAP_DAY_2024_S * 1_000_000_000)

    def test_stands_still_while_the_program_works(self):
        ms, us, ns = time.ticks_ms(), time.ticks_us(), time.time_ns()
        for _ in range(200_000):
            pass
        self.assertEqual((time.ticks_ms(), time.ticks_us(), time.time_ns()), (ms, us, ns))

    def test_is_moved_by_advance(self):
        ms, us = time.ticks_ms(), time.ticks_us()
        _desk.advance(1_500)
        self.assertEqual(time.ticks_diff(time.ticks_ms(), ms), 1_500)
        self.assertEqual(time.ticks_diff(time.ticks_us(), us), 1_500_000)
        self.assertEqual(time.time(), LEAP_DAY_2024_S + 1)

    def test_is_moved_by_sleeping_which_takes_no_time(self):
        ns = time.time_ns()
        time.sleep(DAY_S)
        time.sleep_ms(250)
        time.sleep_us(40)
        self.assertEqual(time.time_ns() - ns, DAY_S * 1_000_000_000 + 250_040_000)

    def test_advance_of_nothing_is_allowed_and_of_less_is_not(self):
        _desk.advance(0)
        self.assertRaises(ValueError, _desk.advance, -1)

    def test_holding_again_sets_the_calendar_and_leaves_the_ticks(self):
        ms = time.ticks_ms()
        _desk.hold(0)
        self.assertEqual(time.time(), 0)
        self.assertEqual(time.ticks_ms(), ms)

    def test_reaches_the_year_2100(self):
        _desk.hold(YEAR_2100_S - 1)
        time.sleep(1)
        self.assertEqual(time.time(), YEAR_2100_S)


class TestTickWrap(Held):
    SIZES = ("desk32",)  # on desk64 they wrap after millions of years

    def test_is_after_two_to_the_30_as_on_the_device(self):
        half = 1 << 29
        _desk.advance(half - time.ticks_ms())
        before = time.ticks_ms()
        _desk.advance(half - 1)
        self.assertEqual(time.ticks_ms(), (1 << 30) - 1)
        self.assertEqual(time.ticks_diff(time.ticks_ms(), before), half - 1)
        _desk.advance(1)
        self.assertEqual(time.ticks_ms(), 0)


class TestFollowing(Held):
    def test_is_the_default(self):
        _desk.follow()
        self.assertIs(_desk.held(), False)

    def test_goes_on_from_where_the_ticks_were_held(self):
        _desk.advance(1_000_000)
        _desk.follow()
        self.assertGreaterEqual(self.passed_ms(), 1_000_000)
        self.assertLess(self.passed_ms(), 1_000_000 + 10_000)

    def test_returns_to_the_calendar_of_the_host(self):
        _desk.follow()
        # This file was written after 2026-01-01, 26 years and 7 leap days after 2000-01-01.
        self.assertGreater(time.time(), (26 * 365 + 7) * DAY_S)

    def test_sleeping_takes_as_long_as_it_says(self):
        _desk.follow()
        before = time.ticks_ms()
        time.sleep_ms(20)
        self.assertGreaterEqual(time.ticks_diff(time.ticks_ms(), before), 20)

    def test_a_clock_that_follows_cannot_be_pushed(self):
        _desk.follow()
        self.assertRaises(ValueError, _desk.advance, 1)
