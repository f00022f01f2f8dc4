"""The desk's event queue: order, virtual time, interrupts, and waiting in real time.

Expected times are sums of the delays in the test.
"""

import asyncio
import time
import unittest
from machine import WDT, Pin, Timer

import desk_clock

EPOCH_S = 800_000_000


class Flags(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, EPOCH_S)

    def test_a_timer_wakes_a_task_through_a_flag(self):
        flag = asyncio.ThreadSafeFlag()
        woken = []

        async def waiter():
            for _ in range(3):
                await flag.wait()
                woken.append(desk_clock.uptime_ms())

        Timer(0).init(period=20, callback=lambda _timer: flag.set())
        asyncio.run(waiter())
        self.assertEqual(woken, [20, 40, 60])

    def test_a_callback_may_create_work(self):
        event = asyncio.Event()
        Timer(0).init(period=30, mode=Timer.ONE_SHOT, callback=lambda _timer: event.set())

        async def waiter():
            await asyncio.wait_for_ms(event.wait(), 1_000)
            return desk_clock.uptime_ms()

        self.assertEqual(asyncio.run(waiter()), 30)

    def test_cancelling_forgets_the_waiter(self):
        flag = asyncio.ThreadSafeFlag()

        async def run():
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for_ms(flag.wait(), 500)
            return desk_clock.uptime_ms()

        self.assertEqual(asyncio.run(run()), 500)
        self.assertFalse(asyncio.core._io_queue.map)

    def test_waiters_are_woken_in_order_of_arrival(self):
        # Twenty flags, as their addresses have some other order.
        flags = [asyncio.ThreadSafeFlag() for _ in range(20)]
        order = []

        async def waiter(number):
            await flags[number].wait()
            order.append(number)

        def set_all(_timer):
            for flag in flags:
                flag.set()

        async def run():
            tasks = [asyncio.create_task(waiter(number)) for number in range(20)]
            Timer(0).init(period=10, mode=Timer.ONE_SHOT, callback=set_all)
            await asyncio.sleep_ms(20)
            return len(tasks)

        self.assertEqual(asyncio.run(run()), 20)
        self.assertEqual(order, list(range(20)))

    def test_a_deadlock_is_found(self):
        flag = asyncio.ThreadSafeFlag()
        with self.assertRaises(desk_clock.Deadlock):
            asyncio.run(wait_for(flag))

    def test_a_busy_loop_does_not_stop_time(self):
        async def run():
            end = time.ticks_add(time.ticks_ms(), 5)
            while time.ticks_diff(end, time.ticks_ms()) > 0:
                await asyncio.sleep_ms(0)

        asyncio.run(run())
        self.assertEqual(desk_clock.uptime_ms(), 5)


async def wait_for(flag):
    await flag.wait()


