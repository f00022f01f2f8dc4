"""Sets the node's clock, and leaves word of it. Imported for that moment and let go."""

from machine import RTC
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.calendar import civil
from tomoshibi.core.events import CLOCK, NODE

if TYPE_CHECKING:
    from tomoshibi.core.calendar import Calendar
    from tomoshibi.node.control import Control

_DAY_S = const(86_400)
_MOST_S = const(0x7FFFFFFF)  # that an event can tell


def offset_s(calendar: Calendar, seconds: int) -> int:
    """How far the clock is behind `seconds`, which count from 2000-01-01 UTC."""
    calendar.update()
    return seconds - (_DAY_S * calendar.day + calendar.second)


def set_clock(
    calendar: Calendar, control: Control, seconds: int, millis: int, cause: int, actor: int
) -> None:
    """Let the clock go on from `seconds` since 2000-01-01 UTC. Raises OSError if it cannot be set.

    Nothing else is told: who needs the time of day asks the calendar, and whoever waits counts
    uptime.
    """
    behind_s = offset_s(calendar, seconds)
    was = calendar.quality
    day, second = divmod(seconds, _DAY_S)
    date = civil(day)
    time = (second // 3600, second // 60 % 60, second % 60, millis * 1000)
    RTC().datetime(date + (0,) + time)
    calendar.synchronised = actor == NODE  # which goes by what it was told by a better clock
    tell(control, was, behind_s, cause, actor)


def tell(control: Control, was: int, behind_s: int, cause: int, actor: int) -> None:
    """Record that the clock was set, or found to be right."""
    control.record(CLOCK, 0, was, max(-_MOST_S, min(behind_s, _MOST_S)), cause, actor)
