"""core.calendar against known dates and a day-by-day walk through the months."""

import _desk
import unittest

from tomoshibi.core.calendar import HELD, NEVER_SET, SYNCHRONISED, Calendar, civil, day_number

# Day numbers from the Gregorian rule: 365 a year, and one for each of 2000, 2004, ... but not 2100.
KNOWN = (
    (0, (2000, 1, 1)),
    (59, (2000, 2, 29)),
    (60, (2000, 3, 1)),
    (366, (2001, 1, 1)),
    (8_766, (2024, 1, 1)),  # 24 * 365 + 6
    (36_524, (2099, 12, 31)),  # 100 * 365 + 25 - 1
    (36_583, (2100, 2, 28)),
    (36_584, (2100, 3, 1)),
    (146_097, (2400, 1, 1)),  # one whole cycle
)
MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def days_in(year, month):
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else MONTHS[month - 1]


class TestDates(unittest.TestCase):
    def test_known_dates_both_ways(self):
        for day, date in KNOWN:
            with self.subTest(day=day):
                self.assertEqual(civil(day), date)
                self.assertEqual(day_number(*date), day)

    def test_every_day_of_two_centuries(self):
        day = 0
        for year in range(2000, 2200):
            for month in range(1, 13):
                for of_month in range(1, days_in(year, month) + 1):
                    if civil(day) != (year, month, of_month):
                        self.assertEqual(civil(day), (year, month, of_month))
                    day += 1
                self.assertEqual(day_number(year, month, of_month), day - 1)


class TestCalendar(unittest.TestCase):
    def tearDown(self):
        _desk.follow()

    def at(self, epoch_s, offset_min=0):
        _desk.hold(epoch_s)
        calendar = Calendar(offset_min)
        calendar.update()
        return calendar

    def test_an_unset_clock_says_so(self):
        self.assertEqual(self.at(0).quality, NEVER_SET)
        self.assertEqual(self.at(8_766 * 86_400 - 1).quality, NEVER_SET)

    def test_a_plausible_clock_is_held_until_it_is_synchronised(self):
        calendar = self.at(8_766 * 86_400)
        self.assertEqual(calendar.quality, HELD)
        calendar.synchronised = True
        self.assertEqual(calendar.quality, SYNCHRONISED)

    def test_the_last_second_of_a_day_and_the_next(self):
        calendar = self.at(8_767 * 86_400 - 1)
        self.assertEqual((calendar.day, calendar.second), (8_766, 86_399))
        _desk.advance(1000)
        calendar.update()
        self.assertEqual((calendar.day, calendar.second), (8_767, 0))

    def test_local_time_in_japan_is_a_day_ahead_from_15_utc(self):
        self.assertEqual(self.at(8_766 * 86_400 + 54_000, 540).local(), (8_767, 0))
        self.assertEqual(self.at(8_766 * 86_400 + 53_999, 540).local(), (8_766, 86_399))

    def test_local_time_west_of_greenwich_is_the_day_before(self):
        self.assertEqual(self.at(8_766 * 86_400, -60).local(), (8_765, 82_800))

    def test_2100_is_past_31_bits_of_seconds_and_counts_on(self):
        calendar = self.at(36_584 * 86_400 + 5)
        self.assertEqual((calendar.day, calendar.second), (36_584, 5))
        self.assertEqual(civil(calendar.day), (2100, 3, 1))
