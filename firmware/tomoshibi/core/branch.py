"""A metered branch circuit: its load, its latest reading, its energy."""

from tomoshibi.core.energy import EnergyCounter
from tomoshibi.core.loads import Load
from tomoshibi.core.readings import Reading


class Branch:
    """Branch `number` (1 upwards) of the board, with the load its relay switches.

    energy     what has been counted; `reactive` likewise, varh
    kept       the part of it that is in flash. Only this is shown: what a controller has seen
               once cannot be taken back by a power cut
    """

    def __init__(
        self,
        number: int,
        load: Load,
        energy: EnergyCounter | None = None,
        reactive: EnergyCounter | None = None,
        kept: EnergyCounter | None = None,
    ) -> None:
        self.number = number
        self.load = load
        self.reading = Reading()
        self.energy = energy or EnergyCounter()
        self.reactive = reactive or EnergyCounter()
        self.kept = kept or self.energy
