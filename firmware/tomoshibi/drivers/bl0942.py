"""BL0942 single-phase metering chip on a UART, 8N1.

Counts leave this module as the chip sent them; `meter.calibration` makes amperes of them. FREQ
is a period: 10**6 / FREQ is the frequency in Hz.

Source: Belling BL0942 datasheet V1.06: full packet 0xAA, register access, MODE 0x19.
"""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.errors import ChipSilent, PacketCorrupt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from machine import UART

    from tomoshibi.core.readings import Counts

_CHIP = "bl0942"
_READ = const(0x58)
_WRITE = const(0xA8)
_FULL_PACKET = const(0xAA)
_HEADER = const(0x55)

# The packet: 23 bytes, fields little-endian, at these byte offsets.
_PACKET_LEN = const(23)
_I_RMS = const(1)  # u24
_V_RMS = const(4)  # u24
_WATT = const(10)  # s24
_CF_CNT = const(13)  # u24, wraps
_FREQ = const(16)  # u16, microseconds a cycle
_STATUS = const(19)  # u8
_CHECKSUM = const(22)

# CF_CNT may go down by so much in a round: it might count export backwards, 16 pulses are 3 Wh.
_BACK_MOST = const(16)
_WRAPPED = const(0x80_0000)

_ANSWER_LEN = const(4)  # of a register read: three bytes, little-endian, and a checksum

_MODE = const(0x19)
_WRITE_PROTECT = const(0x1D)
_UNLOCK = const(0x55)
_LOCK = const(0x00)

_MODE_DEFAULT = const(0x87)  # CF on, running CF counter, baud rate by pin
_MODE_800_MS = const(0x08)
_MODE_60_HZ = const(0x20)

_CLOCK_MARGIN_MS = const(100)  # its own oscillator times the averaging
_PER_MHZ = const(1_000_000_000)  # over a period in us: mHz


