"""policy.grid: thresholds of docs/sources.md, "Grid" (statutory band, reconnect time, choices)."""

import unittest

from tomoshibi.core import events
from tomoshibi.policy.grid import (
    DEAD,
    FIT,
    FREQUENCY,
    ISLANDED,
    LEVEL,
    NORMAL,
    RESTORING,
    RETURN_WAIT,
    RIDE_THROUGH,
    GridState,
)

CYCLE_MS = 20


class GridCase(unittest.TestCase):
    def setUp(self):
        self.grid = GridState()
        self.grid.outage_ms = 0  # a start after which nobody waits
        self.run_for(5_100, True, True)
        self.grid.restored()
        self.assertEqual(self.grid.state, NORMAL)

    def run_for(self, span_ms, grid_alive, load_alive, contact=False):
        """Step through `span_ms`; return the list of states entered."""
        entered = []
        for _ in range(span_ms // CYCLE_MS):
            if self.grid.step(CYCLE_MS, grid_alive, load_alive, contact):
                entered.append(self.grid.state)
        return entered


class TestPowerUp(unittest.TestCase):
    def test_waits_the_long_hold_as_the_outage_before_may_have_been_long(self):
        grid = GridState(return_hold_ms=60_000, short_hold_ms=5_000)
        for _ in range(2_999):
            grid.step(CYCLE_MS, True, True)
        self.assertEqual(grid.state, RETURN_WAIT)
        grid.step(CYCLE_MS, True, True)
        self.assertEqual(grid.state, RESTORING)

    def test_finds_itself_in_an_island(self):
        grid = GridState()
        grid.step(CYCLE_MS, False, True)
        self.assertEqual(grid.state, ISLANDED)

    def test_finds_itself_in_the_dark(self):
        grid = GridState()
        grid.step(CYCLE_MS, False, False)
        self.assertEqual(grid.state, DEAD)


class TestGridLoss(GridCase):
    def test_island_is_known_two_cycles_after_the_grid_side_died(self):
        self.assertEqual(self.run_for(40, False, True), [RIDE_THROUGH, ISLANDED])

    def test_a_load_side_that_comes_alive_is_an_island_after_a_half_cycle(self):
        for alive_ms, expected in ((9, RIDE_THROUGH), (10, ISLANDED)):
            self.setUp()
            self.run_for(60, False, False)
            self.grid.load_rose(False)
            self.grid.step(3, False, True)
            self.grid.step(alive_ms, False, True)
            self.assertEqual(self.grid.state, expected)

    def test_a_dip_whose_sides_come_back_one_after_the_other_is_no_island(self):
        self.run_for(60, False, False)
        self.grid.load_rose(False)
        self.grid.step(12, False, True)  # the grid's sense is late
        self.assertEqual(self.grid.state, RIDE_THROUGH)
        self.assertEqual(self.run_for(20, True, True), [NORMAL])

    def chatter(self, rounds, grid_alive, load_alive, turn):
        """In each round the two sides read as given, however often one has turned between."""
        entered = []
        for number in range(rounds):
            turn(True)
            if self.grid.step(CYCLE_MS, grid_alive(number), load_alive(number)):
                entered.append(self.grid.state)
        return entered

    def test_a_load_side_that_chatters_in_a_dip_is_taken_for_dark(self):
        self.run_for(20, False, False)
        entered = self.chatter(
            5, lambda _: False, lambda number: number % 3 != 2, self.grid.load_rose
        )
        self.assertEqual(entered, [])
        self.assertEqual(self.run_for(20, True, True), [NORMAL])

    def test_a_grid_side_that_chatters_is_doubted_for_half_a_second(self):
        entered = self.chatter(
            24, lambda number: number % 3 == 2, lambda _: True, self.grid.grid_fell
        )
        self.assertEqual(entered, [RIDE_THROUGH])
        self.assertEqual(self.run_for(60, True, True), [NORMAL])

    def test_senses_that_chatter_for_longer_are_no_reason_to_wait(self):
        for turn, grid_alive, load_alive in (
            (self.grid.load_rose, lambda _: False, lambda number: number % 2 == 0),
            (self.grid.grid_fell, lambda number: number % 2 == 1, lambda _: True),
        ):
            self.setUp()
            turn = getattr(self.grid, turn.__name__)
            entered = self.chatter(28, grid_alive, load_alive, turn)
            self.assertEqual(entered, [RIDE_THROUGH, ISLANDED])

    def test_the_inverters_contact_is_believed_at_once_beside_a_dead_grid(self):
        self.assertEqual(self.run_for(20, False, True, True), [ISLANDED])

    def test_the_contact_alone_is_believed_after_three_cycles(self):
        self.assertEqual(self.run_for(40, True, True, True), [])
        self.assertEqual(self.run_for(20, True, True, False), [])
        self.assertEqual(self.run_for(60, True, True, True), [ISLANDED])

    def test_a_sense_that_came_back_late_is_forgotten(self):
        self.run_for(100, False, False)
        self.run_for(20, True, False)
        self.assertEqual(self.grid.state, NORMAL)
        self.run_for(1_000, True, True)
        self.assertEqual(self.run_for(100, False, False), [RIDE_THROUGH])

    def test_a_dark_dip_of_100_ms_is_ridden_through(self):
        self.assertEqual(self.run_for(100, False, False), [RIDE_THROUGH])
        self.assertFalse(self.grid.limited)
        self.assertEqual(self.run_for(20, True, True), [NORMAL])

    def test_darkness_beyond_120_ms_is_cut_in_advance(self):
        self.assertEqual(self.run_for(160, False, False), [RIDE_THROUGH, DEAD])
        self.assertTrue(self.grid.limited)

    def test_an_inverter_that_starts_late_makes_an_island(self):
        self.run_for(300, False, False)
        self.assertEqual(self.run_for(20, False, True), [ISLANDED])

    def test_an_island_whose_inverter_gives_up_is_dead(self):
        self.run_for(1_000, False, True)
        self.assertEqual(self.run_for(200, False, False), [DEAD])


class TestReturn(GridCase):
    def outage(self, span_ms):
        self.run_for(span_ms, False, True)
        self.assertEqual(self.grid.state, ISLANDED)

    def test_after_an_outage_of_two_seconds_the_grid_must_be_healthy_for_300_s(self):
        self.outage(2_000)
        self.assertEqual(self.run_for(100, True, True), [RETURN_WAIT])
        self.assertEqual(self.run_for(299_980, True, True), [])
        self.assertEqual(self.run_for(20, True, True), [RESTORING])

    def test_after_a_shorter_event_five_seconds_are_enough(self):
        self.outage(1_900)
        self.run_for(100, True, True)
        self.assertEqual(self.run_for(5_000, True, True), [RESTORING])

    def test_any_violation_restarts_the_timer(self):
        self.outage(5_000)
        self.run_for(290_000, True, True)
        self.assertEqual(self.grid.state, RETURN_WAIT)
        self.assertFalse(self.grid.judge(94_900, -1))
        self.assertEqual(self.run_for(299_980, True, True), [])
        self.assertEqual(self.run_for(20, True, True), [RESTORING])

    def test_the_bands_are_95_to_107_v_and_half_a_hertz(self):
        for mv, mhz, healthy in (
            (95_000, 50_000, True),
            (107_000, 50_500, True),
            (107_001, 50_000, False),
            (94_999, 50_000, False),
            (101_000, 49_499, False),
            (-1, 50_501, False),
            (-1, -1, True),
        ):
            with self.subTest(mv=mv, mhz=mhz):
                self.assertEqual(self.grid.judge(mv, mhz), healthy)

    def test_a_sense_decides_only_what_its_accuracy_allows(self):
        # 5 %: 95 V may read 90.25 V, 107 V may read 112.35 V.
        grid = GridState(accuracy_permille=50)
        for mv, healthy in (
            (94_900, True),
            (107_100, True),
            (90_250, True),
            (90_249, False),
            (112_350, True),
            (112_351, False),
            (80_000, False),
            (0, False),
        ):
            with self.subTest(mv=mv):
                self.assertEqual(grid.judge(mv, -1), healthy)

    def test_a_judgement_says_which_sense_is_in_doubt(self):
        for mv, mhz, doubt in (
            (80_000, 50_000, LEVEL),
            (101_000, 60_000, FREQUENCY),
            (101_000, 0, FREQUENCY),
            (80_000, 60_000, LEVEL),
            (101_000, 50_000, FIT),
        ):
            with self.subTest(mv=mv, mhz=mhz):
                self.grid.judge(mv, mhz)
                self.assertEqual(self.grid.doubt, doubt)

    def judged_for(self, span_ms, mv, contact=False):
        """As run_for, with a judgement each second; the grid is there."""
        entered = []
        for _ in range(span_ms // 1_000):
            entered += self.run_for(1_000, True, True, contact)
            if self.grid.state == RETURN_WAIT:
                self.grid.judge(mv, -1)
        return entered

    def test_after_half_an_hour_in_doubt_the_presence_of_the_grid_is_enough(self):
        self.outage(5_000)
        # Judged first after a second, and then in doubt for 1800 s.
        self.assertEqual(self.judged_for(1_800_000, 0), [RETURN_WAIT])
        self.assertEqual(self.judged_for(2_000, 0), [RESTORING])
        self.assertTrue(self.grid.by_presence)

    def test_a_level_that_is_out_now_and_then_does_not_lengthen_that(self):
        self.outage(5_000)
        for _ in range(9):
            self.judged_for(190_000, 101_000)
            self.judged_for(10_000, 0)
        self.assertEqual(self.grid.state, RETURN_WAIT)
        self.judged_for(195_000, 101_000)
        self.assertEqual(self.grid.state, RESTORING)

    def test_a_wait_in_which_all_is_well_is_not_one_in_doubt(self):
        self.outage(5_000)
        self.judged_for(1_000_000, 0)
        self.outage(1_000)
        self.judged_for(303_000, 101_000)
        self.assertEqual(self.grid.state, RESTORING)
        self.assertFalse(self.grid.by_presence)

    def test_the_wait_in_doubt_is_never_shorter_than_the_hold(self):
        self.grid.trust_ms = 60_000
        self.outage(5_000)
        self.judged_for(1_000, 0)
        self.assertEqual(self.judged_for(298_000, 101_000), [])
        self.assertEqual(self.judged_for(3_000, 101_000), [RESTORING])

    def test_an_inverter_that_feeds_the_loads_is_waited_for_as_long_as_it_takes(self):
        self.outage(5_000)
        self.assertEqual(self.judged_for(4_000_000, 0, True), [RETURN_WAIT])

    def test_a_new_island_begins_to_count_how_long_it_was_fed_anew(self):
        self.outage(3_000)
        self.run_for(200, True, True)
        self.run_for(20, False, False)
        self.run_for(20, False, True)
        self.assertEqual(self.grid.state, ISLANDED)
        self.assertLess(self.grid.fed_ms, 200)

    def test_200_v_bands_are_182_to_222_v(self):
        grid = GridState(nominal_mv=200_000)
        self.assertEqual((grid.low_mv, grid.high_mv), (182_000, 222_000))

    def test_a_second_loss_while_waiting_is_the_same_outage(self):
        self.outage(3_000)
        self.run_for(100_000, True, True)
        self.assertEqual(self.run_for(20, False, True), [ISLANDED])
        self.run_for(100, True, True)
        self.assertEqual(self.run_for(299_980, True, True), [])

    def test_nothing_is_restored_while_the_inverter_still_feeds_the_loads(self):
        self.outage(3_000)
        self.assertEqual(self.run_for(400_000, True, True, True), [RETURN_WAIT])
        # Then the grid bears the loads alone for the short hold before more are added.
        self.assertEqual(self.run_for(4_980, True, True, False), [])
        self.assertEqual(self.run_for(20, True, True, False), [RESTORING])

    def test_an_island_beside_a_living_grid_is_an_outage_too(self):
        self.run_for(10_000, True, True, True)
        self.assertEqual(self.grid.hold_ms(), 300_000)

    def test_a_short_loss_is_short_however_long_the_inverter_holds_on(self):
        self.run_for(100, False, True, True)
        self.run_for(150_000, True, True, True)
        self.assertEqual(self.grid.hold_ms(), 5_000)

    def test_a_dip_that_ends_as_the_inverter_takes_over_is_as_short_as_it_was(self):
        # 21 ms: the grid side is alive again when the contact closes, and the contact is believed
        # three cycles later. The inverter then holds on for its 150 s.
        self.assertEqual(self.run_for(20, False, False), [RIDE_THROUGH])
        self.assertEqual(self.run_for(20, True, True, True), [NORMAL])
        self.assertEqual(self.run_for(40, True, True, True), [ISLANDED])
        self.run_for(150_000, True, True, True)
        self.assertEqual(self.run_for(4_980, True, True), [])
        self.assertEqual(self.run_for(20, True, True), [RESTORING])

    def test_an_island_long_after_a_dip_is_not_that_dips(self):
        self.run_for(40, False, False)
        self.run_for(600, True, True)
        self.run_for(10_000, True, True, True)
        self.assertEqual(self.grid.hold_ms(), 300_000)

    def test_a_grid_sense_that_chatters_does_not_end_an_island(self):
        self.outage(3_000)
        for _ in range(50):
            self.assertEqual(self.run_for(80, True, True), [])
            self.assertEqual(self.run_for(20, False, True), [])

    def test_a_dip_while_restoring_goes_back_to_restoring(self):
        self.outage(500)
        self.run_for(6_000, True, True)
        self.assertEqual(self.grid.state, RESTORING)
        self.assertEqual(self.run_for(60, False, False), [RIDE_THROUGH])
        self.assertEqual(self.run_for(20, True, True), [RESTORING])


class TestEdgeToldLate(GridCase):
    """A collection held both up, and the timer's round is let in before the edge's handler."""

    def test_a_load_side_that_is_back_before_the_grid_at_a_dips_end_is_no_island(self):
        self.run_for(40, False, False)
        self.assertFalse(self.grid.step(28, False, True))
        self.grid.load_rose(False)
        self.assertFalse(self.grid.step(0, False, True))
        self.assertEqual(self.run_for(20, True, True), [NORMAL])

    def test_one_that_stays_is_an_island_at_the_next_round(self):
        self.run_for(40, False, False)
        self.grid.step(28, False, True)
        self.grid.load_rose(False)
        self.grid.step(0, False, True)
        self.assertEqual(self.run_for(20, False, True), [ISLANDED])


class TestLookAfterAnErase(GridCase):
    """Nobody could look for 400 ms, and then the first sample is a glitch."""

    HELD_UP_MS = 400

    def test_a_glitch_of_the_contact_beside_a_living_grid_is_no_island(self):
        self.assertFalse(self.grid.step(self.HELD_UP_MS, True, True, True))
        self.assertFalse(self.grid.contact)
        self.assertEqual(self.run_for(1_000, True, True), [])

    def test_a_contact_that_stays_is_believed_after_three_looks(self):
        self.grid.step(self.HELD_UP_MS, True, True, True)
        self.assertEqual(self.run_for(20, True, True, True), [])
        self.assertEqual(self.run_for(20, True, True, True), [ISLANDED])

    def test_a_glitch_of_the_load_side_in_an_island_is_no_darkness(self):
        self.run_for(1_000, False, True)
        self.assertFalse(self.grid.step(self.HELD_UP_MS, False, False))
        self.assertEqual(self.run_for(1_000, False, True), [])

    def test_a_glitch_of_the_grid_side_in_an_island_is_no_return(self):
        self.run_for(1_000, False, True)
        self.assertFalse(self.grid.step(self.HELD_UP_MS, True, True))
        self.assertEqual(self.run_for(1_000, False, True), [])


class TestNumbers(unittest.TestCase):
    def test_doubts_are_the_senses_of_events(self):
        self.assertEqual((LEVEL, FREQUENCY), (events.LEVEL, events.FREQUENCY))


class TestLongRun(GridCase):
    def test_an_outage_of_months_overflows_nothing(self):
        for _ in range(200):
            self.grid.step(1 << 25, False, True)
        self.assertEqual(self.grid.state, ISLANDED)
        self.assertLess(self.grid.outage_ms, 1 << 29)
