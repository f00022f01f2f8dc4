"""Timer, watchdog and real-time clock of the desk's ESP32, as events on the desk's clock."""

import _desk
from micropython import const
from time import gmtime, mktime, ticks_add, ticks_diff, ticks_ms

import _watchdog

import desk_clock
import resets

_ONE_SHOT = const(0)
_PERIODIC = const(1)

WATCHDOG_EXIT = 3  # as in boards/desk/common/watchdog.c
# In real time the host's timer stands behind the event, for firmware that hangs.
_GRACE_MS = const(500)

_MEMORY_AT = const(162)  # behind its length, see resets


class Timer:
    """Hardware timer 0 to 3. Its callback runs like an interrupt, between two steps of tasks; on a
    costed clock between two byte codes.

    There is one of each number: asked for again it is the same, and goes on.
    """

    ONE_SHOT = _ONE_SHOT
    PERIODIC = _PERIODIC

    _made = [None] * 4

    def __new__(cls, id, **settings):
        if not 0 <= id <= 3:
            raise ValueError("invalid Timer number")
        timer = Timer._made[id]
        if timer is None:
            timer = Timer._made[id] = object.__new__(cls)
            timer._event = _ALARMS[id]
            timer._callback = None
            timer._period_ms = 0
        return timer

    def __init__(self, id, **settings) -> None:
        if settings:
            self.init(**settings)

    def init(self, *, mode=_PERIODIC, callback=None, period=None, freq=None) -> None:
        if freq is not None:
            period = int(1000 / freq)
        if period is None or period <= 0:
            raise ValueError("period must be positive")
        self._callback = callback
        self._period_ms = period if mode == _PERIODIC else 0
        desk_clock.arm(self._event, period)

    def deinit(self) -> None:
        desk_clock.disarm(self._event)

    def _fire(self) -> None:
        period_ms = self._period_ms
        if period_ms:
            event = self._event
            due = ticks_add(event.ph_key, period_ms)
            late_ms = ticks_diff(ticks_ms(), due)
            if late_ms >= 0:
                # Only after a blocking sleep: periods that passed unheard are not made up for.
                due = ticks_add(due, (late_ms // period_ms + 1) * period_ms)
            desk_clock.arm_at(event, due)
        if self._callback is not None:
            _desk.call(self._callback, self)


def _alarm(number: int):
    return desk_clock.event(lambda: Timer._made[number]._fire())


# Hardware: what the node makes is no larger than the port's object, 48 bytes.
_ALARMS = tuple([_alarm(number) for number in range(4)])


class WDT:
    """The watchdog. Not fed in time, it ends the process with status 3, as a reset would.

    There is one: made again it gets another timeout, and is fed.
    """

    _one = None

    def __new__(cls, id=0, timeout=5_000):
        if WDT._one is None:
            WDT._one = object.__new__(cls)
            WDT._one._event = desk_clock.event(WDT._one._bite)
        return WDT._one

    def __init__(self, id=0, timeout=5_000) -> None:
        if id != 0:
            raise ValueError("WDT doesn't exist")
        if timeout <= 0:
            raise ValueError("WDT timeout too short")
        self._timeout_ms = timeout
        self.feed()

    def feed(self) -> None:
        desk_clock.arm(self._event, self._timeout_ms)
        if desk_clock.mode == desk_clock.REAL:
            _watchdog.guard(self._timeout_ms, _GRACE_MS)

    def _bite(self) -> None:
        seconds, millis = divmod(desk_clock.uptime_ms(), 1000)
        print(
            '{"t": %d.%03d, "event": "watchdog", "timeout_ms": %d}'
            % (seconds, millis, self._timeout_ms)
        )
        resets.end(WATCHDOG_EXIT)


class RTC:
    """The calendar. It can be set while the clock is held; the host's own is left alone."""

    def __init__(self, id=0) -> None:
        if id != 0:
            raise ValueError("RTC doesn't exist")

    def memory(self, new=None):
        """Bytes that live through a reset, and are gone after a power cut."""
        kept = resets.memory
        if new is None:
            size = kept[resets.RTC_AT] | kept[resets.RTC_AT + 1] << 8
            return bytes(kept[_MEMORY_AT : _MEMORY_AT + size])
        if len(new) > resets.RTC_SIZE:
            raise ValueError("buffer too long")
        kept[_MEMORY_AT : _MEMORY_AT + len(new)] = new
        kept[resets.RTC_AT] = len(new) & 0xFF
        kept[resets.RTC_AT + 1] = len(new) >> 8

    def datetime(self, new=None):
        if new is None:
            year, month, day, hour, minute, second, weekday, _ = gmtime()
            return year, month, day, weekday, hour, minute, second, 0
        if not _desk.held():
            raise OSError("the desk does not set the host's clock")
        year, month, day, _, hour, minute, second, _ = new
        _desk.hold(mktime((year, month, day, hour, minute, second, 0, 0)))
