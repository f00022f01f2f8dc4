"""From a jig's comparison to the constants of a board's meter.

Of a BL0942 they turn counts into a reading (meter.calibration). Of an ATM90E32 they are register
values which the chip applies itself. Apart from both, as only a jig asks for them.

An error is in ppm: (measured - reference) * 10**6 / reference.

Source: calibration order and formulas of application note 46103 (ATM90E32) and of the BL0942
datasheet V1.06.
"""

from micropython import const

from tomoshibi.core.refusals import SettingRefused

_TRIM_LIMIT_PPM = const(100_000)  # a board further off has a wrong part, not a tolerance
# Cycles of 2.048 MHz for an error of 1 at PF 0.5: 2.048e6 / (2 pi f sqrt 3), in thousandths.
_PHASE_50HZ = const(3_763_739)
_PHASE_60HZ = const(3_136_449)


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


def angle_ddeg(count: int) -> int:
    """Tenths of a degree, -1799 to 1800, of an ATM90E32's phase angle (0 to 3599)."""
    return count - 3600 if count > 1800 else count


def peak_ma(count: int, i_gain: int) -> int:
    """mA of an ATM90E32's current peak register: count * Igain / (1000 * 2**13) A.

    Source: application note 46103.
    """
    return (count * i_gain + 2**12) // 2**13


def _rounded(numerator: int, denominator: int) -> int:
    """The nearest integer to a fraction with a positive denominator."""
    return (2 * numerator + denominator) // (2 * denominator)


def _refuse_beyond(key: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise SettingRefused(key, value, "{} to {}".format(low, high))
