"""A node that is sent rubbish: never raises, never grows, answers afterwards as before."""

import gc
import random
import unittest

from echonet_bench import Bench, octets

from tomoshibi.wire.echonet import MAX_FRAME

SEED = 20261122
ROUNDS = 6_000
GOOD = (
    "10 81 00 01 05 FF 01 02 8D 01 62 01 E7 00",
    "10 81 00 03 05 FF 01 02 8D 01 61 02 81 01 60 82 04 00 00 41 00",
    "10 81 00 04 05 FF 01 02 8D 00 6E 01 E0 01 31 02 80 00 E2 00",
    "10 81 00 05 05 FF 01 02 87 01 74 01 EA 0B 07 EA 0B 16 0C 1E 00 00 01 E2 40",
    "10 81 00 06 05 FF 01 0E F0 00 63 03 D5 00 D6 00 9F 00",
    "10 81 00 07 05 FF 01 02 8D 03 60 01 80 01 31",
)


def mutated(frame):
    """One of the good frames with bytes changed, cut off, doubled or added."""
    data = bytearray(frame)
    for _ in range(random.randint(1, 4)):
        kind = random.randint(0, 4)
        at = random.randint(0, len(data) - 1) if data else 0
        if kind == 0 and data:
            data[at] = random.getrandbits(8)
        elif kind == 1:
            data = data[:at]
        elif kind == 2:
            data += data[at:]
        elif kind == 3:
            data += bytes(random.getrandbits(8) for _ in range(random.randint(1, 20)))
        elif data:
            data[at] ^= 1 << random.randint(0, 7)
    return bytes(data)


def noise():
    return bytes(random.getrandbits(8) for _ in range(random.randint(0, 60)))


class TestHostile(unittest.TestCase):
    def setUp(self):
        random.seed(SEED)
        self.frames = 0

    def take(self, buf, length, _to_group):
        self.frames += 1
        if not 14 <= length <= MAX_FRAME or buf[0] != 0x10 or buf[1] != 0x81:
            raise AssertionError("bad frame of %d bytes went out" % length)

    def throw(self, bench, rounds):
        good = [octets(text) for text in GOOD]
        for i in range(rounds):
            data = noise() if i % 8 == 0 else mutated(good[i % len(good)])
            bench.handle(data, self.take)

    def test_rubbish_is_survived_and_the_node_still_answers(self):
        bench = Bench()
        bench.measure(1, 1_234_000)
        self.throw(bench, ROUNDS)
        self.assertTrue(bench.node.discarded > ROUNDS // 10)
        self.assertTrue(bench.node.answered > ROUNDS // 100)
        self.assertEqual(
            bench.ask("10 81 00 01 05 FF 01 02 8D 01 62 01 E7 00"),
            ["10 81 00 01 02 8D 01 05 FF 01 72 01 E7 04 00 00 04 D2"],
        )
        self.assertTrue(bench.branches[0].load.closed)

    def test_the_heap_does_not_grow(self):
        bench = Bench()
        self.throw(bench, 2_000)
        gc.collect()
        before = gc.mem_alloc()
        self.throw(bench, 2_000)
        gc.collect()
        # Places may be written meanwhile: 7 objects, each a bytes object of at most 17 bytes.
        self.assertTrue(gc.mem_alloc() - before < 1_024)
