"""core.uptime over the wrap of ticks_ms, on a held clock."""

import _desk
import unittest

from no_heap import no_heap

from tomoshibi.core.uptime import Uptime

DAY_MS = 86_400_000


class TestUptime(unittest.TestCase):
    def setUp(self):
        _desk.hold(0)
        self.uptime = Uptime()

    def tearDown(self):
        _desk.follow()

    def test_milliseconds_add_up_to_seconds(self):
        for _ in range(49):
            _desk.advance(20)
            self.uptime.update()
        self.assertEqual((self.uptime.seconds, self.uptime.millis), (0, 980))
        _desk.advance(20)
        self.assertEqual(self.uptime.update(), 20)
        self.assertEqual((self.uptime.seconds, self.uptime.millis), (1, 0))

    def test_it_runs_on_where_ticks_wrap_after_12_days(self):
        for _ in range(40):
            _desk.advance(DAY_MS)
            self.assertEqual(self.uptime.update(), DAY_MS)
        self.assertEqual((self.uptime.seconds, self.uptime.millis), (40 * 86_400, 0))

    def test_updating_allocates_nothing(self):
        self.uptime.seconds = 1_000_000_000  # 31 years
        _desk.advance(5 * DAY_MS)
        with no_heap:
            self.uptime.update()
        self.assertEqual(self.uptime.seconds, 1_000_000_000 + 5 * 86_400)
