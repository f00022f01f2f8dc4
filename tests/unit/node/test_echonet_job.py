"""node.echonet_job over a link that is a list: when it speaks, to whom, and what restarts it.

Times are those of docs/echonet-lite.md, "Announcements" and "Timing": announcement about 1 s after
the socket is bound plus a random part, questions to all answered within half a second, all else at
once. What strangers may draw is that of docs/security.md.
"""

import asyncio
import unittest
from time import ticks_diff, ticks_ms

from echonet_bench import Bench, octets

import desk_clock
from tomoshibi.core.ends import LinkDown
from tomoshibi.node.echonet_job import EchonetJob
from tomoshibi.wire.echonet import MAX_FRAME

CONTROLLER = "192.168.1.9"
STRANGER = "192.168.1.66"
KEPT = (CONTROLLER, STRANGER, "group")
GET_STATUS = octets("10 81 00 01 05 FF 01 02 8D 01 62 01 80 00")
GET_LIST = octets("10 81 00 02 05 FF 01 0E F0 00 62 01 D6 00")
# None of these calls for an answer to all: an object we do not have, another format, a report.
FOREIGN = (
    octets("10 81 00 01 05 FF 01 01 30 00 62 01 80 00"),
    octets("10 99 00 01 05 FF 01 0E F0 00 62 01 D6 00"),
    octets("10 81 00 01 0E F0 01 0E F0 01 74 01 D5 04 01 01 30 01"),
)
# 26 bytes that ask six branches for seven days of half hours each.
DAYS = octets("10 81 00 01 05 FF 01 02 8D 00 62 07" + "E2 00" * 7)
SET_PLACE = octets("10 81 00 03 05 FF 01 02 8D 01 61 01 81 01 60")


class FakeLink:
    """Hands over what a test puts into `inbox`; keeps (ms since open, to, first 12 bytes).

    In the inbox are datagrams, from CONTROLLER, or pairs of a datagram and its sender. Of frames to
    others than KEPT only number and size are kept: many small things that stay tear a heap apart.
    """

    def __init__(self):
        self.ip = "192.168.1.20"
        self.own_ip = ""
        self.sender = ""
        self.sent = []
        self.opened = 0
        self.bytes_to = dict.fromkeys(KEPT, 0)
        self.to_others = self.bytes_to_others = 0
        self.inbox = []
        self.broken = False

    def address(self):
        return self.ip

    def open(self):
        self.opened += 1
        self.own_ip = self.ip
        self.opened_ms = ticks_ms()

    def close(self):
        self.own_ip = ""

    async def receive(self):
        while not self.inbox:
            if self.broken:
                raise LinkDown("udp", 5)
            await asyncio.sleep_ms(1)
        data = self.inbox.pop(0)
        self.sender = CONTROLLER
        if isinstance(data, tuple):
            data, self.sender = data
        return data

    def send(self, buf, length, ip):
        if ip in KEPT:
            self.sent.append((ticks_diff(ticks_ms(), self.opened_ms), ip, bytes(buf[:12])))
            self.bytes_to[ip] += length
        else:
            self.to_others += 1
            self.bytes_to_others += length
        return True

    def answered(self, ip, tid):
        """When the frame with this number was sent to `ip`, in ms since open; None if never."""
        for at_ms, to, head in self.sent:
            if to == ip and head[2] << 8 | head[3] == tid:
                return at_ms
        return None

    def send_group(self, buf, length):
        return self.send(buf, length, "group")


