"""What a driver's factors are to `meter.scaling`. Needed while a node is built, then let go of."""

from micropython import const

# As meter.scaling takes them apart.
_SHIFT_BITS = const(5)
_SHIFTED = const(19)


def calibration(factors: tuple[int, int, int]) -> tuple[int, int, int]:
    """What a driver's `factors()`, perhaps `trimmed`, make of counts: (uA, uV, uW) per million."""
    current_ua, voltage_uv, power_uw = factors
    return ratio(current_ua, 10**9), ratio(voltage_uv, 10**9), ratio(power_uw, 10**9)


def ratio(numerator: int, denominator: int) -> int:
    """`numerator` / `denominator` for `scaled`. Raises ValueError if it is not below 16."""
    shift = 20
    while shift < 48 and (numerator << shift + 1) // denominator < 1 << 24:
        shift += 1
    mantissa = (numerator << shift) // denominator
    if mantissa >> 24:
        raise ValueError(numerator, denominator)
    return mantissa << _SHIFT_BITS | shift - _SHIFTED
