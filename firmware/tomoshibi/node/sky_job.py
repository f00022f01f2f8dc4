"""Tells the lamp whether it is dark, from the sun, the photocell, or neither."""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.calendar import NEVER_SET
from tomoshibi.core.errors import NodeFault
from tomoshibi.node.job import Job

if TYPE_CHECKING:
    from tomoshibi.core.calendar import Calendar
    from tomoshibi.core.lamp import Daylight, Lamp
    from tomoshibi.drivers.bh1750 import BH1750
    from tomoshibi.node.lamp_control import LampControl
    from tomoshibi.policy.night import NightProgram, Photocell, Sky

# So many seconds without an answer, and the photocell counts as gone; without a measurement (it
# answers, with as much as it can), and it is not believed.
_GONE_S = const(10)
# A photocell that did not answer is asked again after 1 s, 2 s, 4 s … and at last so many.
_LONGEST_WAIT_S = const(60)


class SkyJob(Job):
    """Reads the photocell, if there is one, and the calendar once a second and fills the lamp
    control's inputs.

    A stuck I2C bus holds up the whole node, its control path included, for 100 ms and 100 ms a
    byte: after a transfer that failed there is no second one before the wait is over, and none
    begins while the control path has something to decide. `missed` counts those that failed.

    Source: ports/esp32/machine_i2c.c of MicroPython 1.25, machine_hw_i2c_transfer.
    """

    name = "sky"
    period_ms = 1_000

    def __init__(
        self,
        calendar: Calendar,
        sky: Sky,
        program: NightProgram,
        sensor: BH1750 | None,
        photocell: Photocell,
        daylight: Daylight,
        lamp: Lamp,
        light: LampControl,
    ) -> None:
        super().__init__()
        self._calendar = calendar
        self._sky = sky
        self._program = program
        self._sensor = sensor
        self._photocell = photocell
        self._daylight = daylight
        self._lamp = lamp
        self._light = light
        self._control = light.control
        self.missed = 0
        self._answered_s = self._control.uptime.seconds
        self._measured_s = -_GONE_S  # its last answer that was a measurement
        self._permille = 0  # the lamp's level when a measurement began
        self._wait_s = 1
        self._due_s = 0
        self._fault: NodeFault | None = None  # the last one, until it answers
        self._reported = False
        self._asked: bool | None = None  # whether a measurement has begun

    def counts(self) -> dict[str, int]:
        return {"missed_sky": self.missed}

    def step(self) -> None:
        if self._asked is not None:  # else the photocell has not been heard yet
            if self._asked:
                self._look()
            self._judge()
            self._tell_lamp()
        self._asked = self._ask()

    def _ask(self) -> bool:
        """Start one measurement, unless this is no time for it; True if it has begun."""
        if self._sensor is None:
            return False
        if self._control.uptime.seconds < self._due_s or not self._control.calm():
            return False
        try:
            self._sensor.start()
        except NodeFault as fault:
            self._miss(fault)
            return False
        self._permille = self._lamp.level_permille
        return True

    def _look(self) -> None:
        """Take the measurement that was asked for."""
        if self._sensor is None or not self._control.calm():
            return
        daylight, now_s = self._daylight, self._control.uptime.seconds
        try:
            daylight.lux_milli = self._sensor.lux_milli()
        except NodeFault as fault:
            self._miss(fault)
            return
        daylight.overflow = self._sensor.overflow
        daylight.valid = True
        self._answered_s = now_s
        if daylight.overflow:
            self._photocell.miss()
        elif self._lamp.level_permille == self._permille:
            self._photocell.update(now_s, daylight.lux_milli, self._permille)
            self._measured_s = now_s
        self._wait_s = 1
        self._fault = None
        self._reported = False

    def _miss(self, fault: NodeFault) -> None:
        self.missed += 1
        self._fault = fault
        self._photocell.miss()
        self._due_s = self._control.uptime.seconds + self._wait_s
        self._wait_s = min(self._wait_s * 2, _LONGEST_WAIT_S)

    def _judge(self) -> None:
        """One lost answer is normal on a long wire; the sun's times do without for longer."""
        silent_s = self._control.uptime.seconds - self._answered_s
        if silent_s < _GONE_S:
            return
        self._daylight.valid = False
        if self._fault is not None and not self._reported:
            self._reported = True
            self.report(self._fault)

    def plan(self) -> None:
        """Tell the lamp what the clock alone knows, before the control path's first cycle.

        Whether it is dark is left to `step`, which has heard the photocell, too.
        """
        self._calendar.update()
        if self._calendar.quality != NEVER_SET:
            self._tell_plan()

    def _tell_lamp(self) -> None:
        light = self._light
        since_s = self._control.uptime.seconds - self._measured_s
        believed = self._daylight.valid and since_s < _GONE_S
        seen_dark = believed and self._photocell.dark
        self._calendar.update()
        if self._calendar.quality == NEVER_SET:
            light.by_program = False
            light.program_permille = 1000
            light.dark = seen_dark or not believed
            return
        self._tell_plan()
        # Whichever says dark: a clock may be wrong, and a storm is as dark as the night.
        light.dark = self._sky.dark or seen_dark

    def _tell_plan(self) -> None:
        calendar, sky, light = self._calendar, self._sky, self._light
        sky.update(calendar.day, calendar.second)
        light.program_permille = self._program.level(calendar.local()[1])
        light.to_dawn_s = sky.to_dawn_s
        light.to_sunrise_s = sky.to_sunrise_s
        # Last: the control path may look at any time, and judges afresh when it sees this.
        light.by_program = True
