"""ATM90E32 counts to physical units. The chip's gains are trimmed inside it, so these are fixed.

Every function keeps within 31-bit integers for whatever the driver lets through (powers below
2**28 counts) and allocates nothing. `valid` and `at_s` of a reading are the caller's.

Source: M90E32AS data sheet 46003: 0.01 V, 0.001 A, 0.00032 W or var, 0.01 Hz; energy in
hundredths of a pulse.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tomoshibi.core.energy import EnergyCounter
    from tomoshibi.core.readings import Counts, Reading


def fill_power(counts: Counts, reading: Reading) -> None:
    """What `read_power` measured."""
    reading.power_mw = power_milli(counts.power)


def fill(counts: Counts, reading: Reading) -> None:
    """What `read_all` measured."""
    reading.voltage_mv = counts.voltage * 10
    reading.current_ma = counts.current
    reading.power_mw = power_milli(counts.power)
    reading.reactive_mvar = power_milli(counts.reactive)
    reading.frequency_mhz = counts.frequency * 10


def power_milli(count: int) -> int:
    """mW or mvar of a power count (0.32 each), to the nearest; 8 / 25 taken in two parts."""
    return count // 25 * 8 + (count % 25 * 8 + 12) // 25


def mj_per_count(pulses_per_kwh: int) -> int:
    """Energy of one count: a hundredth of a pulse of 3.6e9 / pulses_per_kwh mJ.

    Raises ValueError for a pulse constant that does not go into 36 000 000: the remainder would
    be lost at each read, so choose one that does (3200, 1600, 1000, 800...).
    """
    energy_mj, rest = divmod(36_000_000, pulses_per_kwh)
    if rest:
        raise ValueError(pulses_per_kwh)
    return energy_mj


def add_energy(counts: Counts, count_mj: int, energy: EnergyCounter) -> int:
    """Move `forward` and `reverse` from `counts` into `energy`, so that none is counted twice.

    Returns what came in less what went out, mJ. A full 16-bit register is 737 MJ at 3200
    pulses/kWh, below the counter's limit for one step.
    """
    forward_mj = counts.forward * count_mj
    reverse_mj = counts.reverse * count_mj
    counts.forward = counts.reverse = 0
    energy.add_mj(forward_mj)
    energy.add_mj(-reverse_mj)
    return forward_mj - reverse_mj


def add_reactive_energy(counts: Counts, count_mj: int, energy: EnergyCounter) -> int:
    """The same for reactive energy: a count is as many mvar s as an active one mJ."""
    forward_mj = counts.reactive_forward * count_mj
    reverse_mj = counts.reactive_reverse * count_mj
    counts.reactive_forward = counts.reactive_reverse = 0
    energy.add_mj(forward_mj)
    energy.add_mj(-reverse_mj)
    return forward_mj - reverse_mj


def angle_ddeg(count: int) -> int:
    """Tenths of a degree, -1799 to 1800, of a phase angle count (0 to 3599)."""
    return count - 3600 if count > 1800 else count


def peak_ma(count: int, i_gain: int) -> int:
    """mA of a current peak register: count * Igain / (1000 * 2**13) A. For service: may allocate.

    Source: application note 46103.
    """
    return (count * i_gain + 2**12) // 2**13
