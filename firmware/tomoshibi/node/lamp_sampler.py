"""Reads the lamp's meter once a second and integrates its energy."""

import asyncio
from micropython import const
from time import ticks_add, ticks_diff, ticks_ms
from typing import TYPE_CHECKING

from tomoshibi.core.errors import NodeFault
from tomoshibi.core.readings import Counts
from tomoshibi.node.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from tomoshibi.core.lamp import Lamp
    from tomoshibi.core.uptime import Uptime
    from tomoshibi.drivers.bl0942 import BL0942
    from tomoshibi.meter.calibration import Calibration

_STALE_S = const(5)
# The longest gap that is still counted, with the power at its end.
_LONGEST_SPAN_MS = const(30_000)


class LampSampler(Job):
    """The chip averages for 400 ms and answers within ANSWER_MS of being asked.

    on_readings   called after each good one
    """

    name = "lamp sampler"

    def __init__(
        self,
        chip: BL0942,
        calibration: Calibration,
        lamp: Lamp,
        uptime: Uptime,
        line_hz: int,
        period_ms: int,
        on_readings: Callable[[], None],
    ) -> None:
        super().__init__()
        self.deadline_ms = 5 * period_ms + 5_000
        self._chip = chip
        self._calibration = calibration
        self._lamp = lamp
        self._uptime = uptime
        self._line_hz = line_hz
        self._period_ms = period_ms
        self._on_readings = on_readings
        self._counts = Counts()
        self._sampled_ms = ticks_ms()
        self._ready = False
        self.missed = 0  # reads that failed, since power-up

    async def run(self) -> None:
        due_ms = ticks_ms()
        while True:
            try:
                if not self._ready:
                    await self._configure()
                await self._sample()
            except NodeFault:
                self._miss()
            self.beat()
            due_ms = ticks_add(due_ms, self._period_ms)
            await asyncio.sleep_ms(max(0, ticks_diff(due_ms, ticks_ms())))

    async def _configure(self) -> None:
        self._chip.configure(self._line_hz)
        await asyncio.sleep_ms(self._chip.ANSWER_MS)
        self._chip.confirm()
        self._ready = True

    async def _sample(self) -> None:
        self._chip.request()
        await asyncio.sleep_ms(self._chip.ANSWER_MS)
        self._chip.collect(self._counts)
        lamp, now_ms = self._lamp, ticks_ms()
        self._calibration.apply(self._counts, lamp.reading)
        span_ms = ticks_diff(now_ms, self._sampled_ms)
        self._sampled_ms = now_ms
        if 0 < span_ms <= _LONGEST_SPAN_MS:
            lamp.energy.add(lamp.reading.power_mw, span_ms)
        lamp.reading.valid = True
        lamp.reading.at_s = self._uptime.seconds
        self._on_readings()

    def _miss(self) -> None:
        self.missed += 1
        self._ready = False
        if self._uptime.seconds - self._lamp.reading.at_s > _STALE_S:
            self._lamp.reading.valid = False
