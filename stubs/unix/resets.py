"""How a run of the desk's chip ends, and what outlives a reset of it: levels of pins, RTC memory.

Where the contacts of latching relays stand is kept with them.

    offset  size  field
    0       160   4 bytes a pin: how it is driven (see below), whether the contact is closed that a
                  pulse on it closes, duty of its PWM u16
    160     2     length of RTC memory
    162     2048  RTC memory

It is a file in the node's folder, DESK_KEPT or `kept.bin`. A power-on or brown-out clears all but
the contacts. That the levels of an ESP32 live on is not certain, so it is what the desk assumes;
DESK_KEEPS_LEVELS=0 makes every reset let go of them.
"""

import sys
from micropython import const
from os import getenv

import _reset

PINS = const(40)
UNDRIVEN = const(0)
LOW = const(1)
HIGH = const(2)
BY_PWM = const(3)

RTC_AT = const(160)
RTC_SIZE = const(2048)
_SIZE = const(2210)
_CONTACT = const(1)

_POWER_ON = const(1)
_BROWN_OUT = const(15)

# Without `begin`, for tests of parts, what a chip has at power-on.
memory = memoryview(bytearray(_SIZE))
# Whether this run began with a reset of a chip that had run before.
after_reset = False
# In a whole node `_reset.end`: nothing is unwound.
end = sys.exit


def reason() -> int:
    """DESK_RESET_REASON, by default power-on: RESET_REASON of ESP-IDF's esp32/rom/rtc.h."""
    return int(getenv("DESK_RESET_REASON") or _POWER_ON)


def begin() -> None:
    """Take over what the last run of this chip left behind. Before the first pin is touched."""
    global memory, after_reset
    memory = _reset.memory(getenv("DESK_KEPT") or "kept.bin", _SIZE)
    after_reset = bool(getenv("DESK_SOFT_RESET")) or reason() not in (_POWER_ON, _BROWN_OUT)
    keeps_levels = getenv("DESK_KEEPS_LEVELS") != "0"
    if not after_reset:
        _clear(_SIZE)
    elif not keeps_levels:
        _clear(RTC_AT)


def contact_at(pin: int) -> int:
    """Where `memory` keeps the contact that pulses on this pin close."""
    return 4 * pin + _CONTACT


def _clear(size: int) -> None:
    """All but the contacts in the first `size` bytes."""
    for at in range(size):
        if at >= RTC_AT or at % 4 != _CONTACT:
            memory[at] = 0
