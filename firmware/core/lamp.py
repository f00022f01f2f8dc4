"""A lamp as the node commands and sees it."""

from core.energy import EnergyCounter
from core.readings import Reading


class Lamp:
    """One dimmable lamp behind a relay. Levels are permille of full light."""

    def __init__(self) -> None:
        self.level_permille = 1000  # commanded; full until somebody knows better
        self.reading = Reading()
        self.energy = EnergyCounter()

    @property
    def on(self) -> bool:
        return self.level_permille > 0


class Daylight:
    """What the photocell saw last. `valid` is False until it has answered."""

    def __init__(self) -> None:
        self.valid = False
        self.lux_milli = 0
