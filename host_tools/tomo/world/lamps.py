"""A streetlight: P = standby + (full - standby) * light level, behind a normally closed relay."""

from math import acos, tan

from tomo.scenario.records import Lamp as LampData
from tomo.world.loads import Contact

DUTY_FULL = 65_535


class Lamp:
    """Relay closed and full light in reset, so that a dead controller gives light."""

    fixed = False  # a relay switches it

    def __init__(self, data: LampData, number: int) -> None:
        self.data = data
        self.name = data.name
        self.number = number  # of its relay and meter
        self.sensed = 1  # by its meter: -1 the wrong way round, 0 not at all
        self.contact = Contact(closed=True)
        self.duty = DUTY_FULL
        self.power_w = 0.0
        self._q_per_p = tan(acos(data.power_factor))
        self._lit = False

    @property
    def tier(self) -> int:
        return self.data.tier

    def run(self, now_ms: int, alive: bool) -> None:
        """Work out `power_w` from now on."""
        self.contact.run(now_ms)
        self._lit = alive and self.contact.closed
        standby_w = self.data.standby_mw / 1000
        level = self.duty / DUTY_FULL
        self.power_w = standby_w + (self.data.full_w - standby_w) * level if self._lit else 0.0

    @property
    def light_permille(self) -> int:
        """The light it gives, which is none without supply."""
        return round(1000 * self.duty / DUTY_FULL) if self._lit else 0

    @property
    def reactive_var(self) -> float:
        return self.power_w * self._q_per_p

    def current_a(self, volts: float) -> float:
        return self.power_w / (volts * self.data.power_factor) if volts > 1 else 0.0

    def next_change_ms(self, _now_ms: int) -> int | None:
        return self.contact.due_ms
