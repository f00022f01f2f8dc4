"""node.control: when a job may hold things up. What a cycle decides is in test_load_control."""

import _desk
import unittest

from tomoshibi.core.events import EventRing
from tomoshibi.core.uptime import Uptime
from tomoshibi.node.control import Control
from tomoshibi.node.senses import Senses
from tomoshibi.policy.grid import (
    DEAD,
    ISLANDED,
    NORMAL,
    RESTORING,
    RETURN_WAIT,
    RIDE_THROUGH,
    GridState,
)

CYCLE_MS = 20


class Side:
    def __init__(self, on):
        self.on = on

    def alive(self):
        return self.on


class TestCalm(unittest.TestCase):
    """Senses that turn after the last round are what the next one decides on."""

    def setUp(self):
        _desk.hold(0)
        self.grid_side, self.load_side, self.contact = Side(True), Side(True), Side(False)
        self.control = Control(
            Uptime(),
            Senses(self.grid_side, self.load_side, self.contact),
            GridState(short_hold_ms=100),
            EventRing(8),
        )
        self.control.grid.outage_ms = 0  # a start after which nobody waits
        self.reach(RESTORING, grid=True, load=True)

    def tearDown(self):
        _desk.follow()

    def turn(self, grid, load, contact=False):
        self.grid_side.on, self.load_side.on, self.contact.on = grid, load, contact

    def reach(self, state, **sides):
        self.turn(**sides)
        for _ in range(20):
            _desk.advance(CYCLE_MS)
            self.control.cycle()
            if self.control.grid.state == state:
                return
        self.fail("state not reached")

    def assert_calm(self, expected, **sides):
        self.turn(**sides)
        self.assertEqual(self.control.calm(), expected)

    def test_beside_a_living_grid_all_is_calm_until_it_falls(self):
        for state in (RESTORING, NORMAL):
            if state == NORMAL:
                self.control.grid.restored()
            self.assertEqual(self.control.grid.state, state)
            self.assert_calm(True, grid=True, load=True)
            self.assert_calm(True, grid=True, load=False)
            self.assert_calm(False, grid=False, load=True)

    def test_news_is_not_calm_until_a_cycle_has_looked_at_it(self):
        self.control.news = True
        self.assert_calm(False, grid=True, load=True)
        self.control.cycle()
        self.assert_calm(True, grid=True, load=True)

    def test_the_longest_time_between_two_cycles_is_known(self):
        for span_ms in (CYCLE_MS, 370, CYCLE_MS):
            _desk.advance(span_ms)
            self.control.cycle()
        self.assertEqual(self.control.longest_ms, 370)

    def test_a_dip_is_not_calm_even_as_the_grid_comes_back(self):
        self.reach(RIDE_THROUGH, grid=False, load=False)
        self.assert_calm(False, grid=False, load=False)
        self.assert_calm(False, grid=False, load=True)
        self.assert_calm(False, grid=True, load=True)

    def test_an_island_is_calm_while_somebody_feeds_it_or_says_so(self):
        self.reach(ISLANDED, grid=False, load=True)
        self.assert_calm(True, grid=False, load=True)
        self.assert_calm(True, grid=False, load=False, contact=True)
        self.assert_calm(True, grid=False, load=True, contact=True)
        # The inverter has tripped: the cut in advance comes within 100 ms, grid or no grid.
        self.assert_calm(False, grid=False, load=False)
        self.assert_calm(False, grid=True, load=False)

    def test_darkness_is_calm(self):
        self.reach(DEAD, grid=False, load=False)
        self.assert_calm(True, grid=False, load=False)

    def test_a_wait_for_the_grid_is_calm_until_it_falls_again(self):
        self.reach(ISLANDED, grid=False, load=True)
        self.reach(RETURN_WAIT, grid=True, load=True)
        self.assert_calm(True, grid=True, load=True)
        self.assert_calm(False, grid=False, load=True)


if __name__ == "__main__":
    unittest.main()
