"""policy.budget: by hand arithmetic."""

import unittest

from no_heap import no_heap

from tomoshibi.policy.budget import INVERTER, LESSON, Budget

HALF_A_DAY_MS = 12 * 3_600_000


class TestBudget(unittest.TestCase):
    def setUp(self):
        self.budget = Budget(1_350)

    def binds(self, limit_w, source):
        self.assertEqual((self.budget.limit_w, self.budget.source), (limit_w, source))

    def test_the_setting_binds_at_first(self):
        self.binds(1_350, INVERTER)

    def test_a_lesson_is_four_fifths_of_what_was_carried(self):
        self.assertTrue(self.budget.learn(1_000, 250))
        self.binds(800, LESSON)
        self.assertTrue(self.budget.learn(750, 250))
        self.binds(600, LESSON)

    def test_what_was_carried_beyond_the_limit_teaches_no_more_than_the_limit(self):
        self.assertTrue(self.budget.learn(2_000, 250))
        self.binds(1_080, LESSON)

    def test_never_less_than_the_least(self):
        self.assertTrue(self.budget.learn(300, 250))
        self.binds(250, LESSON)
        self.assertFalse(self.budget.learn(200, 250))
        self.binds(250, LESSON)

    def test_a_least_beyond_the_limit_is_no_lesson(self):
        self.assertFalse(self.budget.learn(1_000, 1_350))
        self.binds(1_350, INVERTER)

    def test_the_least_of_all_binds_whatever_comes_last(self):
        self.budget.learn(1_000, 250)
        self.budget.put(INVERTER, 900)
        self.binds(800, LESSON)
        self.budget.put(INVERTER, 700)
        self.binds(700, INVERTER)

    def test_a_source_that_is_lifted_leaves_the_others(self):
        self.assertFalse(self.budget.lift(LESSON))
        self.budget.learn(1_000, 250)
        self.assertTrue(self.budget.lift(LESSON))
        self.binds(1_350, INVERTER)

    def test_a_lesson_is_outlived_by_half_a_day_of_island(self):
        self.assertFalse(self.budget.outlive(HALF_A_DAY_MS))
        self.budget.learn(1_000, 250)
        self.assertFalse(self.budget.outlive(HALF_A_DAY_MS - 20))
        self.binds(800, LESSON)
        self.assertTrue(self.budget.outlive(HALF_A_DAY_MS))
        self.binds(1_350, INVERTER)

    def test_allocates_nothing(self):
        budget = self.budget
        with no_heap:
            budget.learn(1_000, 250)
            budget.outlive(0)
            budget.lift(LESSON)


if __name__ == "__main__":
    unittest.main()
