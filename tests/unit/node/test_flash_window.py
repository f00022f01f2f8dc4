"""node.flash_window under a real control path: its rules at every erase, whatever happens."""

import _desk
import unittest
from time import ticks_diff, ticks_ms

from tomoshibi.core import events
from tomoshibi.core.events import EventRing
from tomoshibi.core.uptime import Uptime
from tomoshibi.node.control import Control
from tomoshibi.node.flash_window import FlashWindow
from tomoshibi.node.senses import Senses
from tomoshibi.policy.budget import Budget
from tomoshibi.policy.grid import ISLANDED, NORMAL, RETURN_WAIT, GridState

LIMIT_W = 1_000
STEP_MS = 500


class Side:
    on = True

    def alive(self):
        return self.on


class Draws:
    """An output that moves its relay when it is told to, and draws what it is told."""

    moves = False
    watts = 0
    control = None

    def on_grid(self):
        pass

    def on_second(self, _now_s):
        if self.moves:
            self.moves = False
            self.control.record(events.LOAD, 0, 0, 1, events.COMMAND)

    def restored(self):
        return True

    def power_w(self):
        return self.watts

    def voltage_dv(self):
        return events.NO_VOLTAGE

    def grid_mhz(self):
        return -1


class Case(unittest.TestCase):
    def setUp(self):
        _desk.hold(0)
        self.now_ms = 0
        self.grid_side, self.load_side = Side(), Side()
        self.draws = Draws()
        senses = Senses(self.grid_side, self.load_side, None)
        grid = GridState(return_hold_ms=20_000, short_hold_ms=2_000)
        self.control = Control(Uptime(), senses, grid, EventRing(8))
        self.draws.control = self.control
        self.control.outputs = (self.draws,)
        self.control.budget = Budget(LIMIT_W)
        self.window = FlashWindow(self.control)

    def tearDown(self):
        _desk.follow()

    def step(self, span_ms=STEP_MS):
        _desk.advance(span_ms)
        self.now_ms += span_ms
        self.control.cycle()

    def live(self, seconds):
        for _ in range(2 * seconds):
            self.step()

    def reach(self, state):
        for _ in range(200):
            if self.control.grid.state == state:
                return
            self.step()
        self.fail("state not reached")

    def first_grant_s(self, most_s):
        """After how many seconds an erase is granted; -1: not in so many."""
        start_ms = self.now_ms
        while self.now_ms - start_ms < 1_000 * most_s:
            if self.window.grant():
                return (self.now_ms - start_ms) // 1_000
            self.step()
        return -1


class TestRules(Case):
    def test_with_the_grid_normal_an_erase_is_granted_at_once_and_another_after_a_minute(self):
        self.reach(NORMAL)
        self.assertEqual(self.first_grant_s(1), 0)
        self.assertIn(self.first_grant_s(100), (60, 61))

    def test_after_a_relay_moved_it_takes_ten_seconds(self):
        self.reach(NORMAL)
        self.draws.moves = True
        self.live(1)
        self.assertIn(self.first_grant_s(100), (10, 11))

    def test_in_an_island_it_takes_a_minute_within_the_limit(self):
        self.reach(NORMAL)
        self.grid_side.on = False
        self.reach(ISLANDED)
        self.assertIn(self.first_grant_s(100), (60, 61))

    def test_an_island_over_its_limit_is_given_none_until_a_minute_after(self):
        self.reach(NORMAL)
        self.grid_side.on = False
        self.draws.watts = LIMIT_W + 1
        self.reach(ISLANDED)
        self.assertEqual(self.first_grant_s(300), -1)
        self.draws.watts = LIMIT_W
        self.assertIn(self.first_grant_s(100), (60, 61))

    def test_darkness_and_the_wait_for_the_grid_are_given_none(self):
        self.assertEqual(self.first_grant_s(15), -1)
        self.reach(NORMAL)
        self.grid_side.on = self.load_side.on = False
        self.live(1)
        self.assertEqual(self.first_grant_s(300), -1)

    def test_between_trouble_and_the_relays_nothing_is_given(self):
        self.reach(NORMAL)
        self.grid_side.on = False
        self.assertFalse(self.window.grant() or self.window.take())

    def test_a_document_does_not_wait_for_the_minute_but_begins_one(self):
        self.reach(NORMAL)
        self.assertTrue(self.window.grant())
        self.live(20)
        self.assertTrue(self.window.take())
        self.assertIn(self.first_grant_s(100), (60, 61))

    def test_a_document_may_be_written_before_a_start_has_closed_anything_and_not_later(self):
        self.assertTrue(self.window.take())
        self.reach(NORMAL)
        self.grid_side.on = self.load_side.on = False
        self.live(5)
        self.assertFalse(self.window.take())
        self.grid_side.on = self.load_side.on = True
        self.reach(RETURN_WAIT)
        self.assertFalse(self.window.take())

    def test_a_document_waits_after_a_relay_moved(self):
        self.reach(NORMAL)
        self.draws.moves = True
        self.live(1)
        self.assertFalse(self.window.take())
        self.live(11)
        self.assertTrue(self.window.take())


class TestSettling(Case):
    """After an erase."""

    def settled_ms(self, looks):
        """How long it takes if the control path is not calm at the first so many looks."""
        left = [looks]
        began_ms = ticks_ms()

        def calm():
            left[0] -= 1
            return left[0] < 0

        self.control.calm = calm
        self.window.settle()
        return ticks_diff(ticks_ms(), began_ms)

    def test_while_nothing_has_come_up_it_takes_a_millisecond(self):
        self.assertEqual(self.settled_ms(0), 1)

    def test_it_ends_when_the_control_path_has_decided(self):
        self.assertEqual(self.settled_ms(25), 26)

    def test_it_takes_a_second_at_most(self):
        self.assertEqual(self.settled_ms(1_000_000), 1_001)


class TestAnything(Case):
    def test_the_rules_hold_at_every_erase(self):
        """Seldom a side turns, a relay moves, or the draw changes; an erase is always wanted."""
        dice, granted = 1, {NORMAL: 0, ISLANDED: 0}
        moved_ms = erased_ms = outside_ms = -1_000_000
        for turn in range(12_000):
            if turn % 2 == 0:
                dice = (dice * 75 + 74) % 65_537
                if dice % 149 == 0:
                    self.grid_side.on = not self.grid_side.on
                if dice % 401 == 0:
                    self.load_side.on = not self.load_side.on
                if dice % 131 == 0:
                    self.draws.moves = True
                if dice % 61 == 0:
                    self.draws.watts = LIMIT_W - 500 + dice % 600
            moving = self.draws.moves
            self.step()
            if moving and not self.draws.moves:
                moved_ms = self.now_ms
            state = self.control.grid.state
            if state != ISLANDED or self.draws.watts > LIMIT_W:
                outside_ms = self.now_ms
            if self.window.grant():
                self.assertGreaterEqual(self.now_ms - moved_ms, 10_000)
                self.assertGreaterEqual(self.now_ms - erased_ms, 60_000)
                self.assertIn(state, (NORMAL, ISLANDED))
                self.assertTrue(self.control.calm())
                if state == ISLANDED:
                    self.assertGreaterEqual(self.now_ms - outside_ms, 60_000)
                granted[state] += 1
                erased_ms = self.now_ms
        self.assertGreater(min(granted.values()), 5, granted)
