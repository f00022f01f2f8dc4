"""node.supervisor under virtual time: waits and feeding as its docstring promises."""

import asyncio
import gc
import unittest
from time import ticks_diff, ticks_ms

import desk_clock
from tomoshibi.core.ends import JobEnded, JobStalled
from tomoshibi.node.job import Job
from tomoshibi.node.supervisor import supervise


class Control:
    def __init__(self):
        self.cycles = 0
        self.feeds = 0
        self.heap_lowest = 0
        self.alive = True


class Watchdog:
    def __init__(self):
        self.fed = 0

    def feed(self):
        self.fed += 1


class Steady(Job):
    async def run(self):
        while True:
            await asyncio.sleep_ms(1_000)
            self.beat()


class Crashing(Job):
    name = "crashing"

    def __init__(self):
        super().__init__()
        self.starts_ms = []

    async def run(self):
        self.starts_ms.append(ticks_ms())
        await asyncio.sleep_ms(10)
        raise ValueError("a bug")


class Stalling(Job):
    name = "stalling"
    deadline_ms = 2_000

    def __init__(self):
        super().__init__()
        self.starts = 0
        self.tidied = 0

    async def run(self):
        self.starts += 1
        try:
            await asyncio.sleep_ms(1 << 27)
        finally:
            self.tidied += 1


class Lasting(Job):
    """Crashes seven times at once, and then after a week."""

    name = "lasting"
    deadline_ms = 0

    def __init__(self):
        super().__init__()
        self.starts = 0
        self.crashed_ms = self.started_ms = 0

    async def run(self):
        self.starts += 1
        self.started_ms = ticks_ms()
        if self.starts == 8:
            for _ in range(7):
                await asyncio.sleep_ms(86_400_000)
            self.crashed_ms = ticks_ms()
        elif self.starts == 9:
            await asyncio.sleep_ms(1 << 28)
        raise ValueError("a bug")


class Ending(Job):
    name = "ending"

    async def run(self):
        await asyncio.sleep_ms(1)


class Stepping(Job):
    """Fails at the steps (0 is the first) in `bad`."""

    name = "stepping"
    period_ms = 40

    def __init__(self, bad=()):
        super().__init__()
        self.bad = bad
        self.steps_ms = []

    def step(self):
        self.steps_ms.append(ticks_ms())
        if len(self.steps_ms) - 1 in self.bad:
            raise ValueError("a bug")

    def waits_ms(self):
        return [ticks_diff(b, a) for a, b in zip(self.steps_ms, self.steps_ms[1:])]


class Unstartable(Job):
    name = "unstartable"
    deadline_ms = 0
    starts = 0

    def run(self):
        self.starts += 1
        if self.starts <= 3:
            raise MemoryError
        return Steady().run()


