"""node.sense_edge: a look at an edge, and at most two until the timer's next round."""

import asyncio
import unittest
from time import ticks_diff, ticks_ms

from no_heap import no_heap

import desk_clock
from tomoshibi.node.sense_edge import Rounds, SenseEdge
from tomoshibi.policy.grid import ISLANDED, RIDE_THROUGH, GridState

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
        self.pin, self.looks, self.turns = Pin(), 0, []
        self.edge = SenseEdge(self.pin, FALLING, self.cycle, self.turns.append)
        self.edge.listen()

    def cycle(self, _source):
        self.looks += 1

    def test_an_edge_is_looked_at_at_once_as_a_turn(self):
        self.pin.fall()
        self.pin.run_queue()
        self.assertEqual((self.looks, self.turns), (1, [False]))
        self.assertEqual(self.pin.trigger, FALLING)

    def test_a_thousand_edges_are_two_looks_and_known_for_more_than_one_turn(self):
        for _ in range(1_000):
            self.pin.fall()
            self.pin.run_queue()
        self.assertEqual((self.looks, self.turns), (2, [False, True]))
        self.assertEqual(self.pin.trigger, 3)  # as irq(None) leaves it

    def test_edges_scheduled_before_the_first_was_looked_at_are_two_at_most(self):
        for _ in range(8):
            self.pin.fall()
        self.pin.run_queue()
        self.assertEqual(self.looks, 2)

    def test_a_new_round_listens_again_and_takes_what_it_missed_for_a_turn(self):
        for _ in range(2):
            self.pin.fall()
            self.pin.run_queue()
        self.edge.listen()
        self.assertEqual((self.looks, self.pin.trigger), (2, FALLING))
        self.assertEqual(self.turns, [False, True, True])
        self.pin.fall()
        self.pin.run_queue()
        self.assertEqual((self.looks, self.turns[3:]), (3, [False]))

    def test_a_round_that_has_heard_all_there_was_is_no_turn(self):
        self.pin.fall()
        self.pin.run_queue()
        self.edge.listen()
        self.edge.listen()
        self.assertEqual(self.turns, [False])

    def test_the_timer_listens_to_each_pin_again_and_looks_once(self):
        other = Pin()
        also = SenseEdge(other, FALLING, self.cycle, self.turns.append)
        rounds = Rounds(self.cycle, None)
        rounds.edges = (self.edge, also)
        rounds.on_timer(None)
        self.assertEqual((self.looks, self.turns), (1, []))
        for pin in (other, self.pin) * 3:
            pin.fall()
            pin.run_queue()
        self.assertEqual(self.looks, 5)

    def test_allocates_nothing(self):
        pin, fall, turned = self.pin, self.edge._on_edge, self.edge._turned
        rounds = Rounds(self.cycle, None)
        rounds.edges = (self.edge,)
        on_timer = rounds.on_timer
        self.edge._turned = lambda _again: None
        with no_heap:
            for _ in range(10):
                fall(pin)
                fall(pin)
                on_timer(None)
        self.edge._turned = turned
        self.assertEqual(pin.trigger, FALLING)


async def pause(ms):
    await asyncio.sleep_ms(ms)


class TestAgain(unittest.TestCase):
    """An island that only the load side shows is believed 20 ms after the grid's fall."""

    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL)
        self.grid, self.looks_ms = GridState(), []
        self.rounds = Rounds(self.look, self.grid)

    def look(self, _source):
        self.looks_ms.append(ticks_ms())

    def fall(self):
        asyncio.run(pause(30))
        self.looks_ms.clear()
        begin_ms = ticks_ms()
        self.rounds.on_fall(None)
        asyncio.run(pause(50))
        return [ticks_diff(each, begin_ms) for each in self.looks_ms]

    def test_a_fall_is_looked_at_at_once_and_once_more_when_an_island_is_believed(self):
        self.grid.state = RIDE_THROUGH
        self.assertEqual(self.fall(), [0, 20])

    def test_it_looks_once_at_the_start_so_that_the_chip_has_made_all_it_needs(self):
        asyncio.run(pause(50))
        self.assertEqual(len(self.looks_ms), 1)

    def test_a_fall_allocates_nothing(self):
        self.grid.state = RIDE_THROUGH
        on_fall = Rounds(lambda _source: None, self.grid).on_fall
        with no_heap:
            on_fall(None)
        self.assertEqual(self.grid.state, RIDE_THROUGH)

    def test_a_fall_that_the_look_has_decided_is_not_looked_at_again(self):
        self.grid.state = ISLANDED
        self.assertEqual(self.fall(), [0])


if __name__ == "__main__":
    unittest.main()
