"""node.answer_budget: shares by hand from its constants, 8192 and 32 768 bytes a second."""

import unittest
from time import ticks_add

from tomoshibi.node.answer_budget import AnswerBudget

A, B = "192.168.1.9", "192.168.1.10"
LATE_MS = (1 << 30) - 500  # the ticks wrap half a second from here


class TestAnswerBudget(unittest.TestCase):
    def setUp(self):
        self.budget = AnswerBudget(LATE_MS)

    def drawn(self, sender, after_ms, size=1_000):
        """Bytes that `sender` gets at this moment, in answers of `size`."""
        total, now_ms = 0, ticks_add(LATE_MS, after_ms)
        while self.budget.allows(sender, now_ms):
            self.budget.spend(size)
            total += size
        return total

    def test_a_burst_of_two_seconds_and_one_answer_too_many_at_most(self):
        self.assertEqual(self.drawn(A, 0), 17_000)  # 16 384 and the rest of the last answer
        self.assertEqual(self.drawn(A, 0), 0)
        self.assertEqual(self.budget.withheld, 2)

    def test_a_share_fills_up_with_time_past_the_wrap_of_the_ticks(self):
        self.drawn(A, 0)  # 616 below zero
        self.assertEqual(self.drawn(A, 1_000), 8_000)  # 8192 - 616 = 7576
        self.assertEqual(self.drawn(A, 60_000), 16_000 + 1_000)

    def test_one_sender_takes_nothing_from_another(self):
        self.drawn(A, 0)
        self.assertEqual(self.drawn(B, 0), 17_000)

    def test_all_together_have_a_share(self):
        total = sum(self.drawn("10.0.0.%d" % n, 0) for n in range(20))
        self.assertEqual(total, 66_000)  # 65 536 and the rest of the last answer

    def test_the_ninth_sender_takes_the_place_of_the_one_silent_longest(self):
        for n in range(8):
            self.drawn("10.0.0.%d" % n, 10_000 * n)
        self.drawn("10.0.0.0", 75_000)
        self.drawn("10.0.0.8", 80_000)
        self.assertTrue(not self.budget.allows("10.0.0.8", ticks_add(LATE_MS, 80_000)))
        self.assertTrue(self.budget.allows("10.0.0.1", ticks_add(LATE_MS, 80_000)))

    def test_a_silence_of_a_week_is_a_full_share_again(self):
        self.drawn(A, 0)
        self.assertEqual(self.drawn(A, 7 * 86_400_000 - (1 << 30)), 17_000)
