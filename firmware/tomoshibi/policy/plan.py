"""Which loads may stay on within a power limit: lex by tier, exact within a tier of up to eight.

Tiers in order. Within a tier the loads that are on stay on if they all fit, and the best subset
of the others that may close now fills what is left; if they do not all fit, the best subset of
those that are on stays. Best is most watts; among equals the one with the earlier loads. Lower
tiers may use what is left, except below a tier 0 that loses a load: life-safety is opened only
when all else is open. Of more than eight in one tier the largest that fits is taken first, until
eight are left: at least half as many watts as the best subset has.

A load counts with its rated power or what it was measured to draw in the last minute, whichever
is more; while it starts, with its rated power.

Pure and allocation-free: `compute` fills `keep` and may run in the control path.
"""

from array import array
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.loads import LIFE_SAFETY, TIERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomoshibi.core.loads import Load

# The subsets of one tier are tried one by one: at most 2**8.
_EXACT = const(8)


class ShedPlan:
    """`keep[i]` is 1 if load i may be on, after `compute`. `planned_w` is what they may draw."""

    def __init__(self, loads: Sequence[Load]) -> None:
        self._loads = loads
        self.keep = bytearray(len(loads))
        self.planned_w = 0
        self._weights = array("i", (0 for _ in loads))
        self._chosen = bytearray(len(loads))  # load numbers a subset is chosen from
        self._range = range(len(loads))
        self._tiers = range(TIERS)
        self._ready: bytearray | None = None

    def compute(self, limit_w: int, ready: bytearray | None = None) -> None:
        """Fill `keep` for `limit_w`. Loads not wanted or locked off are never kept.

        ready   ready[i] is 1 if the open load i may close now; watts are not set aside for one
                that may not. None: all may.
        """
        loads, weights, keep = self._loads, self._weights, self.keep
        self._ready = ready
        for i in self._range:
            load = loads[i]
            weights[i] = load.may_draw_w()
            keep[i] = 0
        left_w = limit_w
        for tier in self._tiers:
            left_w -= self._keep_best(tier, True, left_w)
            if self._all_kept(tier):
                left_w -= self._keep_best(tier, False, left_w)
            elif tier == LIFE_SAFETY:
                break
        self.planned_w = limit_w - left_w

    def keep_only(self, tier: int) -> None:
        """Of what is kept, keep this tier alone."""
        for i in self._range:
            if self._loads[i].tier != tier:
                self.keep[i] = 0

    def keep_all(self) -> None:
        """Fill `keep` for a site without a limit: everything wanted and not locked off."""
        loads, keep = self._loads, self.keep
        for i in self._range:
            keep[i] = 1 if loads[i].wanted and not loads[i].locked_off else 0

    def _eligible(self, i: int, tier: int, closed: bool) -> bool:
        load = self._loads[i]
        if load.tier != tier or not load.wanted or load.locked_off or load.closed != closed:
            return False
        return closed or self._ready is None or self._ready[i] == 1

    def _all_kept(self, tier: int) -> bool:
        """True if every load of this tier that is on stays on."""
        for i in self._range:
            if not self.keep[i] and self._eligible(i, tier, True):
                return False
        return True

    def _keep_best(self, tier: int, closed: bool, left_w: int) -> int:
        """Keep the subset of these loads with most watts within `left_w`; return its watts."""
        chosen, count, all_w = self._chosen, 0, 0
        for i in self._range:
            if self._eligible(i, tier, closed):
                chosen[count] = i
                count += 1
                all_w += self._weights[i]
        kept_w = 0
        if all_w <= left_w:
            mask = (1 << count) - 1
        else:
            while count > _EXACT:
                kept_w += self._take_largest(count, left_w - kept_w)
                count -= 1
            mask = self._best_subset(count, left_w - kept_w)
        for bit in range(count):
            if mask >> (count - 1 - bit) & 1:
                self.keep[chosen[bit]] = 1
                kept_w += self._weights[chosen[bit]]
        return kept_w

    def _take_largest(self, count: int, left_w: int) -> int:
        """Keep the largest of the first `count` chosen if it fits, and drop it from them."""
        chosen, weights = self._chosen, self._weights
        largest = 0
        for place in range(1, count):
            if weights[chosen[place]] > weights[chosen[largest]]:
                largest = place
        taken = chosen[largest]
        for place in range(largest, count - 1):
            chosen[place] = chosen[place + 1]
        if weights[taken] > left_w:
            return 0
        self.keep[taken] = 1
        return weights[taken]

    def _best_subset(self, count: int, left_w: int) -> int:
        """Mask of the first `count` chosen; the first of them has the highest bit.

        Walks the Gray code, so that one load comes or goes at each step. Of two equal subsets the
        larger mask is the one with the earlier loads.
        """
        chosen, weights = self._chosen, self._weights
        best_mask, best_w, mask, total_w = 0, 0, 0, 0
        for step in range(1, 1 << count):
            bit = 0
            while not step >> bit & 1:
                bit += 1
            mask ^= 1 << bit
            weight = weights[chosen[count - 1 - bit]]
            total_w += weight if mask >> bit & 1 else -weight
            if total_w <= left_w and (total_w > best_w or (total_w == best_w and mask > best_mask)):
                best_mask, best_w = mask, total_w
        return best_mask
