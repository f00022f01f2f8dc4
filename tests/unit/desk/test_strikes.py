"""Interrupts at random jumps: boards/desk/common/strikes.c."""

import time
import unittest

import _strikes

import desk_clock

_MEAN = 5_000
_INSTRUCTION_PS = 10_000


class TestStrikes(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, 0, _INSTRUCTION_PS)
        self.times = []

    def tearDown(self):
        _strikes.end()
        desk_clock.install(desk_clock.VIRTUAL)

    def struck(self, _nothing):
        self.times.append(time.ticks_us())
        _strikes.again()

    def strike(self, seed):
        """When it struck in some ten thousand jumps, from the start on."""
        self.times = []
        start = time.ticks_us()
        _strikes.begin(seed, _MEAN, self.struck)
        for _ in range(10_000):
            pass
        _strikes.end()
        return [time.ticks_diff(at, start) for at in self.times]

    def test_a_handler_strikes_at_random_jumps_and_as_often_as_told(self):
        times = self.strike(1)
        # 10,000 turns of 2 or 3 byte codes, and what the handler takes.
        self.assertTrue(200 < len(times) < 1_000, len(times))
        gaps = {times[i + 1] - times[i] for i in range(len(times) - 1)}
        self.assertGreater(len(gaps), 20)

    def test_another_seed_strikes_at_other_jumps(self):
        self.assertNotEqual(self.strike(1)[:20], self.strike(2)[:20])

    def test_none_strikes_after_the_end_nor_before_the_handler_asks_for_it(self):
        calls = []
        _strikes.begin(1, _MEAN, calls.append)
        for _ in range(10_000):
            pass
        self.assertEqual(calls, [None])

    def test_a_seed_of_0_would_be_none(self):
        with self.assertRaises(ValueError):
            _strikes.begin(0, _MEAN, print)
