"""policy.lamp: energy to dawn by hand arithmetic from P(d) = P_sb + (P_full - P_sb) d."""

import unittest

from no_heap import no_heap

from policy.lamp import EVACUATION, MAIN_ROAD, OTHER, IslandLight

HOUR_S = 3_600


class TestLadder(unittest.TestCase):
    # 60 W lamp, 0.5 W standby, 10 h to dawn, a tenth to spare:
    # 100 % needs 60 W x 11 h = 660 Wh, 50 % 30.25 W x 11 h = 332.75 Wh, 25 % 15.375 x 11 = 169.

    def level(self, role, left_wh):
        return IslandLight(role, 60_000, 500).level(0, left_wh, 10 * HOUR_S)

    def test_evacuation_lamp_takes_the_best_level_its_share_carries(self):
        for left_wh, permille in ((661, 1000), (659, 500), (333, 500), (332, 250), (0, 250)):
            with self.subTest(left_wh=left_wh):
                self.assertEqual(self.level(EVACUATION, left_wh), permille)

    def test_main_road_goes_30_10_off(self):
        # 30 %: 18.35 W x 11 h = 201.85 Wh; 10 %: 6.45 W x 11 h = 70.95 Wh.
        for left_wh, permille in ((203, 300), (201, 100), (71, 100), (70, 0)):
            with self.subTest(left_wh=left_wh):
                self.assertEqual(self.level(MAIN_ROAD, left_wh), permille)

    def test_other_lamps_give_a_tenth_or_nothing(self):
        self.assertEqual(self.level(OTHER, 71), 100)
        self.assertEqual(self.level(OTHER, 70), 0)


class TestLooks(unittest.TestCase):
    def setUp(self):
        self.light = IslandLight(EVACUATION, 60_000, 500)
        self.assertEqual(self.light.level(0, 400, 10 * HOUR_S), 500)

    def test_between_looks_nothing_changes(self):
        self.assertEqual(self.light.level(899, 0, 10 * HOUR_S), 500)

    def test_down_at_the_next_look(self):
        self.assertEqual(self.light.level(900, 200, 10 * HOUR_S), 250)

    def test_up_only_when_two_looks_agree(self):
        self.assertEqual(self.light.level(900, 700, 10 * HOUR_S), 500)
        self.assertEqual(self.light.level(1_800, 700, 10 * HOUR_S), 1000)

    def test_a_look_that_disagrees_starts_over(self):
        for now_s, left_wh, permille in ((900, 700, 500), (1_800, 400, 500), (2_700, 700, 500)):
            self.assertEqual(self.light.level(now_s, left_wh, 10 * HOUR_S), permille)

    def test_a_new_island_is_judged_afresh(self):
        self.light.leave()
        self.assertEqual(self.light.level(10, 700, 10 * HOUR_S), 1000)

    def test_allocates_nothing(self):
        with no_heap:
            level = self.light.level(900, 200, 86_400)
        self.assertEqual(level, 250)

    def test_the_largest_lamp_fits_small_ints(self):
        light = IslandLight(EVACUATION, 400_000, 20_000)
        with no_heap:
            level = light.level(0, 100_000, 86_400)
        # 400 W x 24 h x 1.1 = 10.56 kWh
        self.assertEqual(level, 1000)
