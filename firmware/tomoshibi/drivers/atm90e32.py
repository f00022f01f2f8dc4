"""ATM90E32AS three-phase metering chip on SPI, used as three single-phase meters on one bus.

Counts leave this module as the chip sent them; `meter.calibration` makes amperes of them.

Every transfer is 32 clocks in SPI mode 3, at most 1.1 Mbit/s: read flag and address, then one
16-bit word, big-endian. Register 0x78 repeats the word that crossed the wire last, so each read
and write is compared with it.

Source: Atmel M90E32AS data sheet 46003 (4.2.2 for register 0x78) and application note 46103;
start-up order as in ESPHome.
"""

from array import array
from micropython import const
from time import sleep_ms, sleep_us
from typing import TYPE_CHECKING

from tomoshibi.core.errors import ChipSilent, PacketCorrupt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from machine import SPI, Pin

    from tomoshibi.core.readings import Counts

_CHIP = "atm90e32"

_METER_EN = const(0x00)
_SAG_PEAK_CFG = const(0x05)
_OV_TH = const(0x06)
_ZX_CONFIG = const(0x07)
_SAG_TH = const(0x08)
_PHASE_LOSS_TH = const(0x09)
_FREQ_LO_TH = const(0x0C)
_FREQ_HI_TH = const(0x0D)
_PL_CONST_H = const(0x31)
_PL_CONST_L = const(0x32)
_MMODE0 = const(0x33)
_MMODE1 = const(0x34)
_START_TH = (0x35, 0x36, 0x37)  # P, Q, S: sum of the phases
_PHASE_TH = (0x38, 0x39, 0x3A)  # P, Q, S: each phase
_U_GAIN = (0x61, 0x65, 0x69)
_I_GAIN = (0x62, 0x66, 0x6A)
_SOFT_RESET = const(0x70)
_CFG_REG_ACC_EN = const(0x7F)

_RESET_KEY = const(0x789A)
_RESET_MS = const(6)  # the data sheet asks for 5
_GUARD_OPEN = const(0x55AA)
_GUARD_CLOSED = const(0x0000)

# 3P4W: each element multiplies its own voltage and current, which is what three branches with
# their voltage inputs on one bus need. All three count toward the totals with their sign. That
# the phase sequence then looks wrong only sets a status bit.
_MMODE0_50HZ = const(0x0087)
_MMODE0_60HZ = const(0x1087)

_SAG_MV = const(70_000)  # between a dip (90 % of 100 V) and an outage (60 %)
_SWELL_MV = const(110_000)
_LOSS_MV = const(10_000)
_START_COUNT = const(7_500)  # 2.4 W in all
_CREEP_COUNT = const(750)  # 0.24 W a branch

_WINDOW_MS = const(400)  # 16 cycles, of 45 Hz 356 ms
_SETTLE_US = const(10)  # chip select to first clock
_TRIES = const(3)
# High words of powers beyond +-2**28 counts are garbage: 85 kW, twice what 65.535 A at 655.35 V
# would be. The rest fits a small int.
_SANE_HIGH = const(0x1000)


_LAST_DATA = const(0x78)
_FREQUENCY = const(0xF8)
# Phases A, B, C.
# Forward, then reverse; cleared by reading.
_ACTIVE = (0x81, 0x82, 0x83, 0x85, 0x86, 0x87)
_REACTIVE = (0x89, 0x8A, 0x8B, 0x8D, 0x8E, 0x8F)
_P_HIGH = (0xB1, 0xB2, 0xB3)
_P_LOW = (0xC1, 0xC2, 0xC3)
_Q_HIGH = (0xB5, 0xB6, 0xB7)
_Q_LOW = (0xC5, 0xC6, 0xC7)
_U_I_PF = (0xD9, 0xDA, 0xDB, 0xDD, 0xDE, 0xDF, 0xBD, 0xBE, 0xBF)


