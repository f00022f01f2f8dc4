"""The sub-meter's objects: 028D for each branch and 0287 for the panel.

Currents are magnitudes: a reading's RMS value has no direction, the sign is in the power. The
branches are one phase and two wires, so T and S-T are always "no data".

The panel has no transformer of its own on the main conductor. Its power is the sum of the
branches, its energy is counted from that sum (a branch that feeds back lessens what the others
import); its current follows from the summed active and reactive power and the voltage,
which is right for sine waves and, unlike a sum of RMS currents, for loads out of step.
"""

from array import array
from math import sqrt
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.calendar import civil
from tomoshibi.core.events import WELDED
from tomoshibi.registers.half_hours import HalfHours, was_measured
from tomoshibi.reporting.objects import SENSOR_FAULT, Device
from tomoshibi.reporting.points import (
    CHANNEL_1,
    EPC,
    FAULT,
    LIVES,
    OFF,
    ON,
    PANEL,
    SUBMETER,
    rows_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tomoshibi.core.branch import Branch
    from tomoshibi.core.calendar import Calendar
    from tomoshibi.core.energy import EnergyCounter
    from tomoshibi.core.identity import Identity
    from tomoshibi.settings.places import Places

# Fault content: "switch fault" is 20 to 29.
_SWITCH_FAULT = const(20)
# One table for all branches: rows are the same, only the values differ.
_SUBMETER_ROWS = rows_of(SUBMETER)


class BranchMeter(Device):
    """028D, instance = branch number."""

    def __init__(
        self,
        branch: Branch,
        half_hours: HalfHours,
        identity: Identity,
        calendar: Calendar,
        places: Places,
    ) -> None:
        eoj = SUBMETER << 8 | branch.number
        super().__init__(eoj, _SUBMETER_ROWS, identity, calendar, places)
        self._branch = branch
        self._half_hours = half_hours
        self._history_day: int | None = None  # None until a controller chooses one

    def status(self) -> int:
        load = self._branch.load
        return ON if load is None or load.closed else OFF

    def measuring(self) -> bool:
        return self._branch.reading.valid

    def fault_status(self) -> int:
        return FAULT if self._fault() else super().fault_status()

    def fault_content(self) -> int:
        """Which of the two is not to be believed: the relay or the meter."""
        fault = self._fault()
        if not fault:
            return super().fault_content()
        return _SWITCH_FAULT if fault == WELDED else SENSOR_FAULT

    def _fault(self) -> int:
        load = self._branch.load
        return load.fault if load else 0

    def history_day(self) -> int | None:
        return self._history_day

    def set_history_day(self, day: bytes) -> bool:
        self._history_day = day[0]
        return True

    def history_import(self) -> tuple:
        """E2: the day chosen, and its 48 readings."""
        return self._history_day, self._readings(0)

    def history_export(self) -> tuple:
        """E4, likewise."""
        return self._history_day, self._readings(1)

    def _readings(self, direction: int) -> list[int | None] | None:
        """Of the day chosen, counted back from today; None before one is chosen."""
        if self._history_day is None:
            return None
        self._calendar.update()
        day = self._calendar.local()[0] - self._history_day
        wh = array("i", (0 for _ in range(48)))
        self._half_hours.history.read_day(day, self._branch.number - 1, direction, wh)
        return [None if reading < 0 else reading for reading in wh]

    def import_wh(self) -> int | None:
        return self._branch.kept_wh(0) if was_measured(self._branch.reading) else None

    def export_wh(self) -> int | None:
        return self._branch.kept_wh(1) if was_measured(self._branch.reading) else None

    def power_w(self) -> int | None:
        return thousandth(self._branch.reading.power_mw) if self._branch.reading.valid else None

    def current(self) -> tuple[int | None, None]:
        reading = self._branch.reading
        return (tenths(reading.current_ma) if reading.valid else None), None

    def voltage(self) -> tuple[int | None, None]:
        reading = self._branch.reading
        return (tenths(reading.voltage_mv) if reading.valid else None), None

    def half_hour_import(self) -> tuple:
        return self._half_hour(self._half_hours.import_wh)

    def half_hour_export(self) -> tuple:
        return self._half_hour(self._half_hours.export_wh)

    def _half_hour(self, readings: array) -> tuple:
        """When the last half-hour reading was taken, local, and the reading."""
        taken = self._half_hours
        if taken.day < 0:
            return None, None
        at = civil(taken.day) + (taken.slot // 2, taken.slot % 2 * 30, 0)
        wh = readings[self._branch.number - 1]
        return at, (None if wh < 0 else wh)


class PanelMeter(Device):
    """028701: the whole board. Without every branch there is no sum, so then it says "no data"."""

    def __init__(
        self,
        branches: Sequence[Branch],
        kept: EnergyCounter,
        identity: Identity,
        calendar: Calendar,
        places: Places,
        sense_fault: Callable[[], bool],
    ) -> None:
        rows = rows_of(PANEL, len(branches))
        super().__init__(PANEL << 8 | 1, rows, identity, calendar, places)
        self._branches = branches
        self._kept = kept
        self._sense_fault = sense_fault

    def measuring(self) -> bool:
        return all(branch.reading.valid for branch in self._branches)

    def fault_status(self) -> int:
        """The board's senses of the grid count as the panel's."""
        return FAULT if self._sense_fault() else super().fault_status()

    def fault_content(self) -> int:
        return SENSOR_FAULT if self._sense_fault() else super().fault_content()

    def value(self, row: tuple):
        if row[LIVES] == "channel":
            return self.channel(row[EPC] - CHANNEL_1)
        return super().value(row)

    def channel(self, index: int) -> tuple:
        """D0 …: energy, and current R, T, of one branch."""
        branch = self._branches[index]
        reading = branch.reading
        energy_wh = branch.kept_wh(0) if was_measured(reading) else None
        return energy_wh, (tenths(reading.current_ma) if reading.valid else None, None)

    def channel_count(self) -> int:
        return len(self._branches)

    def import_wh(self) -> int | None:
        return self._kept.import_wh if self._were_measured() else None

    def export_wh(self) -> int | None:
        return self._kept.export_wh if self._were_measured() else None

    def _were_measured(self) -> bool:
        return all(was_measured(branch.reading) for branch in self._branches)

    def power_w(self) -> int | None:
        return thousandth(self._sum("power_mw")) if self.measuring() else None

    def current(self) -> tuple[int | None, None]:
        voltage_mv = self._voltage_mv()
        if not voltage_mv or not self.measuring():
            return None, None
        # Volt-amperes in floats: the squares of milliwatts pass 30 bits, and 0.1 A needs no more.
        watts = self._sum("power_mw") / 1000
        vars_ = self._sum("reactive_mvar") / 1000
        return int(sqrt(watts * watts + vars_ * vars_) * 10_000 / voltage_mv + 0.5), None

    def voltage(self) -> tuple[int | None, None]:
        voltage_mv = self._voltage_mv()
        return (None if voltage_mv is None else tenths(voltage_mv)), None

    def _voltage_mv(self) -> int | None:
        """Of the first branch that answers: all hang on one bus."""
        for branch in self._branches:
            if branch.reading.valid:
                return branch.reading.voltage_mv
        return None

    def _sum(self, quantity: str) -> int:
        return sum(getattr(branch.reading, quantity) for branch in self._branches)


def thousandth(milli: int) -> int:
    """Whole units of a quantity in thousandths, rounded to nearest."""
    return (milli + 500) // 1000


def tenths(milli: int) -> int:
    """Tenths of a quantity in thousandths, rounded to nearest."""
    return (milli + 50) // 100
