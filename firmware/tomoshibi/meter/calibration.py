"""What turns the counts of a BL0942 into a reading.

Source: BL0942 datasheet V1.06.
"""

from micropython import const
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tomoshibi.core.readings import Counts, Reading

_CF_PERIOD_DS = const(4_194_304)  # one BL0942 pulse lasts 1638.4 * 256 / WATT seconds


class Scale:
    """Multiplies counts by `numerator` / `denominator` without leaving 31 bits.

    The ratio is kept as a 24-bit mantissa (0.1 ppm) and a shift, and a count of at most 24 bits
    is multiplied in halves of 12 bits. The ratio must be below 16.
    """

    def __init__(self, numerator: int, denominator: int) -> None:
        shift = 20
        while shift < 48 and (numerator << shift + 1) // denominator < 1 << 24:
            shift += 1
        mantissa = (numerator << shift) // denominator
        if mantissa >> 24:
            raise ValueError(numerator, denominator)
        self._high = mantissa >> 12
        self._low = mantissa & 0xFFF
        # `of` has shifted out 18 bits by then, and keeps one back for rounding.
        self._shift = shift - 19

    def of(self, count: int) -> int:
        """`count` times the ratio, to the nearest, for -2**24 < count < 2**24."""
        if count < 0:
            return -self.of(-count)
        high = count >> 12
        low = count & 0xFFF
        middle = low * self._high + high * self._low + (low * self._low >> 12)
        return (((high * self._high << 6) + (middle >> 6) >> self._shift) + 1) >> 1


class Calibration:
    """Turns BL0942 counts into a reading.

    factors   (uA, uV, uW) per million counts: `drivers.bl0942.nominal_factors`, perhaps `trimmed`

    `pulse_uj` is the energy of one count of CF_CNT, in uJ (0.187 Wh with the usual parts).
    """

    def __init__(self, factors: tuple[int, int, int]) -> None:
        current_ua, voltage_uv, power_uw = factors
        self._current = Scale(current_ua, 10**9)
        self._voltage = Scale(voltage_uv, 10**9)
        self._power = Scale(power_uw, 10**9)
        self.pulse_uj = power_uw * _CF_PERIOD_DS // (10 * 10**6)

    def apply(self, counts: Counts, reading: Reading) -> None:
        """Fill in what the chip measures. Allocates nothing; `valid` and `at_s` are the caller's.

        The BL0942 has no reactive power. A period of 0 us (no mains yet) gives 0 Hz.
        """
        reading.current_ma = self._current.of(counts.current)
        reading.voltage_mv = self._voltage.of(counts.voltage)
        reading.power_mw = self._power.of(counts.power)
        period_us = counts.frequency
        reading.frequency_mhz = (10**9 + period_us // 2) // period_us if period_us else 0
