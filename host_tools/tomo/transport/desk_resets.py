"""Why a chip starts again after a desk program has ended: by the program's status."""

from dataclasses import dataclass

# Of stubs/unix: machine.py, machine_timers.py.
_WATCHDOG_EXIT, _RESET_EXIT, _SOFT_EXIT, _RAW_EXIT = 3, 4, 5, 6
# The numbers of ESP-IDF's RESET_REASON, esp32/rom/rtc.h. A soft reset leaves the number as it was.
_REASONS = {_WATCHDOG_EXIT: 8, _RESET_EXIT: 12}


@dataclass(frozen=True)
class Reset:
    """reason   why the chip starts, as the ESP32 numbers it; None: power-on
    soft     it starts softly, after the reset that this reason is of
    raw      and from the raw REPL, to which it returns
    """

    reason: int | None = None
    soft: bool = False
    raw: bool = False


def after(status: int | None, last: Reset) -> Reset | None:
    """The reset that a program's end is; None if it is none, but the program's own end."""
    if status in (_SOFT_EXIT, _RAW_EXIT):
        return Reset(last.reason, soft=True, raw=status == _RAW_EXIT)
    return Reset(_REASONS[status]) if status in _REASONS else None
