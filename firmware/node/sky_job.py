"""Tells the lamp whether it is dark, from the sun, the photocell, or neither."""

import asyncio
from micropython import const
from typing import TYPE_CHECKING

from core.calendar import NEVER_SET
from core.errors import NodeFault
from node.job import Job

if TYPE_CHECKING:
    from core.calendar import Calendar
    from core.lamp import Daylight
    from drivers.bh1750 import BH1750
    from node.lamp_control import LampControl
    from policy.night import NightProgram, Photocell, Sky

# So many seconds without an answer, and the photocell counts as gone.
_MISSES = const(10)


class SkyJob(Job):
    """Reads the photocell and the calendar once a second and fills the lamp control's inputs."""

    name = "sky"

    def __init__(
        self,
        calendar: Calendar,
        sky: Sky,
        program: NightProgram,
        sensor: BH1750,
        photocell: Photocell,
        daylight: Daylight,
        control: LampControl,
    ) -> None:
        super().__init__()
        self._calendar = calendar
        self._sky = sky
        self._program = program
        self._sensor = sensor
        self._photocell = photocell
        self._daylight = daylight
        self._control = control
        self._misses = 0

    async def run(self) -> None:
        while True:
            self._ask()
            await asyncio.sleep_ms(1_000)
            self._look()
            self.beat()

    def _ask(self) -> None:
        """Start one measurement; a photocell that is silent is asked again every time."""
        try:
            self._sensor.start()
        except NodeFault:
            pass  # reading it fails as well, and is counted there

    def _look(self) -> None:
        daylight, control = self._daylight, self._control
        try:
            daylight.lux_milli = self._sensor.lux_milli()
            daylight.valid = True
            self._misses = 0
            self._photocell.update(control.uptime.seconds, daylight.lux_milli)
        except NodeFault:
            # One lost answer is normal on a long wire; the sun's times do without for longer.
            self._photocell.miss()
            self._misses += 1
            if self._misses >= _MISSES:
                daylight.valid = False
        self._calendar.update()
        if self._calendar.quality == NEVER_SET:
            control.by_program = False
            control.program_permille = 1000
            control.dark = self._photocell.dark if daylight.valid else True
            return
        day, second = self._calendar.local()
        self._sky.update(day)
        control.program_permille = self._program.level(second)
        control.to_dawn_s = self._sky.to_dawn_s(second)
        control.by_program = True
        # Whichever says dark: a clock may be wrong, and a storm is as dark as the night.
        control.dark = self._sky.dark(second) or (daylight.valid and self._photocell.dark)
