"""ECHONET Lite on the network: answers requests, announces itself and what changes."""

import asyncio
from micropython import const
from random import randint
from time import ticks_add, ticks_diff, ticks_ms
from typing import TYPE_CHECKING

from tomoshibi.node.answer_budget import AnswerBudget
from tomoshibi.node.job import Job, begin, cancel
from tomoshibi.node.questions import LONGEST, Questions
from tomoshibi.reporting.echonet_node import meant
from tomoshibi.wire.echonet import WRITES, Frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from tomoshibi.links.udp import UdpLink
    from tomoshibi.reporting.echonet_node import EchonetNode

# The start-up announcement comes about this long after the socket is bound, as other nodes do it.
_SETTLE_MS = const(1_000)
# How often a question that has just been put aside is looked for.
_LOOK_MS = const(40)
# How often the node's own address is looked at, in polls: after a reconnect the group must be
# joined again, and a new address announced. Shorter than a reconnect, which would go unnoticed.
_ADDRESS_POLLS = const(2)


class EchonetJob(Job):
    """Serves `node` over `link`; calls `on_ready(ip)` when the socket is open.

    `on_answer(data, sender)` is for who has asked somebody else over `link`: it gets what is no
    request to us.

    start_jitter_ms   random part of the delay before the first announcement, so that a street
                      does not speak at once when power returns
    reply_jitter_ms   largest random delay of an answer to a question to all, likewise
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
        reply_jitter_ms: int = 400,
        poll_ms: int = 200,
        draw: Callable[[int, int], int] = randint,
    ) -> None:
        super().__init__()
        self.link = link
        self._node = node
        self._on_ready = on_ready
        self._start_jitter_ms = start_jitter_ms
        self._reply_jitter_ms = reply_jitter_ms
        self._poll_ms = poll_ms
        self._draw = draw
        self.budget = AnswerBudget(ticks_ms())
        self.on_answer: Callable[[bytes, str], None] | None = None
        self._questions = Questions()
        self._failure: Exception | None = None  # what has ended one of the tasks that serve
        self._asker = ""  # whose question is being answered
        self._send = self._send_frame  # bound once; a poll five times a second binds nothing

    def counts(self) -> dict[str, int]:
        link = self.link
        return {
            "answered": self._node.answered,
            "discarded": self._node.discarded,
            "withheld": self.budget.withheld,
            "too_long": link.received_long,
            "empty": link.empty,
            "unsent": link.dropped,
        }

    async def run(self) -> None:
        """Serve until cancelled, anew at each address.

        Raises LinkDown if the network fails, or its radio does not start.
        """
        while True:
            await self._wait_for_address()
            await self._serve_address()

    async def _wait_for_address(self) -> None:
        while not self.link.address():
            self.beat()
            await asyncio.sleep_ms(self._poll_ms)

    async def _serve_address(self) -> None:
        """Serve until the node's address changes or goes."""
        self._questions.clear()
        self.link.open()
        self._on_ready(self.link.own_ip)
        self._failure = None
        servers = [begin(work, self._ended) for work in (self._take_all(), self._answer_waiting())]
        try:
            await self._tick()
        finally:
            for server in servers:
                await cancel(server)
            self.link.close()

    def _ended(self, _task: asyncio.Task, end: Exception) -> None:
        if self._failure is None:
            self._failure = end

    async def _take_all(self) -> None:
        """Take datagrams in the order in which they come: what is to be set is set then."""
        while True:
            data = await self.link.receive()
            await self._take(data, self.link.sender)

    async def _answer_waiting(self) -> None:
        """Answer each question to all when its moment has come."""
        while True:
            # Looked for and not waited for: an Event costs more memory than this loop.
            wait_ms = self._questions.wait_ms(ticks_ms()) if len(self._questions) else _LOOK_MS
            await asyncio.sleep_ms(wait_ms)
            due = self._questions.take_due(ticks_ms())
            if due is not None:
                await self._answer(due[1], due[2])

    async def _tick(self) -> None:
        """Announce what there is, and from then on what changes.

        Returns when the address is no longer the one the socket was opened with.
        """
        announce_ms = ticks_add(ticks_ms(), _SETTLE_MS + self._draw(0, self._start_jitter_ms))
        announced = False
        polls = 0
        while self._failure is None:
            polls += 1
            if polls % _ADDRESS_POLLS == 0 and self.link.address() != self.link.own_ip:
                return
            await asyncio.sleep_ms(self._poll_ms)
            if not announced and ticks_diff(ticks_ms(), announce_ms) >= 0:
                self._node.announce(self._send)
                announced = True
            if announced:
                self._node.poll(self._send)
            self.beat()
        raise self._failure

    async def _take(self, data: bytes, sender: str) -> None:
        """Do at once what a datagram asks of us, or put it aside if the whole street was asked.

        Only questions wait: a value that is to be set is set in its turn.
        """
        frame = Frame()
        if not self._node.read(data, len(data), frame):
            if self.on_answer is not None:
                self.on_answer(data, sender)
            return
        if len(data) > LONGEST or not self._node.asks_all(frame):
            await self._serve(frame, sender)
            return
        due_ms = ticks_add(ticks_ms(), self._draw(0, self._reply_jitter_ms))
        out = self._questions.put(due_ms, data, sender)
        if out is not None:
            await self._answer(out[1], out[2])

    async def _answer(self, data: bytes, sender: str) -> None:
        """Answer a question that has waited."""
        frame = Frame()
        self._node.read(data, len(data), frame)
        await self._serve(frame, sender)

    async def _serve(self, frame: Frame, sender: str) -> None:
        """Let each object that is asked do its part; in between everybody else has a turn."""
        for each in self._node.objects:
            if meant(each.eoj, frame.target):
                self._serve_one(each, frame, sender)
                await asyncio.sleep_ms(0)

    def _serve_one(self, each, frame: Frame, sender: str) -> None:
        if self.budget.allows(sender, ticks_ms()):
            self._asker = sender
            self._node.answer(each, frame, self._send)
            self._asker = ""
        elif frame.service in WRITES:
            # What is to be set is set, whether or not there is an answer.
            self._node.answer(each, frame, _keep_silent)

    def _send_frame(self, buf: bytearray, length: int, to_group: bool) -> None:
        if self._asker:
            self.budget.spend(length)
        if to_group:
            self.link.send_group(buf, length)
        else:
            self.link.send(buf, length, self._asker)


def _keep_silent(_buf: bytearray, _length: int, _to_group: bool) -> None:
    """Takes an answer that is not given."""