class BL0942:
    """A drivers.meter_chip at `address` (0 to 3) on `uart`, which nobody else may read.

    figures      shunt in microohm, divider in ohm, line side and chip side
    line_hz      50 or 60
    average_ms   400 or 800

    `status` is the last packet's: bit 0 power reversed, bit 1 below the creep threshold.
    """

    channels = 1
    # Two bytes out and 23 back, of 10 bits each: 26 ms at 9600 baud (20 out and 4 back: 25 ms).
    # The rest is for the chip.
    answer_ms = 40
    # Its pulse counter knows no direction, so energy is integrated from the signed power.
    count_mj = 0

    def __init__(
        self,
        uart: UART,
        address: int,
        figures: tuple[int, int, int],
        line_hz: int,
        average_ms: int = 400,
    ) -> None:
        self._figures = figures
        self.window_ms = average_ms + _CLOCK_MARGIN_MS
        self.status = 0
        self._uart = uart
        self._read = _READ | address
        self._write = _WRITE | address
        self._pulses = 0
        self._mode = _MODE_DEFAULT
        if average_ms == 800:
            self._mode |= _MODE_800_MS
        if line_hz == 60:
            self._mode |= _MODE_60_HZ
        self._request = bytes((self._read, _FULL_PACKET))
        self._packet = bytearray(_PACKET_LEN)

    def factors(self) -> tuple[int, int, int]:
        return nominal_factors(*self._figures)

    def configure(self) -> None:
        """Set averaging and nominal frequency, and ask for them back."""
        self._pulses = 0
        self._set(_WRITE_PROTECT, _UNLOCK)
        self._set(_MODE, self._mode)
        self._set(_WRITE_PROTECT, _LOCK)
        self._drop(0)
        self._uart.write(bytes((self._read, _MODE)))

    def confirm(self) -> None:
        """Raise ChipSilent, or PacketCorrupt if the chip has another mode than configured."""
        answer = self._packet
        self._drop(_ANSWER_LEN)
        self._receive(answer, _ANSWER_LEN)
        total = self._read + _MODE + answer[0] + answer[1] + answer[2]
        if ~total & 0xFF != answer[3]:
            raise PacketCorrupt(_CHIP, answer[3], ~total & 0xFF)
        if _u24(answer, 0) != self._mode:
            raise PacketCorrupt(_CHIP, _u24(answer, 0), self._mode)

    def ask(self, full: bool) -> None:
        """Ask for a packet, after dropping what an unfinished read may have left behind."""
        self._drop(0)
        self._uart.write(self._request)

    def collect(self, counts: Sequence[Counts]) -> bool:
        """Fill the first of `counts` from the packet asked for, always with everything.

        A pulse counter that has begun anew is a chip that has reset itself, and whose registers
        may hold no measurement yet: ChipSilent, too.
        """
        self._drop(_PACKET_LEN)
        packet = self._packet
        self._receive(packet, _PACKET_LEN)
        total = self._read
        for i in range(_CHECKSUM):
            total += packet[i]
        if packet[0] != _HEADER or ~total & 0xFF != packet[_CHECKSUM]:
            raise PacketCorrupt(_CHIP, packet[0], packet[_CHECKSUM])
        pulses = _u24(packet, _CF_CNT)
        back, self._pulses = self._pulses - pulses, pulses
        if _BACK_MOST < back < _WRAPPED:
            raise ChipSilent(_CHIP, pulses, pulses + back)
        watt = _u24(packet, _WATT)
        period_us = packet[_FREQ] | packet[_FREQ + 1] << 8
        channel = counts[0]
        channel.current = _u24(packet, _I_RMS)
        channel.voltage = _u24(packet, _V_RMS)
        channel.power = watt - 0x1000000 if watt & 0x800000 else watt
        channel.pulses = pulses
        # No mains yet: no period, no frequency.
        channel.frequency_mhz = (_PER_MHZ + period_us // 2) // period_us if period_us else 0
        self.status = packet[_STATUS]
        return True

    def _drop(self, keep: int) -> None:
        """Throw away what waits in front of the last `keep` bytes: late parts of older answers."""
        uart = self._uart
        excess = uart.any() - keep
        while excess > 0:
            uart.readinto(self._packet, min(excess, _PACKET_LEN))
            excess = uart.any() - keep

    def _receive(self, buf: bytearray, size: int) -> None:
        got = self._uart.any()
        if got >= size:
            got = self._uart.readinto(buf, size) or 0
        if got < size:
            raise ChipSilent(_CHIP, got, size)

    def _set(self, register: int, value: int) -> None:
        """Write a register of which only the low byte is used. The chip does not answer."""
        total = self._write + register + value
        self._uart.write(bytes((self._write, register, value, 0, 0, ~total & 0xFF)))


def nominal_factors(shunt_uohm: int, top_ohm: int, bottom_ohm: int) -> tuple[int, int, int]:
    """Return what a million counts are worth on a board with these parts, before trimming.

    shunt_uohm  current shunt, micro-ohm
    top_ohm     voltage divider, line side, ohm
    bottom_ohm  voltage divider, chip side, ohm
    returns     (uA, uV, uW) per million counts, each rounded down

    Raises ZeroDivisionError for a part of 0 ohm: the board profile is wrong, so let it crash.

    Source: BL0942 datasheet V1.06, RMS and power formulas, with Vref = 1.218 V and the pin
    voltages I and V in mV:
        I_RMS = 305978 I / Vref    V_RMS = 73989 V / Vref    WATT = 3537 I V / Vref**2
    """
    divider_ohm = top_ohm + bottom_ohm
    current = 1_218 * 10**12 // (305_978 * shunt_uohm)
    voltage = 1_218 * 10**6 * divider_ohm // (73_989 * bottom_ohm)
    power = 1_218**2 * 10**6 * divider_ohm // (3_537 * shunt_uohm * bottom_ohm)
    return current, voltage, power


def _u24(buf: bytearray, at: int) -> int:
    return buf[at] | buf[at + 1] << 8 | buf[at + 2] << 16
