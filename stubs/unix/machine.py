"""The desk's `machine`: the ESP32 as far as the firmware uses it, and not a step further.

What is missing here is missing on purpose: an AttributeError on the desk says that the desk does
not simulate it, instead of letting firmware believe that it happened.
"""

import _desk
from micropython import const
from os import getenv

import resets
from machine_buses import I2C, SPI, UART
from machine_pins import ADC, PWM, Pin
from machine_timers import RTC, WDT, Timer

PWRON_RESET = const(1)
HARD_RESET = const(2)
WDT_RESET = const(3)
DEEPSLEEP_RESET = const(4)
SOFT_RESET = const(5)

# Exit statuses that ask whoever started this node to start it again.
RESET_EXIT = 4
SOFT_RESET_EXIT = 5
# A soft reset from the raw REPL, to which it is to return.
RAW_RESET_EXIT = 6

_cpu_hz = 160_000_000


def reset():
    resets.end(RESET_EXIT)


def soft_reset():
    resets.end(SOFT_RESET_EXIT)


# RESET_REASON of ESP-IDF's esp32/rom/rtc.h, as the port's reset_cause() sums them up.
_POWER_ON = const(1)
_DEEP_SLEEP = const(5)
_BROWN_OUT = const(15)
_WATCHDOGS = (4, 7, 8, 9, 11, 13, 16)
_RESET_STATE = const(0x3FF48034)


def reset_cause() -> int:
    """Why this process was started: DESK_RESET_REASON, or softly with DESK_SOFT_RESET."""
    if getenv("DESK_SOFT_RESET"):
        return SOFT_RESET
    reason = resets.reason()
    if reason in (_POWER_ON, _BROWN_OUT):
        return PWRON_RESET
    if reason in _WATCHDOGS:
        return WDT_RESET
    return DEEPSLEEP_RESET if reason == _DEEP_SLEEP else HARD_RESET


class _Memory:
    """The one register of the chip's that the firmware reads; any other is not simulated."""

    def __getitem__(self, address: int) -> int:
        if address != _RESET_STATE:
            raise NotImplementedError("mem32[0x%08x]" % address)
        reason = resets.reason()
        return reason << 6 | reason  # both cores'


mem32 = _Memory()


def unique_id() -> bytes:
    """DESK_MAC, or six bytes from DESK_SEED; as a MAC address these are locally administered."""
    mac = getenv("DESK_MAC")
    if mac:
        return bytes(int(part, 16) for part in mac.split(":"))
    seed = int(getenv("DESK_SEED") or 0)
    return b"\x02\x00" + (seed & 0xFFFF_FFFF).to_bytes(4, "big")


def freq(hz=None):
    global _cpu_hz
    if hz is None:
        return _cpu_hz
    if hz not in (20_000_000, 40_000_000, 80_000_000, 160_000_000, 240_000_000):
        raise ValueError("frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz")
    _cpu_hz = hz


def idle() -> None:
    """Nothing to save on the desk; simulated interrupts come while asyncio waits."""


def disable_irq() -> int:
    """Nothing strikes until `enable_irq`; only on a costed clock would it, within a function."""
    return int(_desk.interrupts(False))


def enable_irq(state: int) -> None:
    """See `disable_irq`, which returned `state`."""
    _desk.interrupts(state)