class VirtualTime(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, EPOCH_S)

    def test_twenty_days_pass_the_wrap_of_the_ticks(self):
        beats = []

        async def run():
            for _ in range(20):
                await asyncio.sleep_ms(86_400_000)
                beats.append(desk_clock.uptime_ms())

        asyncio.run(run())
        self.assertEqual(beats[-1], 20 * 86_400_000)
        self.assertEqual(int(time.time()), EPOCH_S + 20 * 86_400)

    def test_events_of_one_instant_keep_their_order(self):
        heard = []
        events = [desk_clock.event(lambda n=n: heard.append(n)) for n in range(10)]
        for event in events:
            desk_clock.arm(event, 7)
        asyncio.run(pause(8))
        self.assertEqual(heard, list(range(10)))

    def test_a_timer_of_a_number_is_one_and_goes_on_when_it_is_asked_for_again(self):
        heard = []
        Timer(0).init(period=10, callback=lambda _: heard.append(desk_clock.uptime_ms()))
        self.assertTrue(Timer(0) is Timer(0))
        asyncio.run(pause(25))
        Timer(0).deinit()
        asyncio.run(pause(25))
        self.assertEqual(heard, [10, 20])

    def test_a_timer_that_ran_on_a_clock_before_is_free_on_this_one(self):
        heard = []
        for _ in range(2):
            desk_clock.install(desk_clock.VIRTUAL, EPOCH_S)
            Timer(1).init(period=10, callback=lambda _: heard.append(desk_clock.uptime_ms()))
            asyncio.run(pause(15))
        self.assertEqual(heard, [10, 10])

    def test_arming_again_moves_the_event(self):
        heard = []
        event = desk_clock.event(lambda: heard.append(desk_clock.uptime_ms()))
        desk_clock.arm(event, 10)
        desk_clock.arm(event, 30)
        asyncio.run(pause(100))
        self.assertEqual(heard, [30])

    def test_a_disarmed_event_does_not_come(self):
        heard = []
        event = desk_clock.event(lambda: heard.append(1))
        desk_clock.arm(event, 10)
        desk_clock.disarm(event)
        desk_clock.disarm(event)
        asyncio.run(pause(100))
        self.assertEqual(heard, [])

    def test_a_blocking_sleep_swallows_periods_but_not_the_phase(self):
        heard = []
        Timer(1).init(period=20, callback=lambda _timer: heard.append(desk_clock.uptime_ms()))
        time.sleep_ms(70)
        asyncio.run(pause(35))
        self.assertEqual(heard, [70, 80, 100])

    def test_an_error_in_an_interrupt_does_not_end_the_node(self):
        heard = []

        def callback(_timer):
            heard.append(1)
            raise ValueError("shown on stderr, on purpose")

        Timer(0).init(period=20, callback=callback)
        asyncio.run(pause(50))
        self.assertEqual(len(heard), 2)

    def test_the_same_run_twice(self):
        self.assertEqual(busy_hour(), busy_hour())


def busy_hour():
    """What several tasks and timers do in an hour, in order."""
    desk_clock.install(desk_clock.VIRTUAL, EPOCH_S)
    heard = []
    flag = asyncio.ThreadSafeFlag()

    async def beat(name, period_ms):
        while True:
            await asyncio.sleep_ms(period_ms)
            heard.append((desk_clock.uptime_ms(), name))

    async def listen():
        while True:
            await flag.wait()
            heard.append((desk_clock.uptime_ms(), "flag"))

    async def run():
        tasks = [asyncio.create_task(listen())]
        for name, period_ms in (("a", 60_000), ("b", 120_000), ("c", 90_000)):
            tasks.append(asyncio.create_task(beat(name, period_ms)))
        await asyncio.sleep_ms(3_600_000)
        for task in tasks:
            task.cancel()

    Timer(0).init(period=180_000, callback=lambda _timer: flag.set())
    asyncio.run(run())
    return heard


async def pause(ms):
    await asyncio.sleep_ms(ms)


class Watchdog(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, EPOCH_S)

    def test_unfed_it_ends_the_process_with_status_3(self):
        WDT(timeout=8_000)
        with self.assertRaises(SystemExit) as end:
            asyncio.run(pause(10_000))
        self.assertEqual(end.exception.args[0], 3)
        self.assertEqual(desk_clock.uptime_ms(), 8_000)

    def test_fed_it_rests(self):
        watchdog = WDT(timeout=8_000)

        async def run():
            for _ in range(100):
                await asyncio.sleep_ms(7_999)
                watchdog.feed()

        asyncio.run(run())


class RealTime(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.REAL)

    def test_a_timer_comes_in_time(self):
        flag = asyncio.ThreadSafeFlag()

        async def run():
            await flag.wait()
            return desk_clock.uptime_ms()

        Timer(0).init(period=50, mode=Timer.ONE_SHOT, callback=lambda _timer: flag.set())
        self.assertAlmostEqual(asyncio.run(run()), 50, delta=20)

    def test_a_pin_interrupt_comes_at_once(self):
        edges = []
        Pin(34, Pin.IN).irq(lambda pin: edges.append(pin.value()), Pin.IRQ_RISING)
        Pin.wire(34).drive(1)
        Pin.wire(34).drive(0)
        self.assertEqual(edges, [1])


if __name__ == "__main__":
    unittest.main()
