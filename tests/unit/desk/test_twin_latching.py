"""The desk's latching relay: what moves its contact, what does not, and what would damage it."""

import asyncio
import time
import unittest
from machine import Pin

import desk_clock
import resets
from twin_parts import Outputs, Poles

CLOSE, OPEN = 25, 26
ROW = (1, CLOSE, 1, 0, OPEN, 50)


def let_pass(ms):
    async def wait():
        await asyncio.sleep_ms(ms)

    asyncio.run(wait())


class TestLatch(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, 800_000_000)
        self.solder(ROW)

    def solder(self, *rows):
        self.outputs = Outputs()
        Poles(self.outputs, "relay1", rows)
        self.pins = [Pin(pin, Pin.OUT, value=0) for pin in (CLOSE, OPEN)]

    def closed(self):
        return self.outputs.values[0]

    def pulse(self, pin, ms, sleep=let_pass):
        self.pins[pin].value(1)
        sleep(ms)
        self.pins[pin].value(0)

    def test_it_moves_after_15_ms_and_stays_there(self):
        self.pins[0].value(1)
        let_pass(14)
        self.assertEqual(self.closed(), 0)
        let_pass(1)
        self.assertEqual(self.closed(), 1)
        self.pins[0].value(0)
        let_pass(5_000)
        self.assertEqual(self.closed(), 1)
        self.pulse(1, 15)
        self.assertEqual(self.closed(), 0)

    def test_shorter_pulses_do_not_add_up(self):
        for _ in range(3):
            self.pulse(0, 14)
            let_pass(1)
        self.assertEqual(self.closed(), 0)

    def test_a_blocking_pulse_moves_it_too(self):
        self.pulse(0, 50, time.sleep_ms)
        self.assertEqual(self.closed(), 1)

    def test_both_coils_at_once_leave_it_and_end_the_desk(self):
        self.pins[0].value(1)
        let_pass(10)
        self.pins[1].value(1)
        with self.assertRaises(SystemExit):
            let_pass(50)
        self.assertEqual(self.closed(), 0)

    def test_a_coil_driven_for_2_s_ends_the_desk(self):
        self.pulse(0, 1_999)
        self.pins[1].value(1)
        with self.assertRaises(SystemExit):
            let_pass(2_001)

    def test_it_stands_where_it_stood_after_a_cut_of_the_supply(self):
        self.pulse(0, 20)
        kept = resets.memory[4 * CLOSE]
        self.assertEqual(kept, resets.LOW)
        resets._clear(len(resets.memory))  # what a power-on does
        self.assertEqual(resets.memory[4 * CLOSE], resets.UNDRIVEN)
        self.solder(ROW)
        self.assertEqual(self.closed(), 1)

    def test_two_of_a_circuit_are_closed_when_both_are_whatever_their_kind(self):
        self.solder(ROW, (1, 27, 0, 1))
        Pin(27, Pin.OUT, value=0)
        self.assertEqual(self.closed(), 0)
        self.pulse(0, 20)
        self.assertEqual(self.closed(), 1)
        Pin(27).value(1)
        self.assertEqual(self.closed(), 0)


if __name__ == "__main__":
    unittest.main()
