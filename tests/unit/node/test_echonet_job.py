"""node.echonet_job over a link that is a list: when it speaks, to whom, and what restarts it.

Times are those of docs/echonet-lite.md, "Announcements" and "Timing": announcement about 1 s after
the socket is bound plus a random part, multicast requests answered within 1 s, unicast at once.
"""

import asyncio
import unittest
from time import ticks_diff, ticks_ms

from echonet_bench import Bench, octets

import desk_clock
from core.errors import LinkDown
from node.echonet_job import EchonetJob

CONTROLLER = "192.168.1.9"
GET_STATUS = octets("10 81 00 01 05 FF 01 02 8D 01 62 01 80 00")
GET_LIST = octets("10 81 00 02 05 FF 01 0E F0 00 62 01 D6 00")


class FakeLink:
    """Hands over what a test puts into `inbox`; keeps (ms since open, to, first 12 bytes)."""

    def __init__(self):
        self.ip = "192.168.1.20"
        self.own_ip = ""
        self.sender = ""
        self.sent = []
        self.opened = 0
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
        self.sender = CONTROLLER
        return self.inbox.pop(0)

    def send(self, buf, length, ip):
        self.sent.append((ticks_diff(ticks_ms(), self.opened_ms), ip, bytes(buf[:12])))
        return True

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

    def test_unicast_is_answered_at_once_and_multicast_within_a_second(self):
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
        self.assertTrue(second_ms - self.asked_ms <= 1_000)

    def test_a_flood_of_multicast_is_bounded(self):
        async def script():
            await asyncio.sleep_ms(5_000)
            del self.link.sent[:]
            self.link.inbox += [GET_LIST] * 50
            await asyncio.sleep_ms(1_500)

        self.run_with(script)
        self.assertEqual(len(self.link.sent), 8)

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
