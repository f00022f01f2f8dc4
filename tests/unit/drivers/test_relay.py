"""drivers.relay, for relays that rest open and relays that rest closed."""

import unittest

from fake_pin import FakePin
from no_heap import no_heap

from tomoshibi.drivers.relay import Relay


class TestRelay(unittest.TestCase):
    def test_making_it_moves_nothing_and_takes_the_state_from_the_pin(self):
        for level, open_level, closed in ((0, 0, False), (1, 0, True), (0, 1, True), (1, 1, False)):
            pin = FakePin(level)
            self.assertEqual(Relay(pin, open_level).closed, closed)
            self.assertEqual(pin.writes, 0)

    def test_it_opens_and_closes_with_either_polarity(self):
        for open_level in (0, 1):
            pin = FakePin(open_level)
            relay = Relay(pin, open_level)
            relay.close()
            self.assertEqual((pin.level, relay.closed), (1 - open_level, True))
            relay.open()
            self.assertEqual((pin.level, relay.closed), (open_level, False))

    def test_a_pin_that_was_disturbed_is_put_right(self):
        pin = FakePin(0)
        relay = Relay(pin, 0)
        relay.close()
        pin.level = 0
        relay.close()
        self.assertEqual(pin.level, 1)

    def test_moving_allocates_nothing(self):
        relay = Relay(FakePin(0), 0)
        with no_heap:
            relay.close()
            relay.open()
        self.assertFalse(relay.closed)
