"""ECHONET Lite on the network: answers requests, announces itself and what changes."""

import asyncio
from micropython import const
from random import randint
from time import ticks_add, ticks_diff, ticks_ms
from typing import TYPE_CHECKING

from node.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from links.udp import UdpLink
    from reporting.echonet_node import EchonetNode

# The start-up announcement comes about this long after the socket is bound, as other nodes do it.
_SETTLE_MS = const(1_000)
# Multicast requests that may wait for their random delay at once; the rest is dropped, as
# controllers repeat discovery.
_WAITING_MOST = const(8)
# How often the node's own address is looked at, in polls: after a reconnect the group must be
# joined again, and a new address announced.
_ADDRESS_POLLS = const(10)


class EchonetJob(Job):
    """Serves `node` over `link`; calls `on_ready(ip)` when the socket is open.

    start_jitter_ms   random part of the delay before the first announcement, so that a street
                      does not speak at once when power returns
    reply_jitter_ms   largest delay of an answer to a multicast request, likewise
    poll_ms           how often values that are announced on change are looked at
    draw              draw(least, most), both included: where the random parts come from
    """

    name = "echonet"

    def __init__(
        self,
        link: UdpLink,
        node: EchonetNode,
        on_ready: Callable[[str], None],
        start_jitter_ms: int = 2_000,
        reply_jitter_ms: int = 1_000,
        poll_ms: int = 200,
        draw: Callable[[int, int], int] = randint,
    ) -> None:
        super().__init__()
        self._link = link
        self._node = node
        self._on_ready = on_ready
        self._start_jitter_ms = start_jitter_ms
        # A waiting answer goes out at a poll, so up to one period late.
        self._spread_ms = max(0, reply_jitter_ms - poll_ms)
        self._poll_ms = poll_ms
        self._draw = draw
        self._waiting: list[tuple[int, bytes, str]] = []  # due ms, request, sender
        self._reply_to = ""
        self._send = self._send_frame  # bound once; a poll five times a second binds nothing

    async def run(self) -> None:
        """Serve until cancelled, anew at each address. Raises LinkDown if the network fails."""
        while True:
            await self._wait_for_address()
            await self._serve_address()

    async def _wait_for_address(self) -> None:
        while not self._link.address():
            self.beat()
            await asyncio.sleep_ms(self._poll_ms)

    async def _serve_address(self) -> None:
        """Serve until the node's address changes or goes."""
        self._waiting.clear()
        self._link.open()
        self._on_ready(self._link.own_ip)
        failures: list[Exception] = []
        server = asyncio.create_task(self._serve(failures))
        try:
            await self._tick(failures)
        finally:
            server.cancel()
            try:
                await server
            except asyncio.CancelledError:
                pass  # asked for one line above
            self._link.close()

    async def _serve(self, failures: list[Exception]) -> None:
        """Take datagrams. What goes wrong is handed over: nobody awaits this task."""
        try:
            while True:
                data = await self._link.receive()
                self._take(data, self._link.sender)
        except Exception as error:
            failures.append(error)

    async def _tick(self, failures: list[Exception]) -> None:
        """Announce once, then look at changes and at answers that are due.

        Returns when the address is no longer the one the socket was opened with.
        """
        announce_ms = ticks_add(ticks_ms(), _SETTLE_MS + self._draw(0, self._start_jitter_ms))
        announced = False
        polls = 0
        while not failures:
            polls += 1
            if polls % _ADDRESS_POLLS == 0 and self._link.address() != self._link.own_ip:
                return
            await asyncio.sleep_ms(self._poll_ms)
            if not announced and ticks_diff(ticks_ms(), announce_ms) >= 0:
                self._node.announce(self._send)
                announced = True
            self._node.poll(self._send)
            self._answer_due()
            self.beat()
        raise failures[0]

    def _take(self, data: bytes, sender: str) -> None:
        """Answer a datagram at once, or put it aside if the whole street got it."""
        if not self._node.asks_all(data, len(data)):
            self._answer(data, sender)
        elif len(self._waiting) < _WAITING_MOST:
            due_ms = ticks_add(ticks_ms(), self._draw(0, self._spread_ms))
            self._waiting.append((due_ms, data, sender))

    def _answer_due(self) -> None:
        if not self._waiting:
            return
        now_ms = ticks_ms()
        due = [each for each in self._waiting if ticks_diff(now_ms, each[0]) >= 0]
        for each in due:
            self._waiting.remove(each)
            self._answer(each[1], each[2])

    def _answer(self, data: bytes, sender: str) -> None:
        self._reply_to = sender
        self._node.handle(data, len(data), self._send)

    def _send_frame(self, buf: bytearray, length: int, to_group: bool) -> None:
        if to_group:
            self._link.send_group(buf, length)
        else:
            self._link.send(buf, length, self._reply_to)
