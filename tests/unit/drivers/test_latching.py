"""drivers.latching: pulses of both polarities, in virtual time."""

import _desk
import unittest

from fake_pin import FakePin
from no_heap import no_heap

from tomoshibi.drivers.ganged import Ganged
from tomoshibi.drivers.latching import Latching

PULSE_MS = 50
ROUND_MS = 20


class TestLatching(unittest.TestCase):
    def setUp(self):
        _desk.hold(0)

    def tearDown(self):
        _desk.follow()

    def relay(self, closed=False, drive=1):
        self.close_pin, self.open_pin = FakePin(1 - drive), FakePin(1 - drive)
        self.drive = drive
        return Latching(self.close_pin, self.open_pin, drive, PULSE_MS, closed)

    def driven(self):
        return (self.close_pin.level == self.drive, self.open_pin.level == self.drive)

    def lasts_ms(self, relay):
        """For how long a coil stays driven in rounds of 20 ms."""
        for ms in range(0, 200, ROUND_MS):
            relay.end_pulse()
            if self.driven() == (False, False):
                return ms
            _desk.advance(ROUND_MS)
        return -1

    def test_making_it_moves_nothing(self):
        for closed in (True, False):
            self.assertEqual(self.relay(closed).closed, closed)
            self.assertEqual(self.close_pin.writes + self.open_pin.writes, 0)

    def test_a_command_drives_its_coil_at_once_and_for_the_pulse(self):
        for drive in (0, 1):
            relay = self.relay(drive=drive)
            relay.close()
            self.assertEqual((relay.closed, self.driven()), (True, (True, False)))
            self.assertEqual(self.lasts_ms(relay), 60)
            relay.open()
            self.assertEqual((relay.closed, self.driven()), (False, (False, True)))
            self.assertEqual(self.lasts_ms(relay), 60)
            self.assertFalse(relay.driven)

    def test_a_round_between_the_rounds_ends_no_pulse_early(self):
        relay = self.relay()
        relay.close()
        for _ in range(PULSE_MS):
            relay.end_pulse()
            self.assertEqual(self.driven(), (True, False))
            _desk.advance(1)
        relay.end_pulse()
        self.assertEqual(self.driven(), (False, False))

    def test_a_command_against_a_pulse_ends_it_and_has_a_whole_one_of_its_own(self):
        relay = self.relay()
        relay.close()
        _desk.advance(40)
        relay.open()
        self.assertEqual((relay.closed, self.driven()), (False, (False, True)))
        self.assertEqual(self.lasts_ms(relay), 60)

    def test_the_same_command_again_drives_no_coil_and_makes_no_pulse_longer(self):
        relay = self.relay()
        relay.open()
        self.assertEqual(self.driven(), (False, False))
        relay.close()
        for _ in range(2):
            _desk.advance(ROUND_MS)
            relay.end_pulse()
            relay.close()
        self.assertEqual(self.lasts_ms(relay), ROUND_MS)
        relay.close()
        self.assertEqual(self.driven(), (False, False))

    def test_a_pin_that_was_disturbed_between_pulses_is_put_right(self):
        relay = self.relay()
        self.close_pin.level = 1
        relay.open()
        self.assertEqual(self.driven(), (False, False))

    def test_a_refresh_drives_the_contact_to_where_it_should_be(self):
        for closed in (True, False):
            relay = self.relay(closed)
            relay.refresh()
            self.assertEqual((relay.closed, self.driven()), (closed, (closed, not closed)))
            self.assertEqual(self.lasts_ms(relay), 60)

    def test_ticks_that_wrap_end_a_pulse_none_the_less(self):
        _desk.advance(2**30 - 10)
        relay = self.relay()
        relay.close()
        self.assertEqual(self.lasts_ms(relay), 60)

    def test_poles_of_a_circuit_move_together(self):
        relays = [self.relay(), self.relay()]
        both = Ganged(relays)
        both.close()
        self.assertTrue(both.closed and relays[0].driven and relays[1].driven)

    def test_nothing_allocates(self):
        relay = self.relay()
        with no_heap:
            relay.close()
            relay.open()
            relay.refresh()
            relay.end_pulse()


if __name__ == "__main__":
    unittest.main()
