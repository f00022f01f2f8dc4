"""Reads the branch meters: power and energy every round, all else every tenth.

Energy every round, so that what a power cut takes with the chip is a second's worth.
"""

import asyncio
from micropython import const
from time import ticks_add, ticks_diff, ticks_ms
from typing import TYPE_CHECKING

from tomoshibi.core.errors import ChipSilent, NodeFault
from tomoshibi.meter.peak import RollingPeaks
from tomoshibi.meter.scaling import add_energy, add_reactive_energy, fill, fill_power
from tomoshibi.node.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tomoshibi.core.branch import Branch
    from tomoshibi.core.energy import EnergyCounter
    from tomoshibi.core.readings import Counts
    from tomoshibi.core.uptime import Uptime
    from tomoshibi.drivers.atm90e32 import ATM90E32

_FULL_EVERY = const(10)
# A chip that does not answer for this long has no valid readings any more.
_STALE_S = const(5)


class MeterGroup:
    """One chip and the branches its channels measure, in channel order.

    `configuration` is what the chip's `configure` takes; it is called at start and whenever the
    chip has lost itself.
    `counts` may serve several groups, as they are read one after another.
    `net_mj` and `net_reactive_mj` are what the last round counted, import less export.
    """

    def __init__(
        self,
        chip: ATM90E32,
        branches: Sequence[Branch],
        configuration: tuple[int, int, int, int],
        mj_per_count: int,
        counts: Sequence[Counts],
    ) -> None:
        self.branches = branches
        self.chip = chip
        self._configuration = configuration
        self._mj_per_count = mj_per_count
        self._counts = counts
        self._peaks = RollingPeaks(len(branches))
        self._ready = False
        self.net_mj = 0
        self.net_reactive_mj = 0
        self.missed = 0  # reads that failed, since power-up

    def sample(self, now_s: int, full: bool) -> None:
        """One round at uptime `now_s`. A failed read is counted and leaves the last values."""
        self.net_mj = self.net_reactive_mj = 0
        try:
            if not self._ready:
                self.chip.configure(*self._configuration)
                self._ready = True
            self.chip.read_energy(self._counts)
            self._add_energy()
            if full or not self.branches[0].reading.valid:
                full = True
                self.chip.read_reactive_energy(self._counts)
                self._add_reactive_energy()
                self.chip.read_all(self._counts)
            else:
                self.chip.read_power(self._counts)
        except NodeFault as fault:
            self.missed += 1
            # Silence may mean that the chip has reset itself: set it up again. A garbled word
            # does not, and a reset would cost the energy it has not handed over yet.
            if isinstance(fault, ChipSilent):
                self._ready = False
            self._age(now_s)
            return
        self._fill(now_s, full)

    def _add_energy(self) -> None:
        for i in range(len(self.branches)):
            energy = self.branches[i].energy
            self.net_mj += add_energy(self._counts[i], self._mj_per_count, energy)

    def _add_reactive_energy(self) -> None:
        for i in range(len(self.branches)):
            reactive = self.branches[i].reactive
            self.net_reactive_mj += add_reactive_energy(
                self._counts[i], self._mj_per_count, reactive
            )

    def _fill(self, now_s: int, full: bool) -> None:
        for i in range(len(self.branches)):
            branch = self.branches[i]
            reading, load = branch.reading, branch.load
            if full:
                fill(self._counts[i], reading)
                reading.valid = True
            else:
                fill_power(self._counts[i], reading)
            reading.at_s = now_s
            load.power_w = reading.power_mw // 1000
            # An open load keeps the peak it had: its rating was believed once already. What a
            # start draws is the control path's to judge.
            if load.closed and not load.starting:
                load.peak_w = self._peaks.update(i, now_s, abs(load.power_w))

    def _age(self, now_s: int) -> None:
        for branch in self.branches:
            if now_s - branch.reading.at_s > _STALE_S:
                branch.reading.valid = False
                # Unknown: the plan counts with the rating. What proved too big stays so.
                branch.load.power_w = 0
                if branch.load.closed:
                    branch.load.peak_w = 0


class BranchSampler(Job):
    """Samples all groups once in `period_ms` and tells `on_readings`.

    whole, whole_reactive   count the board as one: import or export by the sign of the sum
    """

    name = "branch sampler"

    def __init__(
        self,
        groups: Sequence[MeterGroup],
        uptime: Uptime,
        on_readings: Callable[[], None],
        period_ms: int,
        whole: EnergyCounter,
        whole_reactive: EnergyCounter,
    ) -> None:
        super().__init__()
        self.deadline_ms = 5 * period_ms + 5_000
        self._groups = groups
        self._whole = whole
        self._whole_reactive = whole_reactive
        self._uptime = uptime
        self._on_readings = on_readings
        self._period_ms = period_ms

    async def run(self) -> None:
        due_ms, left = ticks_ms(), 0
        while True:
            net_mj = net_reactive_mj = 0
            for group in self._groups:
                group.sample(self._uptime.seconds, left == 0)
                net_mj += group.net_mj
                net_reactive_mj += group.net_reactive_mj
                # The other jobs get their turn between two chips.
                await asyncio.sleep_ms(0)
            self._whole.add_mj(net_mj)
            self._whole_reactive.add_mj(net_reactive_mj)
            left = left - 1 if left else _FULL_EVERY - 1
            self._on_readings()
            self.beat()
            # Step from the last due time, not from now, so a slow round does not shift the rest.
            due_ms = ticks_add(due_ms, self._period_ms)
            await asyncio.sleep_ms(max(0, ticks_diff(due_ms, ticks_ms())))
