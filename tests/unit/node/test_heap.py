"""node.heap: what is said to be free can be had, and not much more."""

import gc
import unittest

from full_heap import full_heap

from tomoshibi.node import heap

HEAP = "128k"


class TestHeap(unittest.TestCase):
    def test_the_largest_piece_can_be_had_and_not_much_more(self):
        blocks = full_heap(2_000)
        told = heap.left()
        self.assertTrue(1_900 <= told["heap_largest"] <= 2_600)
        self.assertTrue(told["heap_free"] > told["heap_largest"])
        bytearray(told["heap_largest"])
        gc.collect()
        self.assertRaises(MemoryError, bytearray, told["heap_largest"] + 256)
        del blocks

    def test_an_empty_heap_is_tried_for_16_kib_and_left_as_it_was(self):
        gc.collect()
        free = gc.mem_free()
        told = heap.left()
        self.assertTrue(16_384 - 128 <= told["heap_largest"] <= 16_384 + 64)
        self.assertAlmostEqual(told["heap_free"], free, delta=512)
        gc.collect()
        self.assertAlmostEqual(gc.mem_free(), free, delta=512)
