"""A metered branch circuit: its load, its latest reading, its energy."""

from core.energy import EnergyCounter
from core.loads import Load
from core.readings import Reading


class Branch:
    """Branch `number` (1 upwards) of the board, with the load its relay switches."""

    def __init__(self, number: int, load: Load) -> None:
        self.number = number
        self.load = load
        self.reading = Reading()
        self.energy = EnergyCounter()
