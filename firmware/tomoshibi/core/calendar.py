"""Calendar time: days since 2000-01-01 and the second of the day, UTC; local time is a view.

The civil-date arithmetic is the usual proleptic Gregorian one (400-year cycle, years counted
from March so that the leap day comes last). Good from 2000 to 2100 and beyond.
"""

from micropython import const
from time import time

NEVER_SET = const(0)
HELD = const(1)
SYNCHRONISED = const(2)

_DAY_S = const(86_400)
# Before 2024 no board of ours existed: an earlier date means that nobody set the clock.
_FIRST_PLAUSIBLE_DAY = const(8_766)


class Calendar:
    """The platform's clock, read once a call. On the ESP32 and the desk it counts from 2000."""

    def __init__(self, utc_offset_min: int = 0) -> None:
        self.utc_offset_s = utc_offset_min * 60
        self.synchronised = False
        self.day = 0
        self.second = 0

    def update(self) -> None:
        """Take the present UTC day and second of the day."""
        self.day, self.second = divmod(int(time()), _DAY_S)

    @property
    def quality(self) -> int:
        """NEVER_SET, HELD or SYNCHRONISED."""
        if self.day < _FIRST_PLAUSIBLE_DAY:
            return NEVER_SET
        return SYNCHRONISED if self.synchronised else HELD

    def local(self) -> tuple[int, int]:
        """(day, second of the day) at the place's offset from UTC."""
        second = self.second + self.utc_offset_s
        return self.day + second // _DAY_S, second % _DAY_S


def civil(day: int) -> tuple[int, int, int]:
    """(year, month, day of the month) of a day number."""
    shifted = day + 730_425  # days since 0000-03-01
    era, of_era = divmod(shifted, 146_097)
    year_of_era = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    march_month = (5 * of_year + 2) // 153
    month = march_month + 3 if march_month < 10 else march_month - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year, month, of_year - (153 * march_month + 2) // 5 + 1


def day_number(year: int, month: int, day: int) -> int:
    """Days from 2000-01-01 to this civil date."""
    if month <= 2:
        year -= 1
    era, year_of_era = divmod(year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + of_year
    return era * 146_097 + of_era - 730_425
