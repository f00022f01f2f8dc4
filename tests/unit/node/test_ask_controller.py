"""node.time_job with a controller of ECHONET Lite, in virtual time: its 97 and 98 set the clock.

The frames are made by hand from docs/echonet-lite.md, "Frame" and "Answers".
"""

import _desk
import random
import sys
import unittest

from calm_control import CalmControl
from fake_socket import FakeNetwork
from sntp_by_hand import reply

import desk_clock
from tomoshibi.core.calendar import HELD, NEVER_SET, SYNCHRONISED, Calendar
from tomoshibi.core.events import CLOCK, CONTROLLER_TIME, NETWORK_TIME
from tomoshibi.core.modules import let_go
from tomoshibi.node.time_job import TimeJob

PEER = "192.0.2.5"
SERVER = ("192.0.2.1", 123)
# 2026-11-25 12:10:00 in Japan is 03:10:00 UTC; 9825 days since 2000-01-01.
NOON_S = 9_825 * 86_400 + 3 * 3_600
NOW_S = NOON_S + 600
DATE = b"\x07\xea\x0b\x19"


class Link:
    """Keeps (ms, datagram, to) of what is sent."""

    own_ip = "192.0.2.9"

    def __init__(self, case):
        self.case = case
        self.sent = []

    def send(self, buf, length, ip):
        self.sent.append((self.case.spent_ms, bytes(buf[:length]), ip))
        return True


class Echonet:
    on_answer = None

    def __init__(self, link):
        self.link = link


def answer(question, time, date=DATE, service=0x72, source=None):
    """What a controller says to a Get of 97 and 98."""
    said = question[:4] + (source or question[7:10]) + question[4:7] + bytes((service, 2))
    return said + bytes((0x97, len(time))) + time + bytes((0x98, len(date))) + date