class ATM90E32:
    """A drivers.meter_chip that `cs` selects on `spi`, its channels the phases A, B, C.

    figures   voltage gain of all three inputs, for the board's transformer; current gain of all
              three, for its CTs; pulse constant, pulses a kWh
    line_hz   50 or 60
    pga       current amplifier: 1, 2 or 4

    ChipSilent is also a chip that has reset itself.
    """

    channels = 3
    answer_ms = 0
    window_ms = _WINDOW_MS

    def __init__(
        self, spi: SPI, cs: Pin, figures: tuple[int, int, int], line_hz: int, pga: int = 1
    ) -> None:
        self.count_mj = mj_per_count(figures[2])
        self._settings = figures, line_hz, pga
        self._full = True
        self._cs = cs
        self._swap = spi.write_readinto
        self._command = bytearray((0x80, 0, 0xFF, 0xFF))
        self._word = bytearray(4)
        self._low = 0
        self._staged = array("i", (0 for _ in range(15)))
        # Energy that has left the chip and not yet reached the caller.
        self._cleared_reactive = array("i", (0 for _ in range(6)))
        self._cleared = array("i", (0 for _ in range(6)))
        cs(1)

    def factors(self) -> tuple[int, int, int]:
        """0.001 A, 0.01 V, 0.00032 W or var: the chip's gains are trimmed inside it."""
        return 1_000_000_000, 10_000_000_000, 320_000_000

    def configure(self) -> None:
        """Reset the chip and set it up; blocks for about 15 ms.

        Raises ChipSilent if there is no chip, PacketCorrupt if a register cannot be set.
        """
        registers = _registers(*self._settings)
        self._send(_SOFT_RESET, _RESET_KEY)
        sleep_ms(_RESET_MS)
        self._send(_CFG_REG_ACC_EN, _GUARD_OPEN)
        if self._take(_LAST_DATA) != _GUARD_OPEN:
            raise ChipSilent(_CHIP, 0, 2)
        for address, value in registers:
            self._write(address, value)
        for address, value in registers:
            got = self._read(address)
            if got != value:
                raise PacketCorrupt(_CHIP, got, value)
        self._write(_CFG_REG_ACC_EN, _GUARD_CLOSED)

    def confirm(self) -> None:
        """Nothing: `configure` has read all back."""

    def ask(self, full: bool) -> None:
        """Note what `collect` is to read: it answers at once."""
        self._full = full

    def collect(self, counts: Sequence[Counts]) -> bool:
        """Read energy and power, or all if that was asked for.

        Reading clears the chip's energy registers, which hold 16 bits: call at least every 30 s.
        """
        full, cleared, reactive = self._full, self._cleared, self._cleared_reactive
        self._drain_all(_ACTIVE, cleared)
        if full:
            self._drain_all(_REACTIVE, reactive)
            self._read_all(counts)
        else:
            self._read_power(counts)
        # Nothing fails any more: what has left the chip may leave the driver.
        for phase in range(3):
            channel = counts[phase]
            channel.forward = cleared[phase]
            channel.reverse = cleared[3 + phase]
            cleared[phase] = cleared[3 + phase] = 0
            if full:
                channel.reactive_forward = reactive[phase]
                channel.reactive_reverse = reactive[3 + phase]
                reactive[phase] = reactive[3 + phase] = 0
        return full

    def _read_power(self, counts: Sequence[Counts]) -> None:
        """Mean active power only: 13 transfers."""
        a = self._power(_P_HIGH[0], _P_LOW[0])
        b = self._power(_P_HIGH[1], _P_LOW[1])
        c = self._power(_P_HIGH[2], _P_LOW[2])
        self._attend()
        counts[0].power = a
        counts[1].power = b
        counts[2].power = c

    def _read_all(self, counts: Sequence[Counts]) -> None:
        """Voltage, current, P, Q, power factor and frequency."""
        staged = self._staged
        for at in range(9):
            staged[at] = self._read(_U_I_PF[at])
        for phase in range(3):
            staged[9 + phase] = self._power(_P_HIGH[phase], _P_LOW[phase])
            staged[12 + phase] = self._power(_Q_HIGH[phase], _Q_LOW[phase])
        frequency = self._read(_FREQUENCY)
        self._attend()
        for phase in range(3):
            channel = counts[phase]
            channel.voltage = staged[phase]
            channel.current = staged[3 + phase]
            channel.power_factor = _s16(staged[6 + phase])
            channel.power = staged[9 + phase]
            channel.reactive = staged[12 + phase]
            channel.frequency_mhz = frequency * 10

    def _drain_all(self, registers: tuple, cleared: array) -> None:
        self._attend()
        for at in range(6):
            cleared[at] += self._drain(registers[at])

    def _power(self, high_at: int, low_at: int) -> int:
        """A signed 32-bit power, refused if it could not be real."""
        high = _s16(self._pair(high_at, low_at))
        if not -_SANE_HIGH <= high < _SANE_HIGH:
            raise PacketCorrupt(_CHIP, high, _SANE_HIGH)
        return high << 16 | self._low

    def _pair(self, high_at: int, low_at: int) -> int:
        """The high word of a 32-bit register; the low one goes to `_low`.

        The high word is read before and after the low one instead of being compared with 0x78:
        that costs no more, and also shows when the chip renewed the value between the two.
        """
        for _ in range(_TRIES):
            high = self._take(high_at)
            low = self._take(low_at)
            if self._take(_LAST_DATA) == low and self._take(high_at) == high:
                self._low = low
                return high
        raise PacketCorrupt(_CHIP, low, high)

    def _read(self, address: int) -> int:
        """A register that reading does not change, confirmed by 0x78."""
        for _ in range(_TRIES):
            value = self._take(address)
            if self._take(_LAST_DATA) == value:
                return value
        raise PacketCorrupt(_CHIP, self._take(_LAST_DATA), value)

    def _drain(self, address: int) -> int:
        """A register that reading clears. After a misread only 0x78 still knows the value."""
        value = self._take(address)
        for _ in range(2 * _TRIES):
            again = self._take(_LAST_DATA)
            if again == value:
                if value == 0xFFFF:  # full, or a line that hangs high: the chip must say which
                    self._attend()
                return value
            value = again
        raise PacketCorrupt(_CHIP, again, 0)

    def _attend(self) -> None:
        """Raise ChipSilent unless metering is on: 0 after a reset, 0 or 0xFFFF without a chip."""
        if self._take(_METER_EN) != 1 and self._take(_METER_EN) != 1:
            raise ChipSilent(_CHIP, 0, 2)

    def _write(self, address: int, value: int) -> None:
        for _ in range(_TRIES):
            self._send(address, value)
            if self._take(_LAST_DATA) == value:
                return
        raise PacketCorrupt(_CHIP, self._take(_LAST_DATA), value)

    def _send(self, address: int, value: int) -> None:
        command = self._command
        command[0] = address >> 8
        command[1] = address & 0xFF
        command[2] = value >> 8
        command[3] = value & 0xFF
        self._transfer()
        command[2] = command[3] = 0xFF

    def _take(self, address: int) -> int:
        """Read the register at `address`."""
        command = self._command
        command[0] = 0x80 | address >> 8
        command[1] = address & 0xFF
        self._transfer()
        word = self._word
        return word[2] << 8 | word[3]

    def _transfer(self) -> None:
        """Clock the command out and the answer in: exactly 32 clocks, or a write is void."""
        self._cs(0)
        sleep_us(_SETTLE_US)
        self._swap(self._command, self._word)
        self._cs(1)


