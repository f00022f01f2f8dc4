"""What jobs and the control path share, with the path striking at any jump of a job."""

import unittest

import _strikes

import desk_clock
from tomoshibi.core import events
from tomoshibi.core.events import EventRing
from tomoshibi.core.uptime import Uptime
from tomoshibi.node.control import Control
from tomoshibi.node.senses import Senses
from tomoshibi.policy.grid import GridState

_INSTRUCTION_PS = 10_000
_MEAN = 400


class Side:
    def alive(self):
        return True


class Output:
    """Jumps, as there are many in what sums up what loads draw."""

    def power_w(self):
        total_w = 0
        for watts in range(8):
            total_w += watts
        return total_w

    def voltage_dv(self):
        return events.NO_VOLTAGE


class TestStruck(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, 0, _INSTRUCTION_PS)
        self.ring = EventRing(4)
        self.control = Control(Uptime(), Senses(Side(), Side(), None, None), GridState(), self.ring)
        self.control.outputs = (Output(),)

    def tearDown(self):
        _strikes.end()
        desk_clock.install(desk_clock.VIRTUAL)

    def cycle(self, _nothing):
        self.control.uptime.update()
        self.control.record(events.GRID, 0, 0, 0, 0)
        _strikes.again()

    def times(self, first):
        found = [self.ring.read(number) for number in range(first, self.ring.total)]
        return [event[:2] for event in found if event]

    def test_a_reader_never_takes_another_event_for_the_one_it_asked_for(self):
        def number_it(_nothing):
            self.ring.record(self.ring.total, 0, events.GRID, 0, 0, 0, 0, 0, -1)
            _strikes.again()

        for _ in range(4):
            self.ring.record(self.ring.total, 0, events.GRID, 0, 0, 0, 0, 0, -1)
        _strikes.begin(1, _MEAN, number_it)
        for _ in range(1_000):
            number = self.ring.total - 4
            event = self.ring.read(number)
            if event and event[0] != number:
                self.fail("event %d as %d" % (event[0], number))
        _strikes.end()
        self.assertGreater(self.ring.total, 500)

    def test_events_of_jobs_and_of_the_control_path_are_in_the_order_of_their_times(self):
        last = (0, 0)
        _strikes.begin(1, _MEAN, self.cycle)
        for _ in range(300):
            self.control.record(events.LOCK, 0, 0, 1, events.COMMAND)
            _strikes.end()
            for time in self.times(max(0, self.ring.total - 4)):
                if time < last:
                    self.fail("%s after %s" % (time, last))
                last = time
            last = (0, 0)
            _strikes.begin(_ + 1, _MEAN, self.cycle)
        _strikes.end()
        self.assertGreater(self.ring.total, 600)
