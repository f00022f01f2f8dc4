"""A metered branch circuit: its load, its latest reading, its energy."""

from typing import TYPE_CHECKING

from tomoshibi.core.energy import EnergyCounter
from tomoshibi.core.loads import Load
from tomoshibi.core.readings import Reading

if TYPE_CHECKING:
    from array import array


class Branch:
    """Branch `number` (1 upwards) of the board, with the load its relay switches.

    load       None for a fixed branch, which no relay switches; those that are switched are asked
               for theirs everywhere, so the type says that there is one

    energy     what has been counted; `reactive` likewise, varh
    kept       an array like that of `energy`, of what is in flash; None: all is
    """

    def __init__(
        self,
        number: int,
        load: Load | None,
        energy: EnergyCounter | None = None,
        reactive: EnergyCounter | None = None,
        kept: array | None = None,
    ) -> None:
        self.number = number
        self.load: Load = load  # pyright: ignore[reportAttributeAccessIssue]
        self.reading = Reading()
        self.energy = energy or EnergyCounter()
        self.reactive = reactive or EnergyCounter()
        self._kept = kept

    def kept_wh(self, direction: int) -> int:
        """Import (0) or export (1) as far as it is in flash, Wh.

        Only this is shown: what a controller has seen once cannot be taken back by a power cut.
        """
        return self.energy.wh_in(self._kept, direction)
