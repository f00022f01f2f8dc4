"""From the parts on a board, and from a jig's comparison, to the constants of its meter.

For the BL0942 the constants live here and turn counts into a reading. For the ATM90E32 they are
register values which the chip applies itself.

An error is in ppm: (measured - reference) * 10**6 / reference.

Source: calibration order and formulas of application note 46103 (ATM90E32) and of the BL0942
datasheet V1.06.
"""

from micropython import const
from typing import TYPE_CHECKING

from core.errors import SettingRefused

if TYPE_CHECKING:
    from core.readings import Counts, Reading

_TRIM_LIMIT_PPM = const(100_000)  # a board further off has a wrong part, not a tolerance
_CF_PERIOD_DS = const(4_194_304)  # one BL0942 pulse lasts 1638.4 * 256 / WATT seconds
# Cycles of 2.048 MHz for an error of 1 at PF 0.5: 2.048e6 / (2 pi f sqrt 3), in thousandths.
_PHASE_50HZ = const(3_763_739)
_PHASE_60HZ = const(3_136_449)


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


def trimmed(
    factors: tuple[int, int, int], current_error_ppm: int, voltage_error_ppm: int
) -> tuple[int, int, int]:
    """Return BL0942 factors with these errors taken out.

    Only current and voltage are compared on the jig. Power follows from both: factors trimmed one
    by one would show a resistor with a power factor other than 1.

    Raises SettingRefused beyond 10 %.
    """
    _refuse_beyond("current_error_ppm", current_error_ppm, -_TRIM_LIMIT_PPM, _TRIM_LIMIT_PPM)
    _refuse_beyond("voltage_error_ppm", voltage_error_ppm, -_TRIM_LIMIT_PPM, _TRIM_LIMIT_PPM)
    current_ua, voltage_uv, power_uw = factors
    by_current = 10**6 + current_error_ppm
    by_voltage = 10**6 + voltage_error_ppm
    return (
        current_ua * 10**6 // by_current,
        voltage_uv * 10**6 // by_voltage,
        power_uw * 10**12 // (by_current * by_voltage),
    )


def new_gain(old: int, reference: int, measured: int) -> int:
    """Return an ATM90E32 Ugain or Igain, from what it measured with the `old` one.

    `reference` and `measured` are in the same unit, whichever. Raises SettingRefused if the
    result does not fit the register: the board needs another PGA setting or burden.
    """
    gain = (old * reference + measured // 2) // measured
    _refuse_beyond("gain", gain, 1, 0xFFFF)
    return gain


def pq_gain(error_ppm: int) -> int:
    """Return the PQGain register (s16) that takes out the power error seen at PF 1.

    Source: -error / (1 + error) * 2**15.
    """
    value = _rounded(-error_ppm * 2**15, 10**6 + error_ppm)
    _refuse_beyond("error_ppm", value, -0x8000, 0x7FFF)
    return value & 0xFFFF


def phase_delay(error_ppm: int, line_hz: int) -> int:
    """Return the Phi register (sign and magnitude) for the error left at PF 0.5 inductive.

    Bit 15 delays the voltage; bits 7 to 0 count cycles of 2.048 MHz. Raises SettingRefused
    beyond 255 of them (2.2 degrees at 50 Hz): the CT or the voltage transformer is a wrong one.
    """
    per_unit = _PHASE_60HZ if line_hz == 60 else _PHASE_50HZ
    cycles = _rounded(error_ppm * per_unit, 10**9)
    _refuse_beyond("cycles", cycles, -0xFF, 0xFF)
    return 0x8000 | -cycles if cycles < 0 else cycles


def _rounded(numerator: int, denominator: int) -> int:
    """The nearest integer to a fraction with a positive denominator."""
    return (2 * numerator + denominator) // (2 * denominator)


def _refuse_beyond(key: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise SettingRefused(key, value, "{} to {}".format(low, high))
