"""wire.sntp against answers made from RFC 4330 by hand."""

import unittest

from sntp_by_hand import reply

from tomoshibi.core.calendar import day_number
from tomoshibi.wire import sntp

STAMP = b"\x01\x02\x03\x04\xfa\xfb\xfc\xfd"
ASKED = sntp.question(STAMP)
NOW_S = day_number(2026, 11, 25) * 86_400 + 10_800


def at(year, month, day, second=0):
    return day_number(year, month, day) * 86_400 + second


class TestQuestion(unittest.TestCase):
    def test_a_client_of_version_4_says_nothing_but_its_stamp(self):
        self.assertEqual(ASKED, b"\x23" + bytes(39) + STAMP)


class TestAnswer(unittest.TestCase):
    def told(self, seconds=NOW_S, **how):
        return sntp.answer(reply(ASKED, seconds, **how), STAMP)

    def test_a_sound_answer_is_the_time_of_day(self):
        self.assertEqual(self.told(), (NOW_S, 0))
        self.assertEqual(self.told(fraction=0x8000_0000), (NOW_S, 500))
        self.assertEqual(self.told(stratum=1, leap=1), (NOW_S, 0))
        self.assertEqual(self.told(stratum=15, leap=2), (NOW_S, 0))

    def test_what_comes_after_48_bytes_is_left_alone(self):
        self.assertEqual(sntp.answer(reply(ASKED, NOW_S) + bytes(20), STAMP), (NOW_S, 0))

    def test_years_that_end_leap_days_and_the_new_era(self):
        # RFC 4330, section 3: the count is 0 again at 06:28:16 on 2036-02-07.
        wrap = at(2036, 2, 7, 6 * 3600 + 28 * 60 + 16)
        self.assertEqual(reply(ASKED, wrap)[40:44], bytes(4))
        # That very instant is written as no time at all; a little later it is one.
        self.assertIsNone(self.told(wrap))
        self.assertEqual(self.told(wrap, fraction=0x4000_0000), (wrap, 250))
        last = 86_399
        for seconds in (
            at(2024, 1, 1), at(2028, 2, 29), at(2033, 12, 31, last), at(2034, 1, 1),
            wrap - 1, wrap + 1, at(2037, 12, 31, last), at(2038, 1, 19, 11_648),
            at(2099, 12, 31, last),
        ):  # fmt: skip
            self.assertEqual(self.told(seconds), (seconds, 0), seconds)

    def test_times_before_2024_and_after_2099_are_refused(self):
        for seconds in (at(2023, 12, 31, 86_399), at(2000, 1, 1), -1, at(2100, 1, 1)):
            self.assertIsNone(self.told(seconds), seconds)

    def test_an_answer_without_a_timestamp_is_refused(self):
        # Nought would be 2036 in the new era: RFC 4330 section 5 has it be no time at all.
        data = reply(ASKED, NOW_S)
        self.assertIsNone(sntp.answer(data[:40] + bytes(8), STAMP))

    def test_who_is_no_server_or_has_no_time_is_refused(self):
        for how in (
            {"mode": 3}, {"mode": 5}, {"mode": 0}, {"stratum": 16}, {"stratum": 255}, {"leap": 3},
        ):  # fmt: skip
            self.assertIsNone(self.told(**how), how)

    def test_the_answer_to_another_question_is_refused(self):
        self.assertIsNone(self.told(originate=bytes(8)))
        self.assertIsNone(self.told(originate=STAMP[:7] + b"\x00"))
        # Also as a kiss of death: whoever did not see the question cannot silence us.
        self.assertIsNone(self.told(originate=bytes(8), stratum=0, identifier=b"DENY"))

    def test_a_short_one_is_refused(self):
        whole = reply(ASKED, NOW_S)
        for length in range(48):
            self.assertIsNone(sntp.answer(whole[:length], STAMP), length)

    def test_a_kiss_of_death_says_why(self):
        with self.assertRaises(sntp.Kissed) as told:
            self.told(stratum=0, identifier=b"RATE")
        self.assertEqual(told.exception.args, ("RATE",))
