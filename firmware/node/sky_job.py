"""Tells the lamp whether it is dark, from the sun, the photocell, or neither."""

import asyncio
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

    async def run(self) -> None:
        self._sensor.start()
        while True:
            await asyncio.sleep_ms(1_000)
            self._look()
            self.beat()

    def _look(self) -> None:
        try:
            self._daylight.lux_milli = self._sensor.lux_milli()
            self._daylight.valid = True
            self._photocell.update(self._control.uptime.seconds, self._daylight.lux_milli)
        except NodeFault:
            self._daylight.valid = False  # the sun's times do without; reported as no data
        control = self._control
        self._calendar.update()
        if self._calendar.quality == NEVER_SET:
            control.by_program = False
            control.dark = self._photocell.dark if self._daylight.valid else True
            control.program_permille = 1000
            return
        day, second = self._calendar.local()
        self._sky.update(day)
        control.dark = self._sky.dark(second)
        control.program_permille = self._program.level(second)
        control.to_dawn_s = self._sky.to_dawn_s(second)
        control.by_program = True
