"""A load behind its relay: what it draws when it may, and how the relay's contact follows."""

from math import acos, tan
from pathlib import Path

from tomo.scenario.records import Load as LoadData
from tomo.world.profile import Profile

# From the coil's command to the contact (power relays: 10 to 15 ms).
CONTACT_MS = 12


class Contact:
    """A relay contact that follows its command CONTACT_MS later."""

    def __init__(self, closed: bool) -> None:
        self.commanded = closed
        self.closed = closed
        self.due_ms: int | None = None

    def command(self, now_ms: int, closed: bool) -> bool:
        """Take a command; False if it changes nothing."""
        if closed == self.commanded:
            return False
        self.commanded = closed
        self.due_ms = now_ms + CONTACT_MS if closed != self.closed else None
        return True

    def run(self, now_ms: int) -> None:
        if self.due_ms is not None and now_ms >= self.due_ms:
            self.closed = self.commanded
            self.due_ms = None


class Load:
    """One branch. After a long time off it may draw more for a while (cold-load pick-up).

    fixed   no relay switches it: it is on whenever there is supply
    """

    def __init__(self, data: LoadData, number: int, path: Path, fixed: bool = False) -> None:
        self.data = data
        self.name = data.name
        self.number = number  # of its relay and channel, from 1
        self.seen_at = number  # the channel whose current transformer is around it
        self.fixed = fixed
        self.contact = Contact(closed=fixed)  # the board's relays are open in reset
        self.power_w = 0.0
        self._profile = Profile(data.profile, path)
        self._q_per_p = tan(acos(data.power_factor))
        self._on = False
        self.draws_w: float | None = None  # instead of its profile
        self.welds = 0  # 1: its contact opens no more, if it is closed
        self.sensed = 1  # by its meter: -1 the wrong way round, 0 not at all
        self._welded = False
        self._off_since_ms: int | None = None  # None: never energised, so not cold
        self._warm_at_ms = 0

    @property
    def tier(self) -> int:
        return self.data.tier

    def run(self, now_ms: int, alive: bool) -> None:
        """Work out `power_w` from now on."""
        self.contact.run(now_ms)
        # A contact welds while it carries current, so one that is open does not.
        self._welded = bool(self.welds) and (self._welded or self.contact.closed)
        on = alive and (self.contact.closed or self._welded)
        if on and not self._on and self._off_since_ms is not None:
            if now_ms - self._off_since_ms >= self.data.cold_after_s * 1000:
                self._warm_at_ms = now_ms + self.data.cold_s * 1000
        if self._on and not on:
            self._off_since_ms = now_ms
        self._on = on
        self.power_w = self._demand_w(now_ms) if on else 0.0

    def _demand_w(self, now_ms: int) -> float:
        if self.draws_w is not None:
            return self.draws_w
        factor = self.data.cold_factor if now_ms < self._warm_at_ms else 1.0
        return self._profile.at(now_ms) * factor

    @property
    def reactive_var(self) -> float:
        return self.power_w * self._q_per_p

    def current_a(self, volts: float) -> float:
        return self.power_w / (volts * self.data.power_factor) if volts > 1 else 0.0

    def next_change_ms(self, now_ms: int) -> int | None:
        due = [self.contact.due_ms, self._profile.next_change_ms(now_ms)]
        if self._warm_at_ms > now_ms:
            due.append(self._warm_at_ms)
        return min((moment for moment in due if moment is not None), default=None)
