"""The socket shim between two nodes on 127.0.0.x, and the network stand-in.

Datagrams on loopback arrive before `sendto` returns, so no test waits for the host.
"""

import asyncio
import errno
import gc
import network
import os
import select
import socket
import time
import unittest

from full_heap import full_heap

import desk_clock

GROUP = "224.0.23.0"
ANY = "0.0.0.0"


def packed(ip):
    return bytes(int(part) for part in ip.split("."))


def node_socket(ip, port, group=GROUP):
    """A socket as the firmware opens it on the node with address `ip`."""
    os.putenv("DESK_IP", ip)
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    link.bind((ANY, port))
    if group:
        link.setsockopt(
            socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, packed(group) + packed(ip or ANY)
        )
    link.setblocking(False)
    return link


class Datagrams(unittest.TestCase):
    def setUp(self):
        # A port of its own for each process, as tests run side by side.
        self.port = 20_000 + time.ticks_us() % 20_000
        self.open = []

    def tearDown(self):
        for link in self.open:
            link.close()

    def node(self, last, group=GROUP):
        link = node_socket("127.0.0.%d" % last, self.port, group)
        self.open.append(link)
        return link

    def assertNothing(self, link):
        with self.assertRaises(OSError) as empty:
            link.recvfrom(1500)
        self.assertEqual(empty.exception.errno, errno.EAGAIN)

    def test_unicast_shows_the_senders_own_address(self):
        one, two = self.node(11), self.node(12)
        self.assertEqual(one.sendto(b"hello", ("127.0.0.12", self.port)), 5)
        self.assertEqual(two.recvfrom(1500), (b"hello", ("127.0.0.11", self.port)))
        self.assertNothing(one)
        self.assertNothing(two)

    def test_multicast_reaches_all_others_from_the_own_address(self):
        one, two, three = self.node(11), self.node(12), self.node(13)
        one.sendto(b"all", (GROUP, self.port))
        for link in (two, three):
            self.assertEqual(link.recvfrom(1500), (b"all", ("127.0.0.11", self.port)))
            self.assertNothing(link)
        self.assertNothing(one)

    def test_without_joining_no_multicast(self):
        one, two = self.node(11), self.node(12, group=None)
        one.sendto(b"all", (GROUP, self.port))
        self.assertNothing(two)

    def test_a_port_in_use_is_an_error(self):
        self.node(11)
        with self.assertRaises(OSError) as refused:
            self.node(11)
        self.assertEqual(refused.exception.errno, errno.EADDRINUSE)

    def test_an_empty_datagram_makes_the_socket_useless_as_on_the_esp32(self):
        for way in ("127.0.0.12", GROUP):
            one, two = self.node(11), self.node(12)
            one.sendto(b"", (way, self.port))
            self.assertEqual(two.recvfrom(1500), (b"", ("127.0.0.11", self.port)))
            # Nothing there would be an error of a socket that is whole.
            self.assertEqual(two.recvfrom(1500)[0], b"")
            one.sendto(b"unheard", ("127.0.0.12", self.port))
            poller = select.poll()
            poller.register(two.desk_natives[0], select.POLLIN)
            for _ in range(3):
                self.assertEqual(two.recvfrom(1500)[0], b"")
                self.assertTrue(poller.poll(0))
            one.close()
            two.close()

    def test_receiving_needs_as_much_heap_in_one_piece_as_was_asked_for(self):
        one, two = self.node(11), self.node(12)
        one.sendto(b"short", ("127.0.0.12", self.port))
        kept = full_heap(1_024)
        self.assertTrue(gc.mem_free() > 50_000)
        with self.assertRaises(MemoryError):
            two.recvfrom(1_473)
        # A piece of this size there is; the datagram has waited.
        self.assertEqual(two.recvfrom(700)[0], b"short")
        kept.clear()

    def test_without_an_address_nothing_goes_or_comes(self):
        link = node_socket("", self.port)
        self.assertEqual(link.sendto(b"lost", ("127.0.0.11", self.port)), 4)
        self.assertNothing(link)

    def test_a_waiting_task_hears_both_ways(self):
        desk_clock.install(desk_clock.VIRTUAL, 800_000_000)
        one, two = self.node(11), self.node(12)
        heard = []

        async def listen():
            while True:
                yield asyncio.core._io_queue.queue_read(two)
                heard.append((two.recvfrom(1500)[0], desk_clock.uptime_ms()))

        async def run():
            task = asyncio.create_task(listen())
            await asyncio.sleep_ms(250)
            one.sendto(b"unicast", ("127.0.0.12", self.port))
            await asyncio.sleep_ms(200)
            one.sendto(b"group", (GROUP, self.port))
            await asyncio.sleep_ms(200)
            task.cancel()

        asyncio.run(run())
        # Looked at once in 100 virtual milliseconds.
        self.assertEqual(heard, [(b"unicast", 300), (b"group", 500)])

    def test_real_time_waiting_wakes_for_a_datagram(self):
        desk_clock.install(desk_clock.REAL)
        one, two = self.node(11), self.node(12)

        async def run():
            sender = asyncio.create_task(send_later())
            yield asyncio.core._io_queue.queue_read(two)
            await sender
            return two.recvfrom(1500)[0]

        async def send_later():
            await asyncio.sleep_ms(30)
            one.sendto(b"now", ("127.0.0.12", self.port))

        self.assertEqual(asyncio.run(run()), b"now")
        self.assertTrue(desk_clock.uptime_ms() < 2_000)


