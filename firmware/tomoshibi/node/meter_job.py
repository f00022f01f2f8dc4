"""Reads the metering chips of one bus: power and energy every round, all else every tenth.

Energy every round, so that what a power cut takes with a chip is a second's worth.
"""

import asyncio
from micropython import const
from time import ticks_add, ticks_diff, ticks_ms
from typing import TYPE_CHECKING

from tomoshibi.core.errors import ChipSilent, NodeFault
from tomoshibi.node.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tomoshibi.core.energy import EnergyCounter
    from tomoshibi.core.readings import Counts
    from tomoshibi.core.uptime import Uptime
    from tomoshibi.drivers.meter_chip import MeterChip
    from tomoshibi.meter.circuits import Circuits

_FULL_EVERY = const(10)


class MeterJob(Job):
    """Reads `meters` once in `period_ms`, one after another, and calls `on_readings` after each
    round in which any has answered.

    name    the bus
    meters  each a chip, the circuits that its channels measure, and records for `collect`, which
            may serve several chips of one kind
    whole   the sums that all Circuits of the board add to, and where they are counted after each
            round: active, reactive. None if no board is counted as one, or by another job
    """

    def __init__(
        self,
        name: str,
        meters: Sequence[tuple[MeterChip, Circuits, Sequence[Counts]]],
        uptime: Uptime,
        period_ms: int,
        on_readings: Callable[[], None],
        whole: tuple[list[int], EnergyCounter, EnergyCounter] | None = None,
    ) -> None:
        super().__init__()
        self.name = name
        self.deadline_ms = 5 * period_ms + 5_000
        self._meters = meters
        self._ready = bytearray(len(meters))
        self.missed = 0  # reads that failed, since power-up
        self._uptime = uptime
        self._period_ms = period_ms
        self._on_readings = on_readings
        self._whole = whole

    def counts(self) -> dict[str, int]:
        return {"missed_samples": self.missed}

    async def run(self) -> None:
        due_ms, left = ticks_ms(), 0
        while True:
            if not all(self._ready):
                await self._set_up()
            answered = False
            for i in range(len(self._meters)):
                if self._ask(i, left == 0):
                    answer_ms = self._meters[i][0].answer_ms
                    if answer_ms:
                        await asyncio.sleep_ms(answer_ms)
                    answered = self._take(i) or answered
                    # The other jobs get their turn between two chips.
                    await asyncio.sleep_ms(0)
            self._settle()
            if answered:
                self._on_readings()
            left = left - 1 if left else _FULL_EVERY - 1
            self.beat()
            # Step from the last due time, not from now, so a slow round does not shift the rest.
            due_ms = ticks_add(due_ms, self._period_ms)
            wait_ms = ticks_diff(due_ms, ticks_ms())
            if wait_ms < 0:
                # Rounds longer than the period follow each other: a debt that grew for days would
                # turn into a wait.
                due_ms, wait_ms = ticks_ms(), 0
            await asyncio.sleep_ms(wait_ms)

    def _settle(self) -> None:
        """Count the board as one, by the sign of a round's sums."""
        if self._whole is not None:
            net, energy, reactive = self._whole
            energy.add_mj(net[0])
            reactive.add_mj(net[1])
            net[0] = net[1] = 0

    async def _set_up(self) -> None:
        """Configure the chips that want it, and wait for their first full window."""
        window_ms = 0
        for i in range(len(self._meters)):
            if self._ready[i]:
                continue
            chip = self._meters[i][0]
            try:
                chip.configure()
                await asyncio.sleep_ms(chip.answer_ms)
                chip.confirm()
                self._ready[i] = True
                window_ms = max(window_ms, chip.window_ms)
            except NodeFault as fault:
                self._miss(i, fault)
        if window_ms:
            await asyncio.sleep_ms(window_ms)

    def _ask(self, i: int, full: bool) -> bool:
        """Ask chip i, if it is set up, for power and energy or for all; whether it will answer."""
        if not self._ready[i]:
            return False
        chip, circuits, _counts = self._meters[i]
        try:
            chip.ask(full or not circuits.valid())
            return True
        except NodeFault as fault:
            self._miss(i, fault)
            return False

    def _take(self, i: int) -> bool:
        """Take the answer of chip i; whether it has come. In one go, as `counts` is shared."""
        chip, circuits, counts = self._meters[i]
        try:
            circuits.take(counts, chip.collect(counts), self._uptime.seconds)
            return True
        except NodeFault as fault:
            self._miss(i, fault)
            return False

    def _miss(self, i: int, fault: NodeFault) -> None:
        """Count a failed read, which leaves the last values until they are old."""
        chip, circuits, _counts = self._meters[i]
        self.missed += 1
        # Silence may mean that the chip has reset itself: set it up again. A garbled word does
        # not, and a reset would cost the energy that a chip has not handed over yet.
        if isinstance(fault, ChipSilent) or not chip.count_mj:
            self._ready[i] = False
        circuits.age(self._uptime.seconds)
