"""policy.lamp: energy to dawn by hand arithmetic from P(d) = P_sb + (P_full - P_sb) d."""

import unittest

from no_heap import no_heap

from tomoshibi.policy.lamp import EVACUATION, MAIN_ROAD, OTHER, IslandLight

HOUR_S = 3_600
# To civil dawn; the half hour from there to sunrise fits into the tenth to spare.
TEN_HOURS = (10 * HOUR_S, 10 * HOUR_S + 1_700)


class TestLadder(unittest.TestCase):
    # 60 W lamp, 0.5 W standby, 10 h to dawn, a tenth to spare:
    # 100 % needs 60 W x 11 h = 660 Wh, 50 % 30.25 W x 11 h = 332.75 Wh, 25 % 15.375 x 11 = 169.

    def level(self, role, left_wh):
        return IslandLight(role, 60_000, 500).level(0, left_wh, *TEN_HOURS)

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
        self.assertEqual(self.light.level(0, 400, *TEN_HOURS), 500)

    def test_between_looks_nothing_changes(self):
        self.assertEqual(self.light.level(899, 0, *TEN_HOURS), 500)

    def test_down_at_the_next_look(self):
        self.assertEqual(self.light.level(900, 200, *TEN_HOURS), 250)

    def test_up_only_when_two_looks_agree(self):
        self.assertEqual(self.light.level(900, 700, *TEN_HOURS), 500)
        self.assertEqual(self.light.level(1_800, 700, *TEN_HOURS), 1000)

    def test_a_look_that_disagrees_starts_over(self):
        for now_s, left_wh, permille in ((900, 700, 500), (1_800, 400, 500), (2_700, 700, 500)):
            self.assertEqual(self.light.level(now_s, left_wh, *TEN_HOURS), permille)

    def test_a_new_island_is_judged_afresh(self):
        self.light.leave()
        self.assertEqual(self.light.level(10, 700, *TEN_HOURS), 1000)

    def test_allocates_nothing(self):
        with no_heap:
            level = self.light.level(900, 200, 86_400, 86_400)
        self.assertEqual(level, 250)

    def test_the_largest_lamp_fits_small_ints(self):
        light = IslandLight(EVACUATION, 400_000, 20_000)
        with no_heap:
            level = light.level(0, 100_000, 86_400, 86_400)
        # 400 W x 24 h x 1.1 = 10.56 kWh
        self.assertEqual(level, 1000)


class TestShare(unittest.TestCase):
    """Nights of 13 h 25 min from sunset to civil dawn and 28 min more to sunrise, as in Tokyo in
    November. What is drawn is (0.5 W + 59.5 W x level), counted each second in Wh.
    """

    DAWN_S = 13 * HOUR_S + 1_500
    SUNRISE_S = DAWN_S + 1_680
    STEP_S = 20

    def drawn_wh(self, role, share_wh, lost_s):
        """What a lamp draws from the grid's loss to sunrise."""
        light = IslandLight(role, 60_000, 500)
        spent_wh = 0.0
        for now_s in range(lost_s, self.SUNRISE_S, self.STEP_S):
            left_wh = int(share_wh - spent_wh)
            permille = light.level(
                now_s, left_wh, max(0, self.DAWN_S - now_s), self.SUNRISE_S - now_s
            )
            spent_wh += (0.5 + 59.5 * permille / 1000) * self.STEP_S / 3600
        return spent_wh

    def hold(self, role, lowest_w, spans):
        for before_s in spans:
            lost_s = self.SUNRISE_S - before_s
            least_wh = int(lowest_w * before_s / 3600) + 2
            for share_wh in (least_wh, least_wh + 3, least_wh * 3 // 2, least_wh * 3, 300, 900):
                if share_wh < least_wh:
                    continue
                with self.subTest(role=role, before_s=before_s, share_wh=share_wh):
                    self.assertTrue(self.drawn_wh(role, share_wh, lost_s) <= share_wh)

    def test_an_evacuation_lamp_stays_within_its_share_until_sunrise(self):
        self.hold(EVACUATION, 15.375, (600, 1_680, 2_400, 3 * HOUR_S, 13 * HOUR_S))

    def test_so_do_the_others(self):
        self.hold(MAIN_ROAD, 0.5, (600, 1_680, 2_400, 3 * HOUR_S, 13 * HOUR_S))
        self.hold(OTHER, 0.5, (600, 2_400, 13 * HOUR_S))

    def test_a_long_night_on_300_wh_ends_at_sunrise_with_no_less_than_nothing(self):
        # 25 % for 13.9 h is 213.5 Wh; what is left goes into light before dawn, not after it.
        drawn_wh = self.drawn_wh(EVACUATION, 300, 0)
        self.assertTrue(280 <= drawn_wh <= 300)

    def test_after_civil_dawn_it_counts_to_sunrise(self):
        # 28 min at 100 % are 28 Wh, at 50 % 14.1 Wh, at 25 % 7.2 Wh.
        for left_wh, permille in ((29, 1000), (27, 500), (15, 500), (14, 250), (-5, 250)):
            light = IslandLight(EVACUATION, 60_000, 500)
            self.assertEqual(light.level(0, left_wh, 0, 1_680), permille)
