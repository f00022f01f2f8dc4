"""What turns the counts of any metering chip into a reading.

A ratio is one small integer, which takes no heap: a 24-bit mantissa (0.1 ppm) above five bits of a
shift, which is 19 more: `scaled` has shifted out 18 before, and keeps one back for rounding.
`meter.calibration` makes three of them, of current, voltage and power.
"""

from micropython import const
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tomoshibi.core.readings import Counts, Reading

_SHIFT_BITS = const(5)


def scaled(count: int, by: int) -> int:
    """`count` times the ratio `by`, to the nearest, for -2**24 < count < 2**24. Allocates nothing.

    Both are multiplied in halves of 12 bits, to stay within 31. Up to 2**28, where the ratio is
    below 1, in steps of 16 counts: right to three millionths.
    """
    if count < 0:
        return -scaled(-count, by)
    if count >> 24:
        return scaled(count >> 4, by) << 4
    by_high, by_low = by >> 12 + _SHIFT_BITS, by >> _SHIFT_BITS & 0xFFF
    high, low = count >> 12, count & 0xFFF
    middle = low * by_high + high * by_low + (low * by_low >> 12)
    return (((high * by_high << 6) + (middle >> 6) >> (by & 0x1F)) + 1) >> 1


def fill(ratios: tuple[int, int, int], counts: Counts, reading: Reading, full: bool) -> None:
    """Fill in power, and all else if `full`. Allocates nothing.

    `valid` and `at_s` are the caller's; var are as W.
    """
    current, voltage, power = ratios
    reading.power_mw = scaled(counts.power, power)
    if full:
        reading.current_ma = scaled(counts.current, current)
        reading.voltage_mv = scaled(counts.voltage, voltage)
        reading.reactive_mvar = scaled(counts.reactive, power)
        reading.frequency_mhz = counts.frequency_mhz