class TestSupervise(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, 0)
        self.control, self.watchdog, self.faults = Control(), Watchdog(), []
        self.deaf = False  # what takes faults has no memory for the words

    def take_fault(self, job, fault):
        self.faults.append((job, fault))
        if self.deaf:
            raise MemoryError

    def supervise_for(self, jobs, span_ms, check_ms=500, beat_ms=20):
        async def beat_control():
            while True:
                await asyncio.sleep_ms(beat_ms)
                if self.control.alive:
                    self.control.cycles += 1

        async def main():
            beating = asyncio.create_task(beat_control())
            task = asyncio.create_task(
                supervise(
                    jobs,
                    self.control,
                    self.watchdog,
                    self.take_fault,
                    check_ms,
                )
            )
            for _ in range(span_ms // 60_000):
                await asyncio.sleep_ms(60_000)
            await asyncio.sleep_ms(span_ms % 60_000)
            for each in (task, beating):
                each.cancel()
                try:
                    await each
                except asyncio.CancelledError:
                    pass

        asyncio.run(main())

    def test_a_steady_job_is_left_alone_and_the_watchdog_fed(self):
        self.supervise_for([Steady()], 10_200)
        self.assertEqual(self.faults, [])
        self.assertEqual(self.watchdog.fed, 20)
        self.assertEqual(self.control.feeds, 20)
        self.assertTrue(0 < self.control.heap_lowest <= gc.mem_free() + 65_536)

    def test_a_crashed_job_is_reported_and_started_again_with_doubling_waits(self):
        job = Crashing()
        self.supervise_for([job, Steady()], 40_000)
        waits_ms = [ticks_diff(b, a) for a, b in zip(job.starts_ms, job.starts_ms[1:])]
        # A crash is seen at the next look (500 ms) and restarted at the first look after the
        # wait of 1, 2, 4, 8, 16 s.
        self.assertEqual(waits_ms, [1_500, 2_500, 4_500, 8_500, 16_500])
        self.assertIsInstance(self.faults[0][1], ValueError)
        self.assertEqual(job.restarts, 6)

    def test_the_longest_wait_is_64_s(self):
        job = Crashing()
        self.supervise_for([job], 400_000)
        waits_ms = [ticks_diff(b, a) for a, b in zip(job.starts_ms, job.starts_ms[1:])]
        self.assertEqual(waits_ms[5:9], [32_500, 64_500, 64_500, 64_500])

    def test_a_job_that_ran_for_a_week_has_recovered(self):
        # Ticks tell nothing of a time longer than 6.2 days. Looked at once a minute: a wait of 1 s
        # ends at the look after the crash's own, one of 64 s at the one after that.
        job = Lasting()
        self.supervise_for([job], 7 * 86_400_000 + 30 * 60_000, 60_000, 60_000)
        self.assertEqual(job.starts, 9)
        self.assertLess(ticks_diff(job.started_ms, job.crashed_ms), 119_000)

    def test_a_broken_job_does_not_starve_the_watchdog(self):
        self.supervise_for([Crashing()], 10_200)
        self.assertEqual(self.watchdog.fed, 20)

    def test_a_stalled_job_is_cancelled_tidies_up_and_starts_again(self):
        job = Stalling()
        # Late after 2 s, seen at 2.5 s, started again 1 s later.
        self.supervise_for([job], 3_700)
        self.assertEqual(job.starts, 2)
        self.assertIsInstance(self.faults[0][1], JobStalled)
        self.assertEqual(self.faults[0][0], "stalling")
        self.assertEqual(len(self.faults), 1)
        self.assertEqual(job.tidied, 2)  # once when stalled, once at the end

    def test_a_job_without_a_deadline_may_wait_for_ever(self):
        job = Stalling()
        job.deadline_ms = 0
        self.supervise_for([job], 60_000)
        self.assertEqual(self.faults, [])

    def test_steps_are_done_once_a_period_and_the_watchdog_is_fed_meanwhile(self):
        fast, slow = Stepping(), Stepping()
        slow.period_ms = 700
        self.supervise_for([slow, Steady(), fast], 10_200)
        self.assertEqual(set(fast.waits_ms()), {40})
        self.assertEqual(set(slow.waits_ms()), {700})
        self.assertEqual(self.watchdog.fed, 20)
        self.assertEqual(self.faults, [])

    def test_a_step_that_fails_is_reported_and_waits_longer_each_time(self):
        job, other = Stepping((1, 2, 3, 4)), Stepping()
        self.supervise_for([job, other], 20_000)
        self.assertEqual(job.waits_ms()[:6], [40, 1_000, 2_000, 4_000, 8_000, 40])
        self.assertEqual([name for name, _ in self.faults], ["stepping"] * 4)
        self.assertIsInstance(self.faults[0][1], ValueError)
        self.assertEqual(set(other.waits_ms()), {40})

    def test_a_step_that_has_gone_well_for_ten_minutes_has_recovered(self):
        job = Stepping((0, 1, 2, 1_510))
        job.period_ms = 400
        self.supervise_for([job], 7_000 + 605_000)
        self.assertEqual(max(job.waits_ms()[3:]), 1_000)

    def test_no_memory_to_tell_of_a_fault_stops_nobody(self):
        self.deaf = True
        crashing, step = Crashing(), Stepping((1,))
        self.supervise_for([crashing, Steady(), step], 10_200)
        self.assertEqual(self.watchdog.fed, 20)
        self.assertEqual(len(crashing.starts_ms), 4)
        self.assertEqual(step.waits_ms()[:3], [40, 1_000, 40])

    def test_no_memory_to_start_a_job_puts_it_off(self):
        job = Unstartable()
        self.supervise_for([job, Steady()], 10_200)
        self.assertEqual(job.starts, 4)
        self.assertEqual([name for name, _ in self.faults], ["unstartable"] * 3)
        self.assertEqual(self.watchdog.fed, 20)

    def test_a_job_that_returns_is_a_fault(self):
        self.supervise_for([Ending()], 1_000)
        self.assertIsInstance(self.faults[0][1], JobEnded)

    def test_a_dead_control_path_starves_the_watchdog(self):
        self.control.alive = False
        self.supervise_for([Steady()], 10_200)
        self.assertEqual(self.watchdog.fed, 0)
