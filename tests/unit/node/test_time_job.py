"""node.time_job in virtual time, against answers made from RFC 4330 by hand."""

import _desk
import random
import sys
import unittest

from calm_control import CalmControl
from fake_socket import FakeNetwork
from sntp_by_hand import reply

import desk_clock
from tomoshibi.core.calendar import HELD, NEVER_SET, SYNCHRONISED, Calendar, day_number
from tomoshibi.core.events import CLOCK, NETWORK_TIME
from tomoshibi.core.modules import let_go
from tomoshibi.node.time_job import TimeJob

SERVER = ("192.0.2.1", 123)
NOW_S = day_number(2026, 11, 25) * 86_400 + 10_800 + 600
DAY_S = 86_400


class Link:
    own_ip = "192.0.2.9"


class Echonet:
    def __init__(self, link):
        self.link = link


def refuse():
    raise OSError("not set")


class TimeCase(unittest.TestCase):
    """`ahead_s` is the true time less the node's at the start; `say` what the server answers."""

    def setUp(self):
        self.start()

    def tearDown(self):
        _desk.follow()

    def start(self, clock_s=NOW_S, ahead_s=0, seed=1):
        random.seed(seed)
        desk_clock.install(desk_clock.VIRTUAL, clock_s)
        let_go("node.ask_time")  # which has the network before
        self.network = FakeNetwork().install()
        self.link = Link()
        self.control = CalmControl()
        self.calendar = Calendar(540)
        self.job = TimeJob(SERVER[0], "", Echonet(self.link), self.calendar, self.control)
        self.true_s = clock_s + ahead_s
        self.spent_ms = 0
        self.asked_s = []
        self.how = {}
        self.answers = True

    def run_s(self, seconds):
        end_ms = self.spent_ms + seconds * 1000
        while self.spent_ms < end_ms:
            before = len(self.network.sent)
            self.job.step()
            if len(self.network.sent) > before:
                self.asked_s.append(self.spent_ms // 1000)
                if self.answers:
                    self.answer()
            _desk.advance(self.job.period_ms)
            self.spent_ms += self.job.period_ms
            self.control.uptime.update()

    def answer(self, sender=SERVER, **how):
        question, _ = self.network.sent[-1]
        how = how or self.how
        data = reply(question, self.true_s + self.spent_ms // 1000, **how)
        self.network.coming.append((data, sender))

    def quality(self):
        self.calendar.update()
        return self.calendar.quality

    def behind_s(self):
        """The true time less the node's."""
        self.calendar.update()
        clock_s = self.calendar.day * DAY_S + self.calendar.second
        return self.true_s + self.spent_ms // 1000 - clock_s


class TestSetting(TimeCase):
    def test_a_clock_that_nobody_set_is_right_within_a_minute_and_it_is_told(self):
        self.start(clock_s=0, ahead_s=NOW_S)
        self.run_s(60)
        self.assertEqual(self.quality(), SYNCHRONISED)
        self.assertTrue(abs(self.behind_s()) <= 1)
        [(kind, _, was, by_s, cause, actor)] = self.control.events
        self.assertEqual((kind, was, cause, actor), (CLOCK, NEVER_SET, NETWORK_TIME, 0))
        self.assertTrue(abs(by_s - NOW_S) <= 1)
        self.assertEqual(self.network.sent[0][1], SERVER)

    def test_a_wrong_clock_is_set_wherever_it_stands(self):
        ten_years = 3_653 * DAY_S
        for ahead_s in (3_600, -3_600, DAY_S, -DAY_S, ten_years, 7 * ten_years, -2 * 365 * DAY_S):
            self.start(ahead_s=ahead_s)
            self.run_s(15)
            self.assertTrue(abs(self.behind_s()) <= 1, ahead_s)
            self.assertEqual(self.quality(), SYNCHRONISED)

    def test_what_is_less_than_two_seconds_is_left_alone(self):
        for ahead_s in (-1, 0, 1):
            self.start(ahead_s=ahead_s)
            self.run_s(15)
            self.assertEqual((self.behind_s(), self.quality()), (ahead_s, SYNCHRONISED))
            self.assertEqual(self.control.events, [(CLOCK, 0, HELD, ahead_s, NETWORK_TIME, 0)])

    def test_a_small_step_waits_until_the_half_hour_is_well_past(self):
        half_s = day_number(2026, 11, 25) * DAY_S + 10_800
        self.start(clock_s=half_s - 3, ahead_s=-5)
        self.run_s(14)
        self.assertEqual(len(self.asked_s), 1)
        self.assertEqual(self.behind_s(), -5)
        self.run_s(65)
        self.assertTrue(abs(self.behind_s()) <= 1)

    def test_after_a_day_of_silence_it_counts_as_held(self):
        self.run_s(20)
        self.answers = False
        self.run_s(DAY_S - 60)
        self.assertEqual(self.quality(), SYNCHRONISED)
        self.run_s(60)
        self.assertEqual(self.quality(), HELD)


class TestUnsound(TimeCase):
    def test_what_is_not_sound_changes_nothing_and_the_sound_answer_after_it_counts(self):
        for how in ({"mode": 3}, {"stratum": 16}, {"leap": 3}, {"originate": bytes(8)}):
            self.start(ahead_s=DAY_S)
            self.how = how
            self.run_s(11)
            self.assertEqual((self.behind_s(), self.quality()), (DAY_S, HELD), how)
            self.assertEqual(self.control.events, [])

    def test_another_address_or_port_is_not_believed(self):
        for sender in (("192.0.2.2", 123), ("192.0.2.1", 124)):
            self.start(ahead_s=DAY_S)
            self.answers = False
            while not self.asked_s:
                self.run_s(1)
            self.answer(sender)
            self.run_s(1)
            self.assertEqual(self.behind_s(), DAY_S, sender)

    def test_a_sound_answer_behind_a_forged_one_counts(self):
        self.start(ahead_s=DAY_S)
        self.answers = False
        while not self.asked_s:
            self.run_s(1)
        self.network.coming.clear()
        self.answer(originate=bytes(8))
        self.answer()
        self.run_s(1)
        self.assertTrue(abs(self.behind_s()) <= 1)

    def test_no_two_questions_have_the_same_stamp(self):
        self.answers = False
        self.run_s(60)
        stamps = [data[40:] for data, _ in self.network.sent]
        self.assertTrue(len(stamps) >= 3)
        self.assertEqual(len(set(stamps)), len(stamps))


class TestManners(TimeCase):
    def test_a_street_that_starts_together_does_not_ask_together(self):
        first = []
        # Seeded as node.assemble does, with the ends of MAC addresses of one lot.
        for seed in range(0x123456, 0x123456 + 300):
            self.start(seed=seed)
            self.answers = False
            while not self.asked_s:
                self.run_s(1)
            first += self.asked_s
        self.assertTrue(max(first) <= 10)
        # Evenly it were 27; the generator's first draw after such seeds is not quite even.
        self.assertTrue(max(first.count(second) for second in range(11)) <= 60)

    def test_after_an_answer_it_asks_four_to_eight_hours_later(self):
        self.run_s(DAY_S)
        waits = [b - a for a, b in zip(self.asked_s, self.asked_s[1:])]
        self.assertTrue(3 <= len(waits) <= 6)
        self.assertTrue(all(14_400 <= wait <= 28_801 for wait in waits), waits)

    def test_silence_is_borne_with_ever_longer_waits(self):
        self.answers = False
        self.run_s(3_600)
        asked_first_hour = len(self.asked_s)
        self.assertTrue(self.asked_s[2] <= 60, self.asked_s)
        self.assertTrue(asked_first_hour <= 11, self.asked_s)
        self.run_s(20 * 3_600)
        self.assertTrue(15 <= len(self.asked_s) - asked_first_hour <= 21)
        self.assertEqual(self.network.open, 0)

    def test_a_kiss_of_death_is_a_day_of_peace(self):
        self.how = {"stratum": 0, "identifier": b"DENY"}
        self.run_s(DAY_S)
        self.assertEqual(len(self.asked_s), 1)
        self.assertEqual(self.quality(), HELD)
        self.how = {}
        self.run_s(30)
        self.assertEqual((len(self.asked_s), self.quality()), (2, SYNCHRONISED))

    def test_without_a_network_or_calm_nobody_is_asked(self):
        self.link.own_ip = ""
        self.run_s(30)
        self.link.own_ip = "192.0.2.9"
        self.control.is_calm = False
        self.run_s(30)
        self.assertEqual(self.asked_s, [])
        self.control.is_calm = True
        self.run_s(2)
        self.assertEqual(len(self.asked_s), 1)

    def test_a_network_that_takes_nothing_is_tried_again(self):
        self.network.broken = True
        self.run_s(60)
        self.assertEqual(self.network.open, 0)
        self.network.broken = False
        self.run_s(90)
        self.assertEqual(self.quality(), SYNCHRONISED)

    def test_a_clock_that_cannot_be_set_ends_the_question_as_silence_does(self):
        self.start(ahead_s=DAY_S)
        self.answers = False
        while not self.asked_s:
            self.run_s(1)
        self.answer()
        # As RTC().datetime does on a desk that has the host's clock.
        self.calendar.update = refuse
        with self.assertRaises(OSError):
            self.job.step()
        del self.calendar.update
        self.assertEqual((self.network.open, self.job.period_ms), (0, 1_000))
        self.run_s(10)
        self.assertEqual(len(self.asked_s), 2)

    def test_the_code_that_asks_is_let_go(self):
        self.run_s(20)
        self.assertEqual(self.quality(), SYNCHRONISED)
        for name in (
            "node.time_round",
            "node.ask_time",
            "node.heed_time",
            "node.set_clock",
            "wire.sntp",
        ):
            self.assertFalse("tomoshibi." + name in sys.modules)