class ControllerCase(unittest.TestCase):
    """At NOW_S the node's clock says `clock_s`, and the controller's minute has `into_s` behind it.

    after_ms   the controller answers so long after it was asked; None: never
    """

    def setUp(self):
        self.start()

    def tearDown(self):
        _desk.follow()

    def start(self, clock_s=NOW_S, into_s=40, server="", peer=PEER, seed=1):
        random.seed(seed)
        desk_clock.install(desk_clock.VIRTUAL, clock_s)
        let_go("node.ask_time")
        self.network = FakeNetwork().install()
        self.spent_ms = 0
        self.into_s = into_s
        self.link = Link(self)
        self.echonet = Echonet(self.link)
        self.control = CalmControl()
        self.calendar = Calendar(540)
        self.job = TimeJob(server, peer, self.echonet, self.calendar, self.control)
        self.after_ms = 20
        self.waiting = []
        self.say = self.time

    def true_s(self):
        """Seconds since 12:10:00 of the controller's clock."""
        return self.into_s + self.spent_ms // 1000

    def time(self, question):
        minute = self.true_s() // 60
        return answer(question, bytes((12 + (10 + minute) // 60, (10 + minute) % 60)))

    def run_s(self, seconds):
        end_ms = self.spent_ms + seconds * 1000
        while self.spent_ms < end_ms:
            before = len(self.link.sent)
            self.job.step()
            if len(self.link.sent) > before and self.after_ms is not None:
                self.waiting.append((self.spent_ms + self.after_ms, self.link.sent[-1][1]))
            step_ms = 10 if self.waiting else self.job.period_ms
            for _ in range(self.job.period_ms // step_ms):
                _desk.advance(step_ms)
                self.spent_ms += step_ms
                self.hear()
            self.control.uptime.update()

    def hear(self):
        while self.waiting and self.waiting[0][0] <= self.spent_ms:
            question = self.waiting.pop(0)[1]
            if self.echonet.on_answer is not None:
                self.echonet.on_answer(self.say(question), PEER)

    def quality(self):
        self.calendar.update()
        return self.calendar.quality

    def behind_s(self):
        """The controller's time less the node's."""
        self.calendar.update()
        return NOW_S + self.true_s() - (self.calendar.day * 86_400 + self.calendar.second)

    def taken(self):
        return self.quality() == SYNCHRONISED


class TestTurn(ControllerCase):
    def test_a_clock_that_nobody_set_goes_by_the_turn_of_the_minute(self):
        for into_s in (0, 7, 40, 59):
            self.start(clock_s=0, into_s=into_s, seed=into_s)
            self.run_s(75)
            self.assertEqual(self.quality(), SYNCHRONISED)
            self.assertTrue(abs(self.behind_s()) <= 1, into_s)
            [(kind, _, was, by_s, cause, actor)] = self.control.events
            self.assertEqual((kind, was, cause, actor), (CLOCK, NEVER_SET, CONTROLLER_TIME, 0))
            self.assertTrue(abs(by_s - NOW_S - into_s) <= 1)
            self.assertTrue(len(self.link.sent) <= 63)

    def test_the_question_is_as_made_by_hand(self):
        self.run_s(15)
        _, asked, to = self.link.sent[0]
        self.assertEqual(to, PEER)
        self.assertEqual(asked[:2] + asked[4:], bytes.fromhex("10810EF00105FF01620297009800"))
        self.assertNotEqual(asked[2:4], bytes(2))
        self.start(peer=PEER + "/028801")
        self.run_s(75)
        self.assertEqual(self.link.sent[0][1][7:10], b"\x02\x88\x01")
        self.assertTrue(self.taken())

    def test_questions_are_a_second_apart_and_each_has_a_number_of_its_own(self):
        self.run_s(15)
        at_ms = [ms for ms, _, _ in self.link.sent]
        self.assertTrue(len(at_ms) >= 5)
        waits = [at_ms[i + 1] - at_ms[i] for i in range(len(at_ms) - 1)]
        self.assertTrue(all(1_000 <= wait <= 1_100 for wait in waits), waits)
        self.assertTrue(len({asked[2:4] for _, asked, _ in self.link.sent}) >= len(at_ms) - 1)

    def test_a_slow_controller_is_heard_and_one_that_loses_answers_waits_for_the_next_turn(self):
        self.start(clock_s=0)
        self.after_ms = 1_400
        self.run_s(80)
        self.assertTrue(self.taken() and abs(self.behind_s()) <= 2)
        self.start(clock_s=0, into_s=30)
        self.run_s(25)
        self.after_ms = None  # over the turn
        self.run_s(7)
        self.after_ms = 20
        self.run_s(50)
        self.assertEqual(self.quality(), NEVER_SET)
        self.run_s(100)
        self.assertTrue(self.taken() and abs(self.behind_s()) <= 1)

    def test_midnight_and_the_end_of_a_year_are_turns_like_others(self):
        # 23:59 on 2027-12-31 in Japan is 14:59 UTC; 10 226 days since 2000-01-01.
        for late, next_day in (
            ((23, 59, 2027, 12, 31), (0, 0, 2028, 1, 1)),
            ((23, 59, 2028, 2, 28), (0, 0, 2028, 2, 29)),
        ):
            self.start(clock_s=0, into_s=40)

            def say(question, times=(late, next_day)):
                hour, minute, year, month, day = times[self.true_s() >= 60]
                return answer(question, bytes((hour, minute)), bytes((7, year - 0x700, month, day)))

            self.say = say
            self.run_s(35)
            self.calendar.update()
            days = {2027: 10_226, 2028: 10_285}[late[2]]
            self.assertEqual(self.calendar.day, days)
            seconds = 15 * 3_600 + self.true_s() - 60
            self.assertTrue(abs(self.calendar.second - seconds) <= 1)

    def test_less_than_two_seconds_is_left_alone_and_a_small_step_at_the_half_hour_waits(self):
        self.start(clock_s=NOW_S + 41, into_s=40)
        self.run_s(35)
        self.assertEqual(self.behind_s(), -1)
        [(_, _, was, by_s, cause, _)] = self.control.events
        self.assertEqual((was, cause), (HELD, CONTROLLER_TIME))
        self.assertTrue(-2 < by_s <= 0)
        # 12:30 comes 20 s later; the node is five behind.
        self.start(clock_s=NOW_S + 1_175, into_s=1_180)
        self.run_s(35)
        self.assertEqual((self.behind_s(), self.quality()), (5, HELD))
        self.run_s(130)
        self.assertTrue(self.taken() and abs(self.behind_s()) <= 1)


class TestUnsound(ControllerCase):
    def test_a_controller_that_does_not_know_the_time_is_not_taken_and_asked_ever_rarer(self):
        for time, date in (
            (b"", b""), (b"\x0c\x0a", b""), (b"\x0c", DATE), (b"\x0c\x0a\x00", DATE),
            (b"\x0c\x0a", DATE + b"\x00"), (b"\x18\x00", DATE), (b"\x0c\x3c", DATE),
            (b"\x0c\x0a", b"\x07\xd0\x01\x01"),  # 2000-01-01
            (b"\x0c\x0a", b"\x07\xe7\x0c\x1f"),  # 2023-12-31
            (b"\x0c\x0a", b"\x08\x34\x01\x01"),  # 2100-01-01
            (b"\x0c\x0a", b"\x07\xeb\x02\x1d"),  # 2027-02-29
            (b"\x0c\x0a", b"\x07\xea\x0d\x01"), (b"\x0c\x0a", b"\x07\xea\x0b\x00"),
        ):  # fmt: skip
            self.start()
            service = 0x72 if time and date else 0x52
            self.say = lambda question, how=(time, date, service): answer(question, *how)
            self.run_s(120)
            self.assertEqual((self.quality(), self.control.events), (HELD, []), (time, date))
            self.assertTrue(3 <= len(self.link.sent) <= 6, (time, date, len(self.link.sent)))

    def test_what_answers_another_question_another_object_or_comes_from_elsewhere_is_none(self):
        def other_number(question):
            return answer(question[:2] + bytes((question[2] ^ 1,)) + question[3:], b"\x0c\x0a")

        for say in (
            other_number,
            lambda question: answer(question, b"\x0c\x0a", source=b"\x0e\xf0\x01"),
            lambda question: answer(question, b"\x0c\x0a", service=0x73),
            lambda question: answer(question, b"\x0c\x0a")[:-1],
            lambda question: b"",
        ):
            self.start()
            self.say = say
            self.run_s(100)
            # As if it were silent.
            self.assertTrue(8 <= len(self.link.sent) <= 20, len(self.link.sent))
            self.assertEqual(self.quality(), HELD)
        self.start()
        self.run_s(12)
        self.echonet.on_answer(self.time(self.link.sent[-1][1]), "192.0.2.6")
        self.after_ms = None
        self.run_s(20)
        self.assertEqual(self.quality(), HELD)

    def test_a_controller_whose_clock_jumps_is_believed_at_the_next_turn(self):
        self.start(clock_s=0, into_s=10)
        self.run_s(25)
        self.into_s += 3 * 60
        self.run_s(50)
        self.assertTrue(self.taken() and abs(self.behind_s()) <= 1)

    def test_silence_is_borne_with_ever_longer_waits(self):
        self.after_ms = None
        self.run_s(3_600)
        first = len(self.link.sent)
        self.assertTrue(first <= 60, first)
        self.run_s(3 * 3_600)
        self.assertTrue(len(self.link.sent) - first <= 20)
        self.assertIsNone(self.echonet.on_answer)


class TestManners(ControllerCase):
    def test_it_begins_within_ten_seconds_of_the_network_and_only_while_all_is_calm(self):
        self.control.is_calm = False
        self.run_s(20)
        self.assertEqual(self.link.sent, [])
        self.control.is_calm = True
        self.run_s(3)
        asked = len(self.link.sent)
        self.assertTrue(asked >= 2)
        self.control.is_calm = False
        self.run_s(3)
        self.assertEqual(len(self.link.sent), asked)
        first = set()
        for seed in range(0x123456, 0x123456 + 20):
            self.start(seed=seed)
            self.run_s(12)
            first.add(self.link.sent[0][0] // 1000)
        self.assertTrue(max(first) <= 11 and len(first) >= 5, first)

    def test_after_an_answer_it_asks_four_to_eight_hours_later(self):
        self.run_s(80)
        asked = len(self.link.sent)
        self.run_s(14_300)
        self.assertEqual(len(self.link.sent), asked)
        self.run_s(14_600)
        self.assertTrue(len(self.link.sent) > asked)

    def test_the_code_that_asks_is_let_go(self):
        self.run_s(80)
        self.assertTrue(self.taken())
        self.assertIsNone(self.echonet.on_answer)
        for name in ("node.time_round", "node.ask_controller", "node.heed_time", "node.set_clock"):
            self.assertFalse("tomoshibi." + name in sys.modules)


class TestBoth(ControllerCase):
    def ask_server(self):
        while not self.network.sent:
            self.run_s(1)

    def test_the_server_comes_first_and_if_it_answers_nobody_asks_the_controller(self):
        self.start(clock_s=0, server=SERVER[0])
        self.ask_server()
        self.network.coming.append((reply(self.network.sent[-1][0], NOW_S), SERVER))
        self.run_s(100)
        self.assertTrue(self.taken())
        self.assertEqual(self.control.events[0][4], NETWORK_TIME)
        self.assertEqual((self.link.sent, len(self.network.sent)), ([], 1))

    def test_a_controller_steps_in_for_a_server_that_is_silent_and_the_server_is_asked_again(self):
        self.start(clock_s=0, server=SERVER[0])
        self.run_s(85)
        self.assertTrue(self.taken())
        self.assertEqual(self.control.events[0][4], CONTROLLER_TIME)
        asked = len(self.network.sent)
        self.run_s(28_900)
        self.assertTrue(len(self.network.sent) > asked)

    def test_a_server_that_wants_to_be_left_alone_is(self):
        self.start(clock_s=0, server=SERVER[0])
        self.ask_server()
        kiss = reply(self.network.sent[-1][0], NOW_S, stratum=0, identifier=b"DENY")
        self.network.coming.append((kiss, SERVER))
        self.run_s(85)
        self.assertTrue(self.taken())
        asked = len(self.link.sent)
        self.run_s(29_000)
        self.assertTrue(len(self.link.sent) > asked)
        self.assertEqual(len(self.network.sent), 1)
