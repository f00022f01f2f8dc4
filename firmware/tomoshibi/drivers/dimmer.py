"""A lamp driver's dimming input, fed by PWM: duty is light level."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from machine import PWM


class Dimmer:
    """The dimming input on `pwm`. Making this object changes nothing."""

    def __init__(self, pwm: PWM) -> None:
        self._pwm = pwm

    def set_permille(self, level: int) -> None:
        """Set the light level: 0 is off, 1000 full, both exact. Allocates nothing."""
        self._pwm.duty_u16((level * 65_535 + 500) // 1000)
