"""The maximum demand: the largest mean power of a half hour, and when that half hour ended.

Twice the energy that a counter gained between two readings half an hour apart. A half hour without
one of the two, and one in which a start value was set or a counter ran backwards, has none.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from tomo.image.history import FORWARDS_WH, Day, difference

SLOTS = 48
ALL = 0  # in the place of a branch: the sum of all
IMPORT, EXPORT = 0, 1
_HALF_HOURS_AN_HOUR = 2

# (day, slot, branch, direction) of half hours that are no measure, by the reading that ends them.
Passed = Collection[tuple[int, int, int, int]]


@dataclass(frozen=True)
class Demand:
    """day, slot   of the reading that ends the half hour; None if no half hour was whole"""

    branch: int
    direction: int
    power_w: int | None = None
    day: int | None = None
    slot: int | None = None


def demand_w(gain_wh: int | None) -> int | None:
    """Mean power of a half hour in which a counter gained so much, W."""
    if gain_wh is None or gain_wh > FORWARDS_WH:
        return None
    return gain_wh * _HALF_HOURS_AN_HOUR


def maxima(days: Mapping[int, Day], branches: int, passed: Passed = ()) -> list[Demand]:
    """For all branches together, and each: import and export. Of two equal ones the first."""
    most = {(b, way): Demand(b, way) for b in range(branches + 1) for way in (IMPORT, EXPORT)}
    for day, slot, powers_w in _half_hours(days, branches, passed):
        for (branch, way), power_w in powers_w.items():
            before_w = most[branch, way].power_w
            if power_w is not None and (before_w is None or power_w > before_w):
                most[branch, way] = Demand(branch, way, power_w, day, slot)
    return list(most.values())


def _half_hours(
    days: Mapping[int, Day], branches: int, passed: Passed
) -> Iterator[tuple[int, int, dict[tuple[int, int], int | None]]]:
    for day in sorted(days):
        for slot in range(SLOTS):
            before = (day, slot - 1) if slot else (day - 1, SLOTS - 1)
            powers_w: dict[tuple[int, int], int | None] = {}
            for way in (IMPORT, EXPORT):
                of_all: list[int | None] = []
                for branch in range(1, branches + 1):
                    gained_wh = difference(
                        _reading(days, *before, branch)[way], _reading(days, day, slot, branch)[way]
                    )
                    power_w = None if (day, slot, branch, way) in passed else demand_w(gained_wh)
                    powers_w[branch, way] = power_w
                    of_all.append(power_w)
                known = [power_w for power_w in of_all if power_w is not None]
                powers_w[ALL, way] = sum(known) if len(known) == branches else None
            yield day, slot, powers_w


def _reading(
    days: Mapping[int, Day], day: int, slot: int, branch: int
) -> tuple[int | None, int | None]:
    return days[day].reading(slot, branch) if day in days else (None, None)
