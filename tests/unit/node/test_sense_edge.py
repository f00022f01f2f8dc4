"""node.sense_edge: one look at an edge, and no more until the timer's next round."""

import unittest

from no_heap import no_heap

from tomoshibi.node.sense_edge import SenseEdge

FALLING = 2


class Pin:
    """Schedules its handler at every fall while one is set, as the port does."""

    def __init__(self):
        self.handler = None
        self.queue = []

    def irq(self, handler, trigger=3):
        self.handler = handler
        self.trigger = trigger

    def fall(self):
        if self.handler:
            self.queue.append(self.handler)

    def run_queue(self):
        queue, self.queue = self.queue, []
        for handler in queue:
            handler(self)


class TestSenseEdge(unittest.TestCase):
    def setUp(self):
        self.pin, self.looks = Pin(), 0
        self.edge = SenseEdge(self.pin, FALLING, self.cycle)
        self.edge.on_timer(None)
        self.looks = 0

    def cycle(self, _source):
        self.looks += 1

    def test_an_edge_is_looked_at_at_once(self):
        self.pin.fall()
        self.pin.run_queue()
        self.assertEqual(self.looks, 1)
        self.assertEqual(self.pin.trigger, 3)  # as irq(None) leaves it

    def test_a_thousand_edges_are_one_look(self):
        for _ in range(1_000):
            self.pin.fall()
            self.pin.run_queue()
        self.assertEqual(self.looks, 1)

    def test_edges_scheduled_before_the_first_was_looked_at_are_none(self):
        for _ in range(8):
            self.pin.fall()
        self.pin.run_queue()
        self.assertEqual(self.looks, 1)

    def test_the_timers_round_listens_again(self):
        self.pin.fall()
        self.pin.run_queue()
        self.edge.on_timer(None)
        self.assertEqual((self.looks, self.pin.trigger), (2, FALLING))
        self.pin.fall()
        self.pin.run_queue()
        self.assertEqual(self.looks, 3)

    def test_one_after_the_other_each_pin_is_listened_to_and_looked_at_once_a_round(self):
        other = Pin()
        both = SenseEdge(other, FALLING, self.edge.on_timer)
        both.on_timer(None)
        self.assertEqual(self.looks, 1)
        for pin in (other, self.pin) * 3:
            pin.fall()
            pin.run_queue()
        self.assertEqual(self.looks, 3)

    def test_allocates_nothing(self):
        pin, edge, fall = self.pin, self.edge, self.edge._on_edge
        with no_heap:
            for _ in range(10):
                fall(pin)
                edge.on_timer(None)
        self.assertEqual(pin.trigger, FALLING)


if __name__ == "__main__":
    unittest.main()
