"""The costed clock: time passes while Python runs, and hardware strikes between two byte codes.

Times are exact to what a few lines of Python take, some tens of microseconds.
"""

import _desk
import asyncio
import time
import unittest
from machine import WDT, Pin, Timer, disable_irq, enable_irq
from micropython import heap_lock, heap_unlock

import desk_clock

# A byte code takes 0.6 us, a call 3.
INSTRUCTION_PS = 10_000


async def pause(ms):
    await asyncio.sleep_ms(ms)


def run_for(span_ms):
    """Keep the interpreter busy, without any call that waits."""
    start = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), start) < span_ms:
        pass


class Costed(unittest.TestCase):
    def setUp(self):
        # From a whole millisecond on, at which hardware acts.
        desk_clock.install(desk_clock.VIRTUAL)
        time.sleep_us(-time.ticks_us() % 1_000)
        self.start = time.ticks_us()
        desk_clock.install(desk_clock.VIRTUAL, 0, INSTRUCTION_PS)
        self.heard = []

    def tearDown(self):
        desk_clock.install(desk_clock.VIRTUAL)

    def note(self, _source):
        self.heard.append(self.us())

    def us(self):
        return time.ticks_diff(time.ticks_us(), self.start)


class Running(Costed):
    def test_byte_codes_take_time_and_the_clock_moves_within_a_slice(self):
        before = time.ticks_us()
        a = 1
        a = a + a
        a = a + a
        a = a + a
        a = a + a
        span_us = time.ticks_diff(time.ticks_us(), before)
        self.assertTrue(10 <= span_us <= 25, span_us)

    def test_a_collection_takes_time(self):
        import gc

        before = time.ticks_us()
        gc.collect()
        self.assertGreater(time.ticks_diff(time.ticks_us(), before), 1_000)

    def test_the_calendar_goes_on_too(self):
        before = time.time_ns()
        run_for(50)
        self.assertAlmostEqual((time.time_ns() - before) // 1_000_000, 50, delta=1)

    def test_equal_work_takes_equal_time(self):
        spans = set()
        for _ in range(5):
            before = time.ticks_us()
            for _ in range(100):
                pass
            spans.add(time.ticks_diff(time.ticks_us(), before))
        self.assertTrue(max(spans) - min(spans) <= 1, spans)

    def test_what_stands_in_for_hardware_takes_none(self):
        @_desk.hardware
        def work():
            before = time.ticks_us()
            for _ in range(1_000):
                pass
            return time.ticks_diff(time.ticks_us(), before)

        before = time.ticks_us()
        self.assertEqual(work(), 0)
        self.assertLess(time.ticks_diff(time.ticks_us(), before), 100)

    def test_an_error_in_hardware_lets_time_pass_again(self):
        @_desk.hardware
        def fail():
            raise OSError(5)

        with self.assertRaises(OSError):
            fail()
        before = time.ticks_us()
        self.assertGreater(time.ticks_diff(time.ticks_us(), before), 0)

    def test_without_costs_no_time_passes(self):
        desk_clock.install(desk_clock.VIRTUAL)
        before = time.ticks_us()
        for _ in range(1_000):
            pass
        self.assertEqual(time.ticks_us(), before)

    def test_a_clock_that_follows_the_host_knows_no_costs(self):
        with self.assertRaises(ValueError):
            desk_clock.install(desk_clock.REAL, 0, INSTRUCTION_PS)


class Striking(Costed):
    def heard_at(self, *expected_ms):
        self.assertEqual([us // 1000 for us in self.heard], list(expected_ms))

    def test_a_timer_strikes_in_the_middle_of_a_loop_at_its_time(self):
        Timer(0).init(period=20, callback=self.note)
        for _ in range(100_000):
            pass
        self.assertGreater(len(self.heard), 4)
        for turn, us in enumerate(self.heard):
            self.assertTrue(0 <= us - 20_000 * (turn + 1) < 100, us)

    def test_an_edge_of_a_pin_strikes_in_the_middle_of_a_loop(self):
        Pin(34, Pin.IN).irq(self.note, Pin.IRQ_RISING)
        desk_clock.arm(desk_clock.event(lambda: Pin.wire(34).drive(1)), 7)
        run_for(20)
        self.heard_at(7)

    def test_a_busy_loop_is_bitten_by_the_watchdog(self):
        WDT(timeout=500)
        with self.assertRaises(SystemExit) as end:
            while True:
                pass
        self.assertEqual(end.exception.args[0], 3)
        self.assertEqual(self.us() // 1000, 500)

    def test_a_sleep_lets_timers_strike(self):
        Timer(0).init(period=20, callback=self.note)
        time.sleep_ms(70)
        self.heard_at(20, 40, 60)
        self.assertEqual(self.us() // 1000, 70)
        time.sleep_us(15_000)
        self.heard_at(20, 40, 60, 80)

    def test_interrupts_that_are_disabled_come_when_they_are_enabled(self):
        Timer(0).init(period=20, mode=Timer.ONE_SHOT, callback=self.note)
        state = disable_irq()
        run_for(50)
        time.sleep_ms(10)
        self.heard_at()
        enable_irq(state)
        run_for(1)
        self.heard_at(60)

    def test_disabled_twice_they_stay_so_until_enabled_twice(self):
        outer = disable_irq()
        enable_irq(disable_irq())
        Timer(0).init(period=20, mode=Timer.ONE_SHOT, callback=self.note)
        run_for(50)
        self.heard_at()
        enable_irq(outer)

    def test_no_handler_runs_within_another(self):
        inside = []

        def slow(_timer):
            inside.append("in")
            run_for(30)
            inside.append("out")

        Timer(0).init(period=10, mode=Timer.ONE_SHOT, callback=slow)
        Timer(1).init(period=20, mode=Timer.ONE_SHOT, callback=lambda _: inside.append("other"))
        run_for(60)
        self.assertEqual(inside, ["in", "out", "other"])

    def test_of_more_than_eight_that_wait_the_rest_are_dropped(self):
        pin = Pin(34, Pin.IN)
        pin.irq(self.note, Pin.IRQ_RISING)

        def chatter():
            for level in (1, 0) * 11:
                Pin.wire(34).drive(level)

        desk_clock.arm(desk_clock.event(chatter), 5)
        run_for(20)
        self.assertEqual(len(self.heard), 8)
        self.assertEqual(_desk.dropped(), 3)

    def test_hardware_minds_no_locked_heap(self):
        made = []
        desk_clock.arm(desk_clock.event(lambda: made.append(bytearray(100))), 5)
        heap_lock()
        for _ in range(10_000):
            pass
        heap_unlock()
        self.assertEqual(len(made), 1)

    def test_an_error_in_a_handler_does_not_end_the_program(self):
        def fail(timer):
            self.note(timer)
            raise ValueError("shown on stderr, on purpose")

        Timer(0).init(period=20, callback=fail)
        run_for(50)
        self.heard_at(20, 40)


class Waiting(Costed):
    def test_a_busy_task_lets_time_pass(self):
        async def run():
            end = time.ticks_add(time.ticks_ms(), 5)
            while time.ticks_diff(end, time.ticks_ms()) > 0:
                await asyncio.sleep_ms(0)

        asyncio.run(run())
        self.assertTrue(5_000 <= self.us() < 6_000, self.us())

    def test_a_timer_wakes_a_task_and_what_it_takes_is_counted(self):
        flag = asyncio.ThreadSafeFlag()

        def slow(_timer):
            run_for(3)
            flag.set()

        async def run():
            await flag.wait()
            return self.us() // 1000

        Timer(0).init(period=20, mode=Timer.ONE_SHOT, callback=slow)
        self.assertEqual(asyncio.run(run()), 23)

    def test_a_task_too_many_delays_the_others(self):
        late = []

        async def beat():
            await asyncio.sleep_ms(10)
            late.append(self.us() // 1000)

        async def run():
            task = asyncio.create_task(beat())
            await asyncio.sleep_ms(0)
            run_for(40)
            await task

        asyncio.run(run())
        self.assertGreater(late[0], 39)

    def test_what_ends_the_program_ends_it_while_it_waits(self):
        WDT(timeout=100)
        with self.assertRaises(SystemExit):
            asyncio.run(pause(1_000))

    def test_a_deadlock_is_found(self):
        async def run():
            await asyncio.ThreadSafeFlag().wait()

        with self.assertRaises(desk_clock.Deadlock):
            asyncio.run(run())


if __name__ == "__main__":
    unittest.main()