class TestEchonetJob(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, 800_000_000)
        self.bench = Bench()
        self.link = FakeLink()
        self.ready = []
        self.job = EchonetJob(self.link, self.bench.node, self.ready.append)

    def run_with(self, script):
        """Run the job and beside it `script`, an async function; the job ends with it."""

        async def both():
            task = asyncio.create_task(self.job.run())
            try:
                await script()
            finally:
                task.cancel()
                try:
                    await task
                except asyncio.CancelledError:
                    pass

        asyncio.run(both())

    def test_it_announces_itself_once_between_1_and_3_s_after_opening(self):
        async def script():
            await asyncio.sleep_ms(10_000)

        self.run_with(script)
        self.assertEqual(self.ready, ["192.168.1.20"])
        announced = [(at, to) for at, to, head in self.link.sent if head[4:7] == b"\x0e\xf0\x01"]
        self.assertEqual(len(announced), 1)
        self.assertEqual(announced[0][1], "group")
        self.assertTrue(1_000 <= announced[0][0] <= 3_200)

    def test_unicast_is_answered_at_once_and_a_search_within_half_a_second(self):
        async def script():
            await asyncio.sleep_ms(5_000)
            del self.link.sent[:]
            self.asked_ms = ticks_diff(ticks_ms(), self.link.opened_ms)
            self.link.inbox += [GET_LIST, GET_STATUS]
            await asyncio.sleep_ms(1_500)

        self.run_with(script)
        self.assertEqual([to for _, to, _ in self.link.sent], [CONTROLLER, CONTROLLER])
        (first_ms, _, first), (second_ms, _, second) = self.link.sent
        self.assertEqual(first[:4], GET_STATUS[:4])
        self.assertTrue(first_ms - self.asked_ms <= 5)
        self.assertEqual(second[:4], GET_LIST[:4])
        self.assertTrue(second_ms - self.asked_ms <= 500)

    def searches_answered(self, foreign_a_second):
        """How many of 13 searches, one a second, are answered within half a second of asking."""
        good = []

        async def script():
            await asyncio.sleep_ms(5_000)
            for n in range(13):
                asked_ms = ticks_diff(ticks_ms(), self.link.opened_ms)
                for i in range(foreign_a_second):
                    if i == foreign_a_second // 2:
                        asked_ms = ticks_diff(ticks_ms(), self.link.opened_ms)
                        self.link.inbox.append(octets("10 81 01 %02X" % n) + GET_LIST[4:])
                    foreign = FOREIGN[i % 3]
                    self.link.inbox.append((foreign, "192.168.2.%d" % (i % 40)))
                    await asyncio.sleep_ms(1_000 // foreign_a_second)
                await asyncio.sleep_ms(600)
                at_ms = self.link.answered(CONTROLLER, 0x100 + n)
                good.append(at_ms is not None and at_ms - asked_ms <= 500)

        self.run_with(script)
        return sum(good)

    def test_13_of_13_searches_are_answered_among_20_foreign_frames_a_second(self):
        self.assertEqual(self.searches_answered(20), 13)

    def test_13_of_13_searches_are_answered_among_200_foreign_frames_a_second(self):
        self.assertEqual(self.searches_answered(200), 13)

    def test_eight_frames_of_others_cost_a_search_no_place(self):
        for foreign in FOREIGN:
            with self.subTest(foreign=foreign):

                async def script(foreign=foreign):
                    await asyncio.sleep_ms(5_000)
                    self.link.inbox += [(foreign, "192.168.2.%d" % n) for n in range(8)]
                    self.link.inbox.append(GET_LIST)
                    await asyncio.sleep_ms(600)

                self.link.sent = []
                self.run_with(script)
                self.assertTrue(self.link.answered(CONTROLLER, 2) is not None)

    def test_every_search_of_one_sender_and_of_many_is_answered(self):
        async def script():
            await asyncio.sleep_ms(5_000)
            del self.link.sent[:]
            self.link.inbox += [GET_LIST] * 3
            self.link.inbox += [(GET_LIST, "192.168.2.%d" % n) for n in range(20)]
            await asyncio.sleep_ms(600)

        self.run_with(script)
        self.assertEqual((len(self.link.sent), self.link.to_others), (3, 20))

    def test_answers_to_a_search_are_spread(self):
        async def script():
            await asyncio.sleep_ms(5_000)
            for n in range(30):
                asked_ms = ticks_diff(ticks_ms(), self.link.opened_ms)
                self.link.inbox.append(octets("10 81 02 %02X" % n) + GET_LIST[4:])
                await asyncio.sleep_ms(600)
                self.delays.append(self.link.answered(CONTROLLER, 0x200 + n) - asked_ms)

        self.delays = []
        self.run_with(script)
        # Evenly over 0 to 400 ms: 30 draws miss a quarter of it with (3/4)**30, 2 in 10 000.
        for quarter in range(4):
            self.assertTrue(
                any(100 * quarter <= each < 100 * quarter + 110 for each in self.delays)
            )
        self.assertTrue(max(self.delays) <= 500)

    def test_values_are_set_in_the_order_in_which_they_came(self):
        orders = (
            (0x81, "10 81 00 01 05 FF 01 02 8D 00 60 01 81 01 10", 0x10, 0x20),
            (0xE0, "10 81 00 01 05 FF 01 02 8D 00 60 01 E0 01 05", 0x05, 0x07),
        )
        for epc, to_all, first, second in orders:
            one = octets("10 81 00 02 05 FF 01 02 8D 01 61 01 %02X 01 %02X" % (epc, second))

            async def script(to_all=to_all, one=one):
                await asyncio.sleep_ms(5_000)
                self.link.inbox += [octets(to_all), one]
                await asyncio.sleep_ms(1_500)

            self.run_with(script)
            self.assertEqual(self.bench.get(0x028D01, epc), "%02X" % second)
            self.assertEqual(self.bench.get(0x028D02, epc), "%02X" % first)

    def test_what_one_sender_draws_is_bounded_and_others_are_answered(self):
        async def script():
            await asyncio.sleep_ms(5_000)
            for _ in range(10):
                # A hundred such datagrams a second are 830 kB of answers.
                for _ in range(100):
                    self.link.inbox.append((DAYS, STRANGER))
                await asyncio.sleep_ms(900)
                self.link.inbox.append(GET_STATUS)
                await asyncio.sleep_ms(100)

        self.run_with(script)
        # A burst of two seconds, 10 s, and at most one answer too many.
        self.assertTrue(self.link.bytes_to[STRANGER] <= 12 * 8_192 + MAX_FRAME)
        self.assertTrue(self.link.bytes_to[STRANGER] >= 10 * 8_192)
        answers = [each for each in self.link.sent if each[1] == CONTROLLER]
        self.assertEqual(len(answers), 10)
        self.assertTrue(self.job.budget.withheld > 0)

    def test_what_all_senders_draw_is_bounded(self):
        async def script():
            await asyncio.sleep_ms(5_000)
            for n in range(1_000):
                self.link.inbox.append((DAYS, "10.0.%d.%d" % (n // 250, n % 250)))
                await asyncio.sleep_ms(10)

        self.run_with(script)
        drawn = self.link.bytes_to_others
        self.assertTrue(10 * 32_768 <= drawn <= 12 * 32_768 + MAX_FRAME)

    def test_what_is_set_is_set_even_if_the_answer_is_withheld(self):
        async def script():
            await asyncio.sleep_ms(5_000)
            self.link.inbox += [(DAYS, STRANGER)] * 10
            self.link.inbox.append((SET_PLACE, STRANGER))
            await asyncio.sleep_ms(500)

        self.run_with(script)
        self.assertEqual(self.link.answered(STRANGER, 3), None)
        self.assertEqual(self.bench.get(0x028D01, 0x81), "60")

    def test_others_have_their_turn_between_the_objects_that_one_datagram_asks(self):
        turns, tasks, send = [], [], self.link.send

        async def others():
            while len(self.link.sent) < 6:
                turns.append(len(self.link.sent))
                await asyncio.sleep_ms(0)

        def send_and_watch(*arguments):
            send(*arguments)
            if len(self.link.sent) == 1:
                tasks.append(asyncio.create_task(others()))

        async def script():
            await asyncio.sleep_ms(5_000)
            del self.link.sent[:]
            self.link.send = send_and_watch
            self.link.inbox.append(octets("10 81 00 01 05 FF 01 02 8D 00 62 FF" + "E2 00" * 255))
            await asyncio.sleep_ms(100)

        self.run_with(script)
        # One turn after each of the answers, but for the last.
        self.assertEqual(turns, [1, 2, 3, 4, 5])

    def test_nothing_is_announced_before_the_node_itself(self):
        bench = Bench("streetlight")
        self.job = EchonetJob(self.link, bench.node, self.ready.append)

        async def script():
            # By day the lamp goes out as soon as the node is up.
            bench.lamp.level_permille = 0
            await asyncio.sleep_ms(5_000)

        self.run_with(script)
        first, second = (head for _, _, head in self.link.sent[:2])
        self.assertEqual(first[4:7], b"\x0e\xf0\x01")
        self.assertEqual(second[4:7], b"\x02\x91\x01")

    def test_a_shed_load_is_announced_within_a_quarter_of_a_second(self):
        async def script():
            await asyncio.sleep_ms(5_000)
            del self.link.sent[:]
            self.shed_ms = ticks_diff(ticks_ms(), self.link.opened_ms)
            self.bench.branches[1].load.closed = False
            await asyncio.sleep_ms(250)

        self.run_with(script)
        self.assertEqual(len(self.link.sent), 1)
        at_ms, to, head = self.link.sent[0]
        self.assertEqual((to, head[4:7]), ("group", b"\x02\x8d\x02"))
        self.assertTrue(at_ms - self.shed_ms <= 250)

    def test_it_waits_for_an_address_and_opens_anew_when_it_changes(self):
        async def script():
            self.link.ip = ""
            await asyncio.sleep_ms(20_000)
            self.assertEqual(self.link.opened, 0)
            self.assertEqual(self.job.late_ms(), 0)
            self.link.ip = "192.168.1.30"
            await asyncio.sleep_ms(5_000)
            self.assertEqual(self.link.opened, 1)
            self.link.ip = "192.168.1.31"
            await asyncio.sleep_ms(6_000)

        self.link.ip = ""
        self.run_with(script)
        self.assertEqual(self.link.opened, 2)
        self.assertEqual(self.ready, ["192.168.1.30", "192.168.1.31"])
        lists = [head for _, _, head in self.link.sent if head[4:7] == b"\x0e\xf0\x01"]
        self.assertEqual(len(lists), 2)

    def test_a_broken_socket_ends_the_job_with_the_fault(self):
        async def script():
            self.link.broken = True
            await self.job.run()

        self.assertRaises(LinkDown, asyncio.run, script())
