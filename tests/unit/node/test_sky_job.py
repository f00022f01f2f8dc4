"""node.sky_job in virtual time: photocell alone, sun alone, both, neither.

Tokyo, 2025-12-21: sunrise 06:47:01, sunset 16:31:27 JST.
"""

import asyncio
import unittest
from machine import I2C, Timer
from time import ticks_diff, ticks_ms

from stepping import stepping

import desk_clock
from machine_buses import stick_i2c
from tomoshibi.core.calendar import Calendar, day_number
from tomoshibi.core.errors import ChipSilent
from tomoshibi.core.lamp import Daylight, Lamp
from tomoshibi.core.uptime import Uptime
from tomoshibi.drivers.bh1750 import BH1750
from tomoshibi.node.sky_job import SkyJob
from tomoshibi.policy.night import TYPICAL_NIGHT, NightProgram, Photocell, Sky

JST_S = 9 * 3600
TOKYO = (356_895, 1_396_917)
APIA = (-138_300, -1_717_700)
FULL_SCALE = 54_612_500  # 65,535 counts
NEVER = 80_000_000  # 2002: nobody has set this clock
NOON = day_number(2025, 12, 21) * 86_400 + 12 * 3600 - JST_S
NIGHT = NOON + 8 * 3600


class FakeSensor:
    """As the chip in its one-time mode: a result for every start, and none without."""

    def __init__(self, lux):
        self.lux = lux
        self.silent = False
        self.overflow = False
        self.asked = 0
        self._result = None

    def start(self):
        self.asked += 1
        if self.silent:
            raise ChipSilent("bh1750", 0, 1)
        self._result = self.lux * 1000

    def lux_milli(self):
        if self.silent or self._result is None:
            raise ChipSilent("bh1750", 0, 2)
        result, self._result = self._result, None
        self.overflow = result >= FULL_SCALE
        return result


class FakeControl:
    def __init__(self):
        self.uptime = Uptime()
        self.at_ease = True

    def calm(self):
        return self.at_ease


class FakeLight:
    def __init__(self, control):
        self.control = control
        self.dark = True
        self.by_program = False
        self.program_permille = 1000
        self.to_dawn_s = 86_400
        self.to_sunrise_s = 86_400


