"""core.draw: evenness follows from the full period of the generator."""

import unittest

from no_heap import no_heap

from tomoshibi.core.draw import Draw


class TestDraw(unittest.TestCase):
    def test_over_a_whole_period_every_number_comes_equally_often(self):
        draw = Draw(b"\x02\x00\x00\x00\x00\x01")
        counts = [0] * 31
        for _ in range(65_536):
            counts[draw.below(31)] += 1
        # 65537 = 31 x 2114 + 3, and the one state that never comes is the highest.
        self.assertTrue(all(2_113 <= count <= 2_115 for count in counts))

    def test_neighbouring_nodes_draw_differently_and_each_node_always_the_same(self):
        firsts = [Draw(bytes((2, 0, 0, 0, 0, n))).below(10_000) for n in range(100)]
        self.assertEqual(len(set(firsts)), 100)
        self.assertEqual(firsts[7], Draw(bytes((2, 0, 0, 0, 0, 7))).below(10_000))

    def test_allocates_nothing(self):
        draw = Draw(b"\xff" * 6)
        with no_heap:
            number = draw.below(10_000)
        self.assertTrue(0 <= number < 10_000)