class Station(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, 800_000_000)

    def test_the_address_comes_a_second_after_joining(self):
        os.putenv("DESK_IP", "127.0.0.11")
        wlan = network.WLAN(network.STA_IF)
        wlan.active(True)
        time.sleep_ms(1_000)
        self.assertFalse(wlan.isconnected())
        wlan.connect("desk", "")
        self.assertFalse(wlan.isconnected())
        self.assertEqual(wlan.ifconfig()[0], ANY)
        time.sleep_ms(1_000)
        self.assertTrue(wlan.isconnected())
        self.assertEqual(wlan.ifconfig()[0], "127.0.0.11")
        self.assertEqual(wlan.ipconfig("addr4"), ("127.0.0.11", "255.0.0.0"))

    def test_without_network_it_never_comes(self):
        os.putenv("DESK_IP", "")
        wlan = network.WLAN(network.STA_IF)
        wlan.active(True)
        time.sleep_ms(100_000)
        self.assertFalse(wlan.isconnected())

    def test_a_radio_that_does_not_start_may_start_later(self):
        network.fail(start=1)
        wlan = network.WLAN(network.STA_IF)
        with self.assertRaises(OSError):
            wlan.active(True)
        wlan.active(True)
        wlan.connect("desk", "")

    def test_an_interface_half_made_never_connects(self):
        network.fail(init=1)
        with self.assertRaises(RuntimeError):
            network.WLAN(network.STA_IF)
        wlan = network.WLAN(network.STA_IF)
        wlan.active(True)
        with self.assertRaises(RuntimeError):
            wlan.connect("desk", "")

    def test_the_environment_takes_the_network_and_gives_another_address(self):
        os.putenv("DESK_IP", "127.0.0.11")
        os.putenv("DESK_WLAN", "drop_s=5 back_s=8 back_ip=127.0.0.12")
        wlan = network.WLAN(network.STA_IF)
        wlan.active(True)
        wlan.connect("desk", "")
        seen = []

        async def look():
            for _ in range(10):
                await asyncio.sleep_ms(1_001)
                seen.append(wlan.ifconfig()[0] if wlan.isconnected() else "")

        asyncio.run(look())
        self.assertEqual(seen, ["127.0.0.11"] * 4 + [""] * 4 + ["127.0.0.12"] * 2)

    def test_with_the_network_the_groups_are_lost_until_joined_again(self):
        port = 20_000 + time.ticks_us() % 20_000
        one, two = node_socket("127.0.0.11", port), node_socket("127.0.0.12", port)
        network.drop()
        with self.assertRaises(OSError) as refused:
            two.sendto(b"lost", ("127.0.0.11", port))
        self.assertEqual(refused.exception.errno, 118)  # EHOSTUNREACH of lwIP
        network.back("127.0.0.12")
        join = packed(GROUP) + packed("127.0.0.12")
        native = one.desk_natives[0]
        for heard in (False, True):
            native.sendto(b"all", socket._sockaddr(GROUP, port))
            if heard:
                self.assertEqual(two.recvfrom(64)[0], b"all")
            else:
                with self.assertRaises(OSError):
                    two.recvfrom(64)
            two.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, join)


if __name__ == "__main__":
    unittest.main()
