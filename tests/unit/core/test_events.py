"""core.events: a ring keeps the newest events and never forgets how many there were."""

import unittest

from no_heap import no_heap

from tomoshibi.core.events import (
    CONSOLE,
    GRID,
    GRID_LOST,
    LOAD,
    NO_VOLTAGE,
    NODE,
    OVER_BUDGET,
    EventRing,
)


class TestEventRing(unittest.TestCase):
    def setUp(self):
        self.ring = EventRing(4)

    def fill(self, events):
        for n in range(events):
            self.ring.record(n, 0, LOAD, 1, 1, 0, OVER_BUDGET, 1500, 1350)

    def test_an_event_comes_back_as_it_was_recorded(self):
        event = (12, 340, GRID, 0, 1, 2, GRID_LOST, -732, 1350, 1_010, CONSOLE)
        self.ring.record(*event)
        self.assertEqual(self.ring.read(0), event)

    def test_without_more_words_the_node_did_it_and_measured_no_voltage(self):
        self.fill(1)
        self.assertEqual(self.ring.read(0)[9:], (NO_VOLTAGE, NODE))

    def test_nothing_is_there_before_it_happens(self):
        self.assertIsNone(self.ring.read(0))
        self.fill(2)
        self.assertIsNone(self.ring.read(2))
        self.assertIsNone(self.ring.read(-1))

    def test_the_oldest_give_way_and_the_total_tells(self):
        self.fill(6)
        self.assertEqual(self.ring.total, 6)
        self.assertIsNone(self.ring.read(1))
        self.assertEqual([self.ring.read(n)[0] for n in range(2, 6)], [2, 3, 4, 5])

    def test_recording_allocates_nothing_after_34_years_and_a_million_kilowatts(self):
        with no_heap:
            self.ring.record((1 << 30) - 1, 999, LOAD, 6, 0, 1, 16, (1 << 30) - 1, -(1 << 30))
        self.assertEqual(self.ring.read(0)[0], (1 << 30) - 1)
