"""What becomes of the clock when somebody has told the time. Imported for that and let go."""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.calendar import NEVER_SET
from tomoshibi.core.events import NODE
from tomoshibi.node.set_clock import offset_s, set_clock, tell
from tomoshibi.settings.declared import GATEWAY

if TYPE_CHECKING:
    from tomoshibi.core.calendar import Calendar
    from tomoshibi.node.control import Control

# What has come of asking.
WAITING = const(0)
HEARD = const(1)
SILENT = const(2)
REFUSED = const(3)
LATER = const(4)

# An offset below is left alone: the clock is read in whole seconds.
_ENOUGH_S = const(2)
# One that registers.half_hours does not take for the clock being set. So near a half hour it has
# to wait, or that half hour would come twice.
_SMALL_S = const(10)
_NEAR_S = const(15)
_SLOT_S = const(1_800)


def address_of(text: str) -> str:
    """The IPv4 address that a setting means; of `gateway` the one that DHCP has told just now."""
    if text != GATEWAY:
        return text
    import network

    return network.WLAN(network.STA_IF).ipconfig("gw4")


def heed(calendar: Calendar, control: Control, seconds: int, millis: int, cause: int) -> int:
    """Go by a time told, in s since 2000-01-01 UTC: HEARD, or LATER if it has to be asked again.

    Raises OSError if the clock cannot be set.
    """
    seconds += millis // 1000
    behind_s = offset_s(calendar, seconds)
    if abs(behind_s) < _ENOUGH_S:
        if not calendar.synchronised:
            tell(control, calendar.quality, behind_s, cause, NODE)
            calendar.synchronised = True
        return HEARD
    if calendar.quality != NEVER_SET and abs(behind_s) <= _SMALL_S and _near_half_hour(calendar):
        return LATER
    set_clock(calendar, control, seconds, millis % 1000, cause, NODE)
    return HEARD


def _near_half_hour(calendar: Calendar) -> bool:
    into_s = calendar.local()[1] % _SLOT_S
    return into_s < _NEAR_S or into_s >= _SLOT_S - _NEAR_S
