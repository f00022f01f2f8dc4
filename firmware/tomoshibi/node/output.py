"""What the control path commands, loads behind relays or a lamp: the protocol that they share.

For annotations only: no device holds it. All but `faults`, `take` and `commands` is called within a
cycle: it allocates nothing, awaits nothing and decides from what the control path knows of grid
and time.
"""

from typing import Protocol

from tomoshibi.node.lamp_commands import LampCommands
from tomoshibi.node.load_commands import LoadCommands
from tomoshibi.node.storage import Storage
from tomoshibi.settings.store import Settings


class Output(Protocol):
    """One part of a board that the control path switches."""

    def on_grid(self) -> None:
        """The grid state has just changed."""

    def on_news(self) -> None:
        """A job has set `news` of the control path: there is something new to look at."""

    def on_second(self, now_s: int) -> None:
        """A new second of uptime has begun."""

    def measured(self) -> None:
        """New readings are in; a job says so, between two cycles."""

    def restored(self) -> bool:
        """Whether all is as commanded again, as far as RESTORING waits for it."""
        ...

    def power_w(self) -> int:
        """What it draws, as last measured, W."""
        ...

    def claim_w(self) -> int:
        """What it draws in an island whatever the loads' budget says, W."""
        ...

    def voltage_dv(self) -> int:
        """Where it measures one, as last measured, 0.1 V; else core.events.NO_VOLTAGE."""
        ...

    def grid_mhz(self) -> int:
        """Frequency of the grid if it is measured now, mHz, else -1."""
        ...

    def faults(self) -> list[tuple[int, int]]:
        """(number from 1, cause of core.events) of what is faulty in it."""
        ...

    def take(self, settings: Settings) -> None:
        """Between two cycles: live by these, as far as they apply at once."""

    def commands(self, storage: Storage) -> LoadCommands | LampCommands:
        """What can be typed on the console for it; see node.commands."""
        ...
