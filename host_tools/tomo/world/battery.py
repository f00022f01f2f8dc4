"""The battery behind the inverter: energy in, energy out, losses, a floor it never goes below."""

import math

from tomo.scenario.records import Battery as Ratings

_MS_PER_H = 3_600_000
# Back up from the floor by this much before the inverter may lean on it again, % of capacity.
_RECOVER_PERCENT = 2.0


# Below this it would take longer than anybody simulates, and the quotient may not be finite.
_NO_POWER_W = 1e-6


class Battery:
    """`power_w` is at the AC side, positive while it discharges."""

    def __init__(self, ratings: Ratings) -> None:
        self.ratings = ratings
        self.stored_wh = ratings.capacity_wh * ratings.soc_percent / 100
        self.floor_wh = ratings.capacity_wh * ratings.floor_percent / 100
        self.power_w = 0.0
        self._flat = self.stored_wh <= self.floor_wh

    @property
    def soc_percent(self) -> float:
        return 100 * self.stored_wh / self.ratings.capacity_wh

    @property
    def has_energy(self) -> bool:
        return not self._flat

    def room_w(self) -> float:
        """What it can be charged with at the AC side now."""
        return self.ratings.max_charge_w if self.stored_wh < self.ratings.capacity_wh else 0.0

    def cell_w(self) -> float:
        """What leaves (+) or enters (-) the cells for `power_w` at the AC side."""
        efficiency = self.ratings.efficiency
        return self.power_w / efficiency if self.power_w > 0 else self.power_w * efficiency

    def run(self, span_ms: int) -> None:
        """Let `power_w` flow for `span_ms`."""
        self.stored_wh -= self.cell_w() * span_ms / _MS_PER_H
        self.stored_wh = min(self.stored_wh, float(self.ratings.capacity_wh))
        # A rounding error below the floor is the floor; 1e-6 Wh is 4 mJ.
        if self.stored_wh <= self.floor_wh + 1e-6:
            self.stored_wh = max(self.stored_wh, self.floor_wh)
            self._flat = True
        elif self.stored_wh >= self.floor_wh + _RECOVER_PERCENT / 100 * self.ratings.capacity_wh:
            self._flat = False

    def next_change_ms(self, now_ms: int) -> int | None:
        """When it reaches its floor or its top at the present power."""
        cell_w = self.cell_w()
        if abs(cell_w) < _NO_POWER_W:
            return None
        if cell_w > 0 and not self._flat:
            left_wh = self.stored_wh - self.floor_wh
        elif cell_w < 0:
            left_wh = self.ratings.capacity_wh - self.stored_wh
        else:
            return None
        return now_ms + max(1, math.ceil(left_wh / abs(cell_w) * _MS_PER_H))
