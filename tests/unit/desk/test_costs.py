"""The costed clock: time passes while Python runs, and hardware strikes between two byte codes.

Times are exact to what a few lines of Python take, some tens of microseconds.
"""

import _desk
import asyncio
import time
import unittest
from esp32 import Partition
from machine import I2C, SPI, WDT, Pin, Timer, disable_irq, enable_irq
from micropython import heap_lock, heap_unlock

import desk_clock
from machine_buses import plug_spi

# A byte code takes 0.6 us, a call 3.
INSTRUCTION_PS = 10_000


class Chip:
    POLARITY = PHASE = 0
    MAX_BAUD = 1_000_000

    def select(self):
        pass

    def deselect(self, now_ms):
        pass

    def exchange(self, out, into, now_ms):
        for _ in range(100):
            pass


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


class Hardware(Costed):
    def spent_us(self, work, *arguments):
        before = time.ticks_us()
        work(*arguments)
        # With what the lines around it take: a few calls of 3 us, and the heap's search for room.
        return time.ticks_diff(time.ticks_us(), before)

    def test_bits_on_spi_take_their_time_and_the_chip_on_it_none(self):
        plug_spi(1, 14, 13, 12, 5, Chip())
        spi = SPI(1, 1_000_000)
        Pin(5, Pin.OUT, value=0)
        out, into = bytes(32), bytearray(32)
        around_us = self.spent_us(spi.write_readinto, b"", bytearray())
        spent_us = self.spent_us(spi.write_readinto, out, into) - around_us
        self.assertAlmostEqual(spent_us, 256, delta=20)
        slow = SPI(1, 100_000)
        self.assertAlmostEqual(self.spent_us(slow.write, out) - around_us, 2_560, delta=20)

    def test_bits_on_i2c_take_their_time_with_nobody_there_too(self):
        i2c = I2C(0, freq=100_000)

        def ask():
            with self.assertRaises(OSError):
                i2c.readfrom_into(35, into)

        into = bytearray(0)
        none_us = self.spent_us(ask)
        into = bytearray(10)
        self.assertAlmostEqual(self.spent_us(ask) - none_us, 900, delta=20)

    def test_an_erase_takes_45_ms_and_holds_timers_off(self):
        flash = Partition.find(Partition.TYPE_DATA, label="vfs")[0]
        start = self.us()
        Timer(0).init(period=10, callback=self.note)
        flash.ioctl(6, 0)
        for _ in range(3):
            pass
        self.assertEqual(len(self.heard), 1)
        self.assertTrue(45_000 <= self.heard[0] - start < 47_000, self.heard)
        # The periods that passed are lost, the next comes in its time.
        run_for(10)
        self.assertEqual(len(self.heard), 2)

    def test_an_erase_takes_what_it_is_told(self):
        flash = Partition.find(Partition.TYPE_DATA, label="vfs")[0]
        Partition.erase_ms = 400
        self.assertEqual(self.spent_us(flash.ioctl, 6, 0) // 1_000, 400)
        Partition.erase_ms = 45

    def test_a_program_takes_its_time_by_pages(self):
        flash = Partition.find(Partition.TYPE_DATA, label="vfs")[0]
        page, three = bytes(256), bytes(768)
        one_us = self.spent_us(flash.writeblocks, 0, page, 0)
        three_us = self.spent_us(flash.writeblocks, 0, three, 0)
        self.assertAlmostEqual(three_us - one_us, 860, delta=20)


if __name__ == "__main__":
    unittest.main()