def sag_threshold(volts_mv: int, u_gain: int) -> int:
    """Return the register value for a sinusoidal voltage of `volts_mv` RMS.

    The chip compares single samples, so a distorted voltage shifts the threshold. Serves SagTh,
    OVth and PhaseLossTh; a voltage beyond their 16 bits gives the largest value there is.

    Source: application note 46103: Vth (V) * 100 * sqrt(2) * 2**14 / Ugain.
    """
    divisor = 1000 * 10**6 * u_gain
    return min(0xFFFF, (volts_mv * 100 * 1_414_214 * 2**14 + divisor // 2) // divisor)


def mj_per_count(pulses_per_kwh: int) -> int:
    """Energy of one count: a hundredth of a pulse of 3.6e9 / pulses_per_kwh mJ.

    Raises ValueError for a pulse constant that does not go into 36 000 000: the remainder would
    be lost at each read, so choose one that does (3200, 1600, 1000, 800...).
    """
    energy_mj, rest = divmod(36_000_000, pulses_per_kwh)
    if rest:
        raise ValueError(pulses_per_kwh)
    return energy_mj


def _registers(figures: tuple[int, int, int], line_hz: int, pga: int) -> list[tuple[int, int]]:
    """What `configure` writes, in this order."""
    u_gain, i_gain, pulses_per_kwh = figures
    pl_const = 450 * 10**9 // pulses_per_kwh
    registers = [
        (_METER_EN, 1),
        (_SAG_PEAK_CFG, 0x143F),  # peak over 20 ms, sag over 63 ms
        (_OV_TH, sag_threshold(_SWELL_MV, u_gain)),
        (_ZX_CONFIG, 0xD654),
        (_SAG_TH, sag_threshold(_SAG_MV, u_gain)),
        (_PHASE_LOSS_TH, sag_threshold(_LOSS_MV, u_gain)),
        (_FREQ_LO_TH, line_hz * 100 - 100),  # 0.01 Hz
        (_FREQ_HI_TH, line_hz * 100 + 100),
        (_PL_CONST_H, pl_const >> 16),
        (_PL_CONST_L, pl_const & 0xFFFF),
        (_MMODE0, _MMODE0_60HZ if line_hz == 60 else _MMODE0_50HZ),
        (_MMODE1, (pga >> 1) * 0b01_0101),  # 0, 1, 2 in two bits for each of three inputs
    ]
    for addresses, value in (
        (_START_TH, _START_COUNT),
        (_PHASE_TH, _CREEP_COUNT),
        (_U_GAIN, u_gain),
        (_I_GAIN, i_gain),
    ):
        for address in addresses:
            registers.append((address, value))
    return registers


def _s16(word: int) -> int:
    return word - 0x10000 if word & 0x8000 else word
