"""Saves registers and half hours and erases flash ahead of need, while the control path is calm.

Between the first sign of trouble and the relays' movement nothing is written: `Control.calm`. What
may be lost when the supply goes with no time left is what Keeper allows, 1 Wh a branch; with time
left, nothing: as soon as the relays have moved, all is saved. Erases wait for node.flash_window; a
journal that has no erased sector left waits with them.
"""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.errors import FlashFailed
from tomoshibi.node.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from tomoshibi.node.control import Control
    from tomoshibi.node.storage import Storage
    from tomoshibi.registers.half_hours import HalfHours

# What has been measured is saved within this and the control path's cycle: see registers.keeper.
LOOKS_A_SECOND = const(25)


class KeeperJob(Job):
    """`measured` is for samplers: energy has been counted, and power is known.

    supplied   whether the board's own supply comes in: while it does not, all is saved once a
               second, and at once when it ends
    """

    name = "keeper"
    period_ms = 1_000 // LOOKS_A_SECOND

    def __init__(
        self,
        storage: Storage,
        control: Control,
        half_hours: HalfHours,
        supplied: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._storage = storage
        self._control = control
        self._half_hours = half_hours
        self._news = False
        self._looks = 0
        self._supplied = supplied
        self._rest = 0  # looks until the supply is looked at again

    def measured(self) -> None:
        """Have the control path look in its next cycle; look at the registers when it is calm."""
        self._control.measured()
        self._news = True

    def step(self) -> None:
        self._looks = (self._looks + 1) % LOOKS_A_SECOND
        if not self._looks:
            self._half_hours.poll()
            self._news = True
        if self._rest:
            self._rest -= 1
        elif not self._supplied():
            self._control.power_going = True
            self._rest = LOOKS_A_SECOND
        if self._control.calm():
            self._work()

    def _work(self) -> None:
        """One thing, the most urgent: each holds the control path up for as long as it takes."""
        journal, half_hours = self._storage.journal, self._half_hours
        good, going = True, self._control.power_going
        if journal.ring.waiting:
            # All that is due stays so.
            self._storage.prepare()
        elif going:
            # As it was looked at: what has come since is not answered for.
            self._control.power_going = False
            good = journal.save_all()
        elif half_hours.pending and not half_hours.history.ring.waiting:
            good = journal.save_all()
            if good:
                half_hours.store()
        elif self._news:
            self._news = False
            good = self._storage.keeper.step()
        else:
            self._storage.prepare()
        if journal.ring.waiting:
            if going:
                self._control.power_going = True
        elif not good:
            raise FlashFailed("registers")