class TestSkyJob(unittest.TestCase):
    def start(self, clock_s, lux, sensor=None, place=TOKYO, offset_min=540):
        desk_clock.install(desk_clock.VIRTUAL, clock_s)
        self.sensor = sensor or FakeSensor(lux)
        self.daylight = Daylight()
        self.lamp = Lamp()
        self.control = FakeControl()
        self.light = FakeLight(self.control)
        self.job = SkyJob(
            Calendar(offset_min),
            Sky(*place),
            NightProgram(TYPICAL_NIGHT),
            self.sensor,
            Photocell(),
            self.daylight,
            self.lamp,
            self.light,
        )
        self.faults = []
        self.job.on_fault = lambda job, fault: self.faults.append((job, fault.code))

    def run_for(self, *scenes):
        """Scenes of (seconds, lux or None for a silent sensor); `dark` after each."""

        async def main():
            task = asyncio.create_task(stepping(self.job))
            dark = []
            for seconds, lux in scenes:
                self.sensor.silent = lux is None
                self.sensor.lux = lux
                for _ in range(seconds):
                    await asyncio.sleep_ms(1_000)
                    self.control.uptime.update()
                dark.append(self.light.dark)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                pass
            return dark

        return asyncio.run(main())

    def test_without_a_clock_the_photocell_follows_day_and_night(self):
        self.start(NEVER, 50_000)
        scenes = ((60, 50_000), (60, 0), (60, 50_000), (60, 0))
        self.assertEqual(self.run_for(*scenes), [False, True, False, True])
        self.assertFalse(self.light.by_program)

    def test_without_a_photocell_the_sun_decides(self):
        self.start(NOON, None)
        self.assertEqual(self.run_for((60, None)), [False])
        self.assertTrue(self.light.by_program)
        self.assertFalse(self.daylight.valid)
        self.start(NIGHT, None)
        self.assertEqual(self.run_for((60, None)), [True])

    def test_with_neither_it_is_dark(self):
        self.start(NEVER, None)
        self.assertEqual(self.run_for((60, None)), [True])

    def test_a_storm_at_noon_is_dark(self):
        self.start(NOON, 50_000)
        self.assertEqual(self.run_for((60, 50_000), (60, 5)), [False, True])

    def test_a_clock_that_is_wrong_by_half_a_day_puts_out_no_lamp_at_night(self):
        self.start(NOON, 0)
        self.assertEqual(self.run_for((60, 0)), [True])

    def test_a_photocell_that_comes_back_is_believed_again(self):
        self.start(NEVER, 50_000)
        self.assertEqual(self.run_for((60, 50_000), (60, None), (60, 50_000)), [False, True, False])

    def test_one_lost_answer_lights_no_lamp_at_noon(self):
        self.start(NEVER, 50_000)
        self.assertEqual(self.run_for((60, 50_000), (3, None), (60, 50_000)), [False] * 3)

    def test_dawn_is_told_in_seconds(self):
        self.start(NIGHT, 0)
        self.run_for((2, 0))
        # 20:00 to civil dawn of 22 December, about 06:19.
        self.assertAlmostEqual(self.light.to_dawn_s, 10 * 3600 + 19 * 60, delta=90)

    def test_a_photocell_at_its_end_without_a_clock_lights_the_street(self):
        self.start(NEVER, 54_613)
        self.assertEqual(self.run_for((60, 54_613)), [True])
        self.assertTrue(self.daylight.valid)
        self.assertTrue(self.daylight.overflow)
        self.start(NEVER, 50_000)
        scenes = ((60, 50_000), (5, 54_613), (60, 54_613), (60, 50_000))
        # A flash is nothing; ten seconds of it, and nobody knows whether it is day.
        self.assertEqual(self.run_for(*scenes), [False, False, True, False])

    def test_with_a_clock_the_sun_decides_beside_a_photocell_at_its_end(self):
        self.start(NOON, 54_613)
        self.assertEqual(self.run_for((60, 54_613)), [False])
        self.start(NIGHT, 54_613)
        self.assertEqual(self.run_for((60, 54_613)), [True])

    def test_a_lamp_that_lights_its_photocell_is_put_out_once_and_not_again(self):
        """Without a clock, at night, started lit: the control path follows within a second."""
        self.start(NEVER, 100)

        async def main():
            task = asyncio.create_task(stepping(self.job))
            out_s, turned = 0, 0
            for _ in range(14_400):
                await asyncio.sleep_ms(500)
                self.control.uptime.update()
                level = 1000 if self.light.dark else 0
                turned += self.lamp.level_permille != level
                self.lamp.level_permille = level
                self.sensor.lux = level // 10
                out_s += not level
            task.cancel()
            return turned, out_s / 2

        turned, out_s = asyncio.run(main())
        self.assertTrue(turned <= 2)
        self.assertTrue(out_s <= 6)

    def test_no_offset_from_utc_makes_day_of_night(self):
        # Apia, 2026-06-21: the sun sets at 17:56 and rises at 06:49, civil dawn 06:26, UTC+13.
        night = day_number(2026, 6, 20) * 86_400 + 13 * 3600  # 2 a.m. on 21 June
        for place, offsets in ((APIA, (780, -660, 0, 840, -720)), (TOKYO, (540, 0, 840, -720))):
            for offset_min in offsets:
                for clock_s, dark in ((night, True), (night + 11 * 3600, False)):
                    with self.subTest(place=place, offset_min=offset_min, dark=dark):
                        # 22:00 and 09:00 in Tokyo.
                        self.start(clock_s, None, place=place, offset_min=offset_min)
                        self.assertEqual(self.run_for((3, None)), [dark])
        self.start(night, None, place=APIA, offset_min=780)
        self.run_for((3, None))
        self.assertAlmostEqual(self.light.to_dawn_s, 4 * 3600 + 26 * 60, delta=90)

    def test_the_plan_is_told_before_the_job_runs_and_darkness_after(self):
        self.start(NOON, None)
        self.job.plan()
        self.assertTrue(self.light.by_program)
        self.assertTrue(self.light.dark)
        self.start(NIGHT, None)
        self.job.plan()
        self.assertAlmostEqual(self.light.to_dawn_s, 10 * 3600 + 19 * 60, delta=90)
        self.assertAlmostEqual(self.light.to_sunrise_s, 10 * 3600 + 47 * 60, delta=90)
        self.start(NEVER, None)
        self.job.plan()
        self.assertFalse(self.light.by_program)
        self.assertEqual(self.light.to_dawn_s, 86_400)

    def test_a_silent_photocell_is_asked_rarer_and_rarer_and_reported_once(self):
        self.start(NOON, None)
        self.run_for((600, None))
        # After 1, 2, 4 … 32 s, and then once a minute: at 0, 1, 3, 7, 15, 31, 63, 123 … 543 s.
        self.assertTrue(14 <= self.sensor.asked <= 16)
        self.assertEqual(self.job.missed, self.sensor.asked)
        self.assertEqual(self.job.counts(), {"missed_sky": self.sensor.asked})
        self.assertEqual(self.faults, [("sky", 1)])

    def test_one_that_answers_is_asked_every_second_again(self):
        self.start(NOON, None)
        self.run_for((600, None), (61, 50_000))
        asked = self.sensor.asked
        self.run_for((20, 50_000))
        self.assertTrue(self.sensor.asked - asked >= 19)
        self.assertTrue(self.daylight.valid)
        self.run_for((600, None))
        self.assertEqual(len(self.faults), 2)

    def test_nothing_is_asked_while_the_control_path_has_something_to_decide(self):
        self.start(NOON, 50_000)
        self.control.at_ease = False
        self.run_for((5, 50_000))
        self.assertEqual(self.sensor.asked, 0)
        self.assertEqual(self.faults, [])

    def test_a_stuck_bus_costs_the_control_path_one_transfer_a_wait(self):
        bus = I2C(0, scl=22, sda=21)
        stick_i2c(0, True)
        self.start(NOON, None, BH1750(bus, 0x23))
        gaps = []
        last = [ticks_ms()]

        def cycle(_timer):
            now = ticks_ms()
            if ticks_diff(now, last[0]) > 20:
                gaps.append((now // 1000, ticks_diff(now, last[0])))
            last[0] = now
            self.control.uptime.update()

        Timer(0).init(period=20, callback=cycle)
        began = ticks_ms()

        async def main():
            task = asyncio.create_task(stepping(self.job))
            await asyncio.sleep_ms(600_000)
            task.cancel()
            return self.light.dark

        self.assertFalse(asyncio.run(main()))  # noon
        self.assertTrue(14 <= len(gaps) <= 16)
        # One byte on a stuck bus takes 200 ms, and the next cycle comes within 20 ms.
        self.assertTrue(max(gap for _, gap in gaps) <= 240)
        self.assertTrue(ticks_diff(last[0], began) >= 599_000)
        self.assertEqual(self.faults, [("sky", 1)])
