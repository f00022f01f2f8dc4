"""node.lamp_sampler in virtual time, with a chip that says what the lamp draws, mW for a count.

Energy by hand: W times hours.
"""

import asyncio
import unittest
from time import ticks_diff, ticks_ms

import desk_clock
from tomoshibi.core.errors import ChipSilent, PacketCorrupt
from tomoshibi.core.lamp import Lamp
from tomoshibi.core.uptime import Uptime
from tomoshibi.node.lamp_sampler import LampSampler

START_S = 800_000_000


class FakeChip:
    """Answers once for a request, ANSWER_MS after it; `calls` are its first, in order."""

    ANSWER_MS = 40

    def __init__(self):
        self.power_mw = 60_000
        self.fault = None
        self.calls = []
        self.hz = None
        self._asked_ms = None

    def configure(self, line_hz):
        self._ask("configure")
        self.hz = line_hz

    def confirm(self):
        self._answer("confirm")

    def request(self):
        self._ask("request")

    def collect(self, counts):
        self._answer("collect")
        counts.power = self.power_mw

    def _note(self, call):
        if len(self.calls) < 100:
            self.calls.append(call)

    def _ask(self, call):
        self._note(call)
        self._asked_ms = ticks_ms()

    def _answer(self, call):
        self._note(call)
        asked_ms, self._asked_ms = self._asked_ms, None
        if self.fault is not None:
            raise self.fault
        if asked_ms is None or ticks_diff(ticks_ms(), asked_ms) < self.ANSWER_MS:
            raise ChipSilent("bl0942", 0, 23)


class OneToOne:
    def apply(self, counts, reading):
        reading.power_mw = counts.power


class TestLampSampler(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, START_S)
        self.chip = FakeChip()
        self.lamp = Lamp()
        self.uptime = Uptime()
        self.told = []
        self.sampler = LampSampler(
            self.chip, OneToOne(), self.lamp, self.uptime, 60, 1_000, self.tell
        )

    def tell(self):
        self.told.append((self.lamp.reading.power_mw, self.lamp.reading.at_s))

    def run_for(self, *scenes):
        """Scenes of (seconds, mW, or the fault of a chip that does not answer)."""

        async def main():
            task = asyncio.create_task(self.sampler.run())
            for span_s, what in scenes:
                self.chip.fault = None if isinstance(what, int) else what
                self.chip.power_mw = what if isinstance(what, int) else 0
                for _ in range(span_s * 10):
                    await asyncio.sleep_ms(100)
                    self.uptime.update()
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                pass

        asyncio.run(main())

    def drawn_mwh(self):
        energy = self.lamp.energy
        return energy.import_wh * 1000 + energy.import_mj // 3600

    def test_an_hour_at_60_w_is_60_wh(self):
        self.run_for((3_600, 60_000))
        self.assertAlmostEqual(self.drawn_mwh(), 60_000, delta=20)

    def test_each_span_is_counted_once_with_its_own_power(self):
        # 600 s at 60 W, 600 s at 15 W, 600 s at none: 10 Wh, 2.5 Wh, 0.
        self.run_for((600, 60_000), (600, 15_000), (600, 0))
        self.assertAlmostEqual(self.drawn_mwh(), 12_500, delta=40)

    def test_power_fed_back_is_export(self):
        self.run_for((600, -60_000))
        self.assertEqual(self.lamp.energy.import_wh, 0)
        energy = self.lamp.energy
        self.assertAlmostEqual(
            energy.export_wh * 3_600 + energy.export_mj // 1000, 36_000, delta=120
        )

    def test_a_short_silence_is_counted_and_a_long_one_is_not(self):
        # 100 s + 20 s + 100 s at 60 W are 3.667 Wh; of 100 s + 200 s + 100 s, 200 s: 3.333 Wh.
        silent = ChipSilent("bl0942", 0, 23)
        self.run_for((100, 60_000), (20, silent), (100, 60_000))
        self.assertAlmostEqual(self.drawn_mwh(), 3_667, delta=40)
        self.setUp()
        self.run_for((100, 60_000), (200, silent), (100, 60_000))
        self.assertAlmostEqual(self.drawn_mwh(), 3_333, delta=40)

    def test_it_samples_once_a_period_without_drifting(self):
        self.run_for((1_000, 60_000))
        self.assertAlmostEqual(len(self.told), 1_000, delta=1)
        gaps = [after - before for (_, before), (_, after) in zip(self.told, self.told[1:])]
        self.assertTrue(max(gaps) <= 2)

    def test_a_reading_has_its_power_and_its_time(self):
        self.run_for((10, 42_000))
        self.assertTrue(self.lamp.reading.valid)
        self.assertEqual(self.told[-1][0], 42_000)
        self.assertAlmostEqual(self.lamp.reading.at_s, 9, delta=1)

    def test_the_chip_is_configured_before_the_first_request_and_after_every_miss(self):
        self.run_for((3, 60_000))
        self.assertEqual(self.chip.calls[:4], ["configure", "confirm", "request", "collect"])
        self.assertEqual(self.chip.calls.count("configure"), 1)
        self.assertEqual(self.chip.hz, 60)
        self.setUp()
        self.run_for((3, 60_000), (1, PacketCorrupt("bl0942", 0, 1)), (3, 60_000))
        calls = self.chip.calls
        again = len(calls) - calls[::-1].index("configure")
        self.assertTrue(again > 6)
        self.assertEqual(calls[again : again + 3], ["confirm", "request", "collect"])
        self.assertEqual(self.sampler.missed, 1)

    def test_a_silent_chip_is_counted_and_its_last_reading_is_good_for_five_seconds(self):
        silent = ChipSilent("bl0942", 0, 23)
        self.run_for((10, 60_000), (4, silent))
        told = len(self.told)
        self.assertTrue(self.lamp.reading.valid)
        self.assertAlmostEqual(self.sampler.missed, 4, delta=1)
        self.run_for((4, silent))
        self.assertFalse(self.lamp.reading.valid)
        self.assertEqual(len(self.told), told)

    def test_it_beats_while_its_chip_is_silent(self):
        self.run_for((60, ChipSilent("bl0942", 0, 23)))
        self.assertEqual(self.sampler.late_ms(), 0)
