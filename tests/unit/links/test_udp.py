"""links.udp on the desk's socket, whose shape is the ESP32's, against a host socket beside it."""

import asyncio
import os
import socket as desk_socket
import unittest

from full_heap import full_heap

import desk_clock
from tomoshibi.core.ends import LinkDown
from tomoshibi.links.udp import UdpLink

# A port and a network of our own, as the other desk build may run this test at the same time.
PORT = 20_000 + int.from_bytes(os.urandom(2), "big") % 20_000
NETWORK = "127.77.%d." % os.urandom(1)[0]
OWN = NETWORK + "1"
OTHER = NETWORK + "2"
GROUP = "224.0.23.0"
LARGEST = 40


class TestUdpLink(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.REAL)
        os.putenv("DESK_IP", OWN)

    def peer(self, ip):
        """Another node's socket."""
        os.putenv("DESK_IP", ip)
        other = desk_socket.socket(desk_socket.AF_INET, desk_socket.SOCK_DGRAM)
        other.bind(("0.0.0.0", PORT))
        other.setsockopt(0, desk_socket.IP_ADD_MEMBERSHIP, bytes((224, 0, 23, 0, 0, 0, 0, 0)))
        other.settimeout(2)
        os.putenv("DESK_IP", OWN)
        return other

    def test_what_comes_in_says_who_sent_it_and_answers_go_to_the_port(self):
        async def run():
            link = UdpLink(lambda: OWN, GROUP, PORT, LARGEST)
            link.open()
            other = self.peer(OTHER)
            try:
                other.sendto(b"asked", (OWN, PORT))
                self.assertEqual(await asyncio.wait_for(link.receive(), 2), b"asked")
                self.assertEqual(link.sender, OTHER)
                self.assertTrue(link.send(bytearray(b"answer and more"), 6, link.sender))
                self.assertEqual(other.recvfrom(64), (b"answer", (OWN, PORT)))
            finally:
                other.close()
                link.close()

        asyncio.run(run())

    def test_the_group_is_joined_and_reached(self):
        async def run():
            link = UdpLink(lambda: OWN, GROUP, PORT, LARGEST)
            link.open()
            other = self.peer(OTHER)
            try:
                other.sendto(b"all of you", (GROUP, PORT))
                self.assertEqual(await asyncio.wait_for(link.receive(), 2), b"all of you")
                link.send_group(bytearray(b"heard"), 5)
                self.assertEqual(other.recvfrom(64)[0], b"heard")
            finally:
                other.close()
                link.close()

        asyncio.run(run())

    def test_a_group_that_is_none_is_a_link_down_with_the_platforms_number(self):
        link = UdpLink(lambda: OWN, "10.1.2.3", PORT, LARGEST)
        try:
            link.open()
        except LinkDown as fault:
            self.assertEqual(fault.args[0], "udp")
            self.assertTrue(fault.args[1] > 0)
        else:
            self.assertTrue(False)

    def test_a_send_that_the_network_refuses_is_counted_and_forgotten(self):
        link = UdpLink(lambda: OWN, GROUP, PORT, LARGEST)
        link.open()
        try:
            # Larger than any datagram: refused on every host.
            self.assertFalse(link.send(bytearray(70_000), 70_000, OTHER))
            self.assertEqual(link.dropped, 1)
        finally:
            link.close()

    def test_an_empty_datagram_silences_nothing(self):
        async def run():
            link = UdpLink(lambda: OWN, GROUP, PORT, LARGEST)
            link.open()
            other = self.peer(OTHER)
            try:
                for number, way in enumerate((OWN, GROUP)):
                    other.sendto(b"", (way, PORT))
                    waiting = asyncio.create_task(link.receive())
                    await asyncio.sleep_ms(50)
                    self.assertEqual(link.empty, number + 1)
                    # Both ways still lead in: bound and joined again.
                    other.sendto(b"asked", (OWN, PORT))
                    self.assertEqual(await asyncio.wait_for(waiting, 2), b"asked")
                    other.sendto(b"all of you", (GROUP, PORT))
                    self.assertEqual(await asyncio.wait_for(link.receive(), 2), b"all of you")
            finally:
                other.close()
                link.close()

        asyncio.run(run())

    def test_the_largest_is_taken_and_what_is_longer_counted(self):
        async def run():
            link = UdpLink(lambda: OWN, GROUP, PORT, LARGEST)
            link.open()
            other = self.peer(OTHER)
            try:
                for length in (LARGEST + 1, 1_472, 5_000, LARGEST):
                    other.sendto(b"x" * length, (OWN, PORT))
                self.assertEqual(await asyncio.wait_for(link.receive(), 2), b"x" * LARGEST)
                self.assertEqual(link.received_long, 3)
            finally:
                other.close()
                link.close()

        asyncio.run(run())

    def test_receiving_needs_no_more_room_than_the_largest(self):
        async def run():
            link = UdpLink(lambda: OWN, GROUP, PORT, LARGEST)
            link.open()
            other = self.peer(OTHER)
            try:
                other.sendto(b"asked", (OWN, PORT))
                kept = full_heap(256)
                self.assertEqual(await link.receive(), b"asked")
                kept.clear()
            finally:
                other.close()
                link.close()

        asyncio.run(run())
