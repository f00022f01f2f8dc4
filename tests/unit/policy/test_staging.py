"""policy.staging: rules of the restoring state and the relay caps, by hand arithmetic."""

import unittest

from no_heap import no_heap

from tomoshibi.core.loads import Load
from tomoshibi.policy.staging import Staging


class FixedDraw:
    """Draws the least or the most there is."""

    def __init__(self, most):
        self._most = most

    def below(self, count):
        return count - 1 if self._most else 0


class TestStaging(unittest.TestCase):
    def setUp(self):
        self.loads = [Load("a", 2, 100, 0), Load("b", 0, 100, 0), Load("c", 1, 100, 60)]
        self.staging = Staging(self.loads, 5, 30, FixedDraw(False))
        self.keep = bytearray((1, 1, 1))

    def close_next(self, now_s):
        i = self.staging.next_to_close(now_s, self.keep)
        if i >= 0:
            self.loads[i].closed = True
            self.staging.closed(i, now_s)
        return i

    def test_ascending_tier_with_more_than_the_gap_between_two(self):
        closed = [(now_s, self.close_next(now_s)) for now_s in range(100, 113)]
        self.assertEqual([c for c in closed if c[1] >= 0], [(100, 1), (106, 2), (112, 0)])

    def test_the_random_share_is_waited_for(self):
        staging = Staging(self.loads, 5, 30, FixedDraw(True))
        staging.begin_return(100)
        self.assertEqual(staging.next_to_close(129, self.keep), -1)
        self.assertEqual(staging.next_to_close(130, self.keep), 1)

    def test_what_the_plan_does_not_keep_stays_open(self):
        self.assertEqual(self.staging.next_to_close(0, bytearray(3)), -1)

    def test_minimum_off_time(self):
        self.keep = bytearray((0, 0, 1))
        self.staging.opened(2, 1_000)
        self.assertEqual(self.staging.next_to_close(1_059, self.keep), -1)
        self.assertEqual(self.staging.next_to_close(1_060, self.keep), 2)

    def test_not_more_than_six_moves_an_hour(self):
        self.keep = bytearray((1, 0, 0))
        closes = 0
        for now_s in range(0, 3_600, 10):
            if self.close_next(now_s) == 0:
                closes += 1
                self.loads[0].closed = False
                self.staging.opened(0, now_s + 1)
        self.assertEqual(closes, 3)
        self.assertEqual(self.close_next(3_600), 0)

    def test_an_overload_after_a_close_backs_off_60_s_doubling_to_15_min(self):
        now_s, waits = 1_000, []
        for _ in range(6):
            self.staging.closed(1, now_s)
            self.staging.overloaded(now_s + 1)
            wait_s = 1
            while self.staging.next_to_close(now_s + wait_s, bytearray((1, 0, 0))) < 0:
                wait_s += 1
            waits.append(wait_s - 1)
            now_s += 5_000
        self.assertEqual(waits, [60, 120, 240, 480, 900, 900])

    def test_an_overload_long_after_a_close_is_not_blamed_on_it(self):
        self.staging.closed(1, 1_000)
        self.staging.overloaded(1_011)
        self.assertEqual(self.staging.next_to_close(1_012, self.keep), 1)

    def test_allocates_nothing(self):
        with no_heap:
            self.staging.begin_return(10)
            i = self.staging.next_to_close(10, self.keep)
            self.staging.closed(i, 10)
            self.staging.opened(i, 12)
            self.staging.overloaded(12)
        self.assertEqual(i, 1)


class NoShare:
    def below(self, _count):
        return 0


class TestReturn(unittest.TestCase):
    def setUp(self):
        self.staging = Staging([Load("a", 1, 100, 0), Load("b", 2, 100, 0)], 5, 30, NoShare())

    def first_close_s(self, from_s):
        keep = bytearray(b"\x01\x01")
        return next(s for s in range(from_s, 9_999) if self.staging.next_to_close(s, keep) >= 0)

    def test_a_return_keeps_the_gap_after_the_last_close(self):
        self.staging.closed(0, 100)
        self.staging.begin_return(102)
        self.assertEqual(self.first_close_s(102), 106)

    def test_a_return_forgets_the_overloads_of_the_island(self):
        for at_s in (100, 300):
            self.staging.closed(0, at_s)
            self.staging.overloaded(at_s)
        self.staging.begin_return(1_000)
        self.staging.closed(0, 1_000)
        self.staging.overloaded(1_000)
        self.assertEqual(self.first_close_s(1_000), 1_060)


class TestPeaks(unittest.TestCase):
    def setUp(self):
        self.load, self.exit = Load("heater", 4, 1_000), Load("exit", 0, 100)
        self.staging = Staging([self.load, self.exit], 5, 0, FixedDraw(False))

    def waits(self, load):
        """For how long each peak is believed, s, looked at each minute."""
        waits = []
        for _ in range(4):
            load.peak_w = load.rated_w + 1
            now_s = 0  # both have been off since the start
            while load.peak_w:
                now_s += 60
                self.staging.lapse_peaks(now_s)
            waits.append(now_s)
        return waits

    def test_a_load_is_tried_again_after_1_4_and_8_hours(self):
        self.assertEqual(self.waits(self.load), [3_600, 14_400, 28_800, 28_800])

    def test_life_safety_after_5_20_and_60_minutes(self):
        self.assertEqual(self.waits(self.exit), [300, 1_200, 3_600, 3_600])

    def test_a_closed_load_or_one_within_its_rating_has_nothing_to_lapse(self):
        self.load.closed = True
        self.load.peak_w, self.exit.peak_w = 1_500, 90
        self.staging.lapse_peaks(100_000)
        self.assertEqual((self.load.peak_w, self.exit.peak_w), (1_500, 90))

    def test_with_the_grid_all_is_forgotten_the_waits_too(self):
        self.waits(self.load)
        self.load.peak_w = 1_500
        self.staging.forget_peaks()
        self.assertEqual(self.load.peak_w, 0)
        self.assertEqual(self.waits(self.load)[0], 3_600)

    def test_what_a_closed_load_draws_is_not_forgotten(self):
        self.load.closed = True
        self.load.peak_w = 1_500
        self.staging.forget_peaks()
        self.assertEqual(self.load.peak_w, 1_500)

    def test_allocates_nothing(self):
        staging = self.staging
        self.load.peak_w = 1_500
        with no_heap:
            staging.lapse_peaks(3_600)
            staging.forget_peaks()
