"""Why the node started, told apart further than `machine.reset_cause` does.

That one calls a brown-out a power-on, and a crash and a wanted reset the same. The chip's own
register tells the first two apart, a note in the registers the others.

Source: ESP32 technical reference manual, RTC_CNTL_RESET_STATE_REG; numbers of RESET_REASON in
ESP-IDF's esp32/rom/rtc.h.
"""

from machine import SOFT_RESET, mem32, reset_cause
from micropython import const

# After of an event BOOT. A number is never given twice; the words for them are in wire.events.
POWER_ON = const(0)
BROWN_OUT = const(1)
WATCHDOG = const(2)
CRASH = const(3)
COMMANDED = const(4)

_REASON_MASK = const(0x3F)
_REASON_POWER_ON = const(1)
_DEEP_SLEEP = const(5)
_REASON_BROWN_OUT = const(15)
# Watchdogs of the timer groups, of the RTC, and what they do to a core alone.
_WATCHDOGS = (4, 7, 8, 9, 11, 13, 16)


def boot_cause(reason_register: int, was_asked_for: bool) -> int:
    """One of the resets above. `reason_register` is the board's, as an address."""
    reason = mem32[reason_register] & _REASON_MASK
    # The register still tells of the last hard reset then.
    if reset_cause() == SOFT_RESET:
        return COMMANDED if was_asked_for else CRASH
    if reason == _REASON_BROWN_OUT:
        return BROWN_OUT
    if reason in _WATCHDOGS:
        return WATCHDOG
    if reason in (_REASON_POWER_ON, _DEEP_SLEEP):
        return POWER_ON
    return COMMANDED if was_asked_for else CRASH
