"""PZEM-004T v3 energy meter module on a UART: Modbus RTU, one channel, import only.

Its energy register is the module's own, in flash; it goes on while the node is away, and what
came meanwhile is not the node's.

Source: Peacefair PZEM-004T V3.0 user manual, measurement results (function 0x04) and CRC.
"""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.errors import ChipSilent, PacketCorrupt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from machine import UART

    from tomoshibi.core.readings import Counts

_CHIP = "pzem004t"

# Registers 0 to 9 of function 4. The answer: address, function, byte count, the registers, CRC.
_READ = b"\x04\x00\x00\x00\x0a"
_BYTES = const(20)
_ANSWER_LEN = const(25)

# Offsets in the answer. Registers are big-endian; of two that are one value the low one is first.
_VOLTAGE = const(3)  # 0.1 V
_CURRENT = const(5)  # two, 1 mA
_POWER = const(9)  # two, 0.1 W, without direction
_ENERGY = const(13)  # two, 1 Wh
_FREQUENCY = const(17)  # 0.1 Hz
_FACTOR = const(19)  # 0.01
_CRC = const(23)

# A count is to be worth less than 16 mV and mW, see `factors`.
_FINER = const(10)
# 2**24 mA, tenths of a watt and Wh: far beyond its 100 A, 26 kW and 9999.99 kWh.
_HIGH_MOST = const(0xFF)


class Driver:
    """The module with Modbus address `address` (1 to 247). Below 80 V it does not answer."""

    channels = 1
    # The manual allows it 100 ms; 8 bytes out and 25 back of 10 bits take 35 ms at 9600 baud.
    answer_ms = 140
    # No figure for its averaging is published. So long it may be asked again, too.
    window_ms = 1_000
    count_mj = 3_600_000  # 1 Wh

    def __init__(self, uart: UART, address: int, figures: tuple, line_hz: int) -> None:
        self._uart = uart
        self._answer = bytearray(_ANSWER_LEN)
        body = bytes((address,)) + _READ
        crc = _crc(body, len(body))
        self._request = body + bytes((crc & 0xFF, crc >> 8))
        self._energy = -1  # as it was last counted

    def factors(self) -> tuple[int, int, int]:
        return 1_000_000_000, 10_000_000_000, 10_000_000_000

    def configure(self) -> None:
        """There is nothing to set: ask whether it is there."""
        self.ask(True)

    def confirm(self) -> None:
        energy = self._receive()
        if self._energy < 0:
            self._energy = energy

    def ask(self, full: bool) -> None:
        uart = self._uart
        while uart.any():
            uart.readinto(self._answer)
        uart.write(self._request)

    def collect(self, counts: Sequence[Counts]) -> bool:
        energy = self._receive()
        channel, answer = counts[0], self._answer
        channel.voltage = _u16(answer, _VOLTAGE) * _FINER
        channel.current = _u24(answer, _CURRENT)
        channel.power = _u24(answer, _POWER) * _FINER
        channel.frequency_mhz = _u16(answer, _FREQUENCY) * 100
        channel.power_factor = _u16(answer, _FACTOR) * 10
        # Its button sets it back to 0.
        channel.forward = max(0, energy - self._energy)
        self._energy = energy
        return True

    def _receive(self) -> int:
        """Take in the answer; its energy, Wh."""
        answer, got = self._answer, self._uart.any()
        if got >= _ANSWER_LEN:
            got = self._uart.readinto(answer) or 0
        if got < _ANSWER_LEN:
            raise ChipSilent(_CHIP, got, _ANSWER_LEN)
        crc, want = answer[_CRC] | answer[_CRC + 1] << 8, _crc(answer, _CRC)
        if crc != want:
            raise PacketCorrupt(_CHIP, crc, want)
        if answer[0] != self._request[0] or answer[1] != self._request[1] or answer[2] != _BYTES:
            raise PacketCorrupt(_CHIP, answer[0], self._request[0])
        for at in (_CURRENT, _POWER, _ENERGY):
            high = _u16(answer, at + 2)
            if high > _HIGH_MOST:
                raise PacketCorrupt(_CHIP, high, _HIGH_MOST)
        return _u24(answer, _ENERGY)


def _u16(buf: bytearray, at: int) -> int:
    return buf[at] << 8 | buf[at + 1]


def _u24(buf: bytearray, at: int) -> int:
    return _u16(buf, at) | buf[at + 3] << 16


def _crc(buf: bytes | bytearray, size: int) -> int:
    """CRC-16/MODBUS."""
    crc = 0xFFFF
    for i in range(size):
        crc ^= buf[i]
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc
