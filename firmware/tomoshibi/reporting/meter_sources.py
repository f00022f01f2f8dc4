"""What a sub-meter shows: its circuits, and the whole board.

Currents are magnitudes: a reading's RMS value has no direction, the sign is in the power.
"""

from math import sqrt
from typing import TYPE_CHECKING

from tomoshibi.core.calendar import civil
from tomoshibi.core.events import WELDED
from tomoshibi.registers.half_hours import was_measured
from tomoshibi.reporting.points import WHOLE
from tomoshibi.reporting.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tomoshibi.core.branch import Branch
    from tomoshibi.core.energy import EnergyCounter
    from tomoshibi.registers.half_hours import HalfHours


class Circuits(Source):
    """The branches of a board; `half_hours` are given before use."""

    half_hours: HalfHours

    def closed(self, i: int, _which: object) -> bool:
        load = self.parts[i].load
        return load is None or load.closed

    def fault(self, i: int, _which: object = None) -> str:
        load = self.parts[i].load
        if load is None or not load.fault:
            return super().fault(i)
        return "switch" if load.fault == WELDED else "sensor"

    def half_hour(self, i: int, field: str) -> int | tuple | None:
        """A reading of the last half hour that was kept, or the moment it is of ("at")."""
        taken = self.half_hours
        if taken.day < 0:
            return None
        if field == "at":
            return civil(taken.day) + (taken.slot // 2, taken.slot % 2 * 30, 0)
        wh = getattr(taken, field)[self.parts[i].number - 1]
        return None if wh < 0 else wh


class Whole(Source):
    """The whole board, its only part: what the meter on its main conductor sees.

    A board without one sums its branches, and has no data while there is none of one of them. Its
    power is their sum, its energy is counted from that sum (a branch that feeds back lessens what
    the others import); its current follows from the summed active and reactive power and the
    voltage, which is right for sine waves and, unlike a sum of RMS currents, for loads out of step.

    main         of the meter on the main conductor; None if there is none
    kept_energy  of the whole, as far as it is in flash
    sense_fault  whether a sense of the grid is not to be believed: that counts as the board's
    """

    def __init__(
        self,
        branches: Sequence[Branch],
        main: Branch | None,
        kept_energy: EnergyCounter,
        sense_fault: Callable[[], bool],
    ) -> None:
        super().__init__(WHOLE, (None,))
        self._branches = branches
        self._seen = branches if main is None else (main,)
        self._kept = kept_energy
        self._sense_fault = sense_fault

    def measuring(self, i: int) -> bool:
        for branch in self._seen:
            if not branch.reading.valid:
                return False
        return True

    def fault(self, i: int, _which: object = None) -> str:
        return "sensor" if self._sense_fault() else super().fault(i)

    def kept(self, i: int, direction: int) -> int | None:
        if all(was_measured(branch.reading) for branch in self._seen):
            return self._kept.wh_in(None, direction)
        return None

    def measured(self, i: int, field: str) -> int | None:
        if field == "voltage_mv":
            return self._voltage_mv()
        if not self.measuring(i):
            return None
        if field == "current_ma" and self._seen is self._branches:
            return self._current_ma()
        return self._sum(field)

    def _sum(self, field: str) -> int:
        return sum(getattr(branch.reading, field) for branch in self._seen)

    def channel_count(self, i: int, _which: object) -> int:
        return len(self._branches)

    def _voltage_mv(self) -> int | None:
        """Of the first branch that answers: all hang on one bus."""
        for branch in self._seen:
            if branch.reading.valid:
                return branch.reading.voltage_mv
        return None

    def _current_ma(self) -> int | None:
        """Rounded down, so that whoever rounds it to less digits does so once."""
        voltage_mv = self._voltage_mv()
        if not voltage_mv:
            return None
        # Volt-amperes in floats: the squares of milliwatts pass 30 bits.
        watts = self._sum("power_mw") / 1000
        vars_ = self._sum("reactive_mvar") / 1000
        return int(sqrt(watts * watts + vars_ * vars_) * 1_000_000 / voltage_mv)
