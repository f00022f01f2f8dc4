"""policy.starts: what surge_ms = 5000 gives, 4500 ms, by hand."""

import unittest

from no_heap import no_heap

from tomoshibi.core.loads import Load
from tomoshibi.policy.starts import Starts


class TestStarts(unittest.TestCase):
    def setUp(self):
        self.load = Load("pump", 1, 300)
        self.load.closed = True
        self.starts = Starts([self.load], 5_000)

    def draws(self, power_w):
        self.load.power_w = power_w
        return self.load.may_draw_w()

    def test_a_start_counts_with_its_rating_until_the_last_reading_in_time(self):
        self.starts.begin(self.load)
        for ms in range(1_000, 4_000, 1_000):
            self.assertEqual(self.draws(1_500), 300)
            self.starts.on_reading(ms // 1_000, ms % 1_000)
        self.assertEqual(self.load.starting, 1_500)
        # The next reading would come at 5 s, after the 4.5 s.
        self.starts.on_reading(4, 0)
        self.assertEqual((self.load.starting, self.draws(1_500)), (0, 1_500))

    def test_what_it_draws_at_the_end_counts_whichever_way_its_ct_points(self):
        self.starts.begin(self.load)
        self.draws(-1_500)
        self.starts.end_all()
        self.assertEqual(self.load.may_draw_w(), 1_500)

    def test_without_readings_the_last_one_counts_when_the_time_is_over(self):
        self.starts.begin(self.load)
        self.draws(1_500)
        for second in range(1, 5):
            self.starts.on_second(second, 0)
        self.assertEqual(self.load.starting, 500)
        self.starts.on_second(5, 0)
        self.assertEqual((self.load.starting, self.load.may_draw_w()), (0, 1_500))

    def test_what_is_closed_when_the_bus_comes_alive_starts_and_nothing_else(self):
        idle = Load("fan", 2, 200)
        starts = Starts([self.load, idle], 5_000)
        starts.begin_all(7, 20)
        self.assertEqual((self.load.starting, idle.starting), (4_500, 0))
        starts.on_second(8, 0)
        self.assertEqual(self.load.starting, 4_500 - 980)

    def test_a_start_under_way_lasts_no_longer_than_the_inverter_is_now_said_to_bear(self):
        self.starts.begin(self.load)
        self.starts.bear(1_000)
        self.assertEqual(self.load.starting, 900)
        self.draws(1_500)
        self.starts.end_all()
        self.assertEqual((self.load.starting, self.load.may_draw_w()), (0, 1_500))
        self.starts.bear(5_000)
        self.assertEqual(self.load.starting, 0)

    def test_allocates_nothing(self):
        starts, load = self.starts, self.load
        with no_heap:
            starts.begin(load)
            starts.begin_all(1, 0)
            starts.on_reading(2, 0)
            starts.on_second(9, 0)
            starts.end_all()


if __name__ == "__main__":
    unittest.main()
