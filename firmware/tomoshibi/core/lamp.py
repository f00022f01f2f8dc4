"""A lamp as the node commands and sees it."""

from typing import TYPE_CHECKING

from tomoshibi.core.energy import EnergyCounter
from tomoshibi.core.readings import Reading

if TYPE_CHECKING:
    from array import array


class Lamp:
    """One dimmable lamp behind a relay. Levels are permille of full light.

    energy       what has been counted
    kept         an array like that of `energy`, of what is in flash; None: all is
    locked_off   never to be lit (somebody may be working on it)
    load         none: what a plan sheds is a branch's; nor is reactive energy counted
    """

    load = None
    reactive = None

    def __init__(self, energy: EnergyCounter | None = None, kept: array | None = None) -> None:
        self.level_permille = 1000  # commanded; full until somebody knows better
        self.locked_off = False
        self.reading = Reading()
        self.energy = energy or EnergyCounter()
        self._kept = kept

    def kept_wh(self, direction: int) -> int:
        """As of a branch: import (0) or export (1) as far as it is in flash, Wh."""
        return self.energy.wh_in(self._kept, direction)

    @property
    def on(self) -> bool:
        return self.level_permille > 0


class Daylight:
    """What the photocell saw last. `valid` is False until it has answered.

    overflow   there was more light than it can measure: `lux_milli` is no measurement
    """

    def __init__(self) -> None:
        self.valid = False
        self.overflow = False
        self.lux_milli = 0
