"""Which loads may stay on within a power limit: lex by tier, exact within a tier.

Tiers in order. Within a tier the loads that are on stay on if they all fit, and the best subset
of the others fills what is left; if they do not all fit, the best subset of those that are on
stays. Best is most watts; among equals the one with the earlier loads. Lower tiers may use what
is left, except below an incomplete tier 0: life-safety is opened only when all else is open.

A load counts with its rated power or what it was measured to draw in the last minute, whichever
is more.

Pure and allocation-free: `compute` fills `keep` and may run in the control path.
"""

from array import array
from typing import TYPE_CHECKING

from core.loads import LIFE_SAFETY, TIERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.loads import Load

# 2**8 subsets of one tier take about a millisecond on an ESP32.
MAX_LOADS = 8


class ShedPlan:
    """`keep[i]` is 1 if load i may be on, after `compute`. `planned_w` is what they may draw."""

    def __init__(self, loads: Sequence[Load]) -> None:
        if len(loads) > MAX_LOADS:
            raise ValueError("too many loads")
        self._loads = loads
        self.keep = bytearray(len(loads))
        self.planned_w = 0
        self._weights = array("i", (0 for _ in loads))
        self._chosen = bytearray(MAX_LOADS)  # load numbers a subset is chosen from
        self._range = range(len(loads))
        self._tiers = range(TIERS)

    def compute(self, limit_w: int) -> None:
        """Fill `keep` for `limit_w`. Loads not wanted or locked off are never kept."""
        loads, weights, keep = self._loads, self._weights, self.keep
        for i in self._range:
            load = loads[i]
            weights[i] = load.rated_w if load.rated_w > load.peak_w else load.peak_w
            keep[i] = 0
        left_w = limit_w
        for tier in self._tiers:
            on_w = self._tier_weight(tier, True)
            if on_w <= left_w:
                left_w -= self._keep_best(tier, True, left_w)
                left_w -= self._keep_best(tier, False, left_w)
            else:
                left_w -= self._keep_best(tier, True, left_w)
            if tier == LIFE_SAFETY and not self._complete(tier):
                break
        self.planned_w = limit_w - left_w

    def keep_all(self) -> None:
        """Fill `keep` for a site without a limit: everything wanted and not locked off."""
        loads, keep = self._loads, self.keep
        for i in self._range:
            keep[i] = 1 if loads[i].wanted and not loads[i].locked_off else 0

    def _tier_weight(self, tier: int, closed: bool) -> int:
        total_w = 0
        for i in self._range:
            if self._eligible(i, tier, closed):
                total_w += self._weights[i]
        return total_w

    def _eligible(self, i: int, tier: int, closed: bool) -> bool:
        load = self._loads[i]
        return load.tier == tier and load.wanted and not load.locked_off and load.closed == closed

    def _complete(self, tier: int) -> bool:
        loads = self._loads
        for i in self._range:
            load = loads[i]
            if load.tier == tier and load.wanted and not load.locked_off and not self.keep[i]:
                return False
        return True

    def _keep_best(self, tier: int, closed: bool, left_w: int) -> int:
        """Keep the subset of these loads with most watts within `left_w`; return its watts."""
        chosen, count = self._chosen, 0
        for i in self._range:
            if self._eligible(i, tier, closed):
                chosen[count] = i
                count += 1
        # The first load has the highest bit, so the larger of two equal subsets has the
        # earlier loads; counting down and replacing only on more watts finds it.
        best_mask, best_w = 0, 0
        mask = (1 << count) - 1
        while mask:
            total_w = self._subset_weight(mask, count)
            if best_w < total_w <= left_w or (best_mask == 0 and total_w == 0):
                best_mask, best_w = mask, total_w
                if total_w == left_w:
                    break
            mask -= 1
        for bit in range(count):
            if best_mask >> (count - 1 - bit) & 1:
                self.keep[chosen[bit]] = 1
        return best_w

    def _subset_weight(self, mask: int, count: int) -> int:
        chosen, weights = self._chosen, self._weights
        total_w = 0
        for bit in range(count):
            if mask >> (count - 1 - bit) & 1:
                total_w += weights[chosen[bit]]
        return total_w
