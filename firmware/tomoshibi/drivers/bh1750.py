"""BH1750 ambient light sensor on I2C, one measurement at a time.

Source: Rohm BH1750FVI data sheet: one-time modes, measurement time register.
"""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.errors import ChipSilent

if TYPE_CHECKING:
    from machine import I2C

HIGH = const(0x20)  # steps of 1 lx, 120 ms
HIGH2 = const(0x21)  # steps of 0.5 lx, 120 ms
LOW = const(0x23)  # steps of 4 lx, 16 ms

_CHIP = "bh1750"
_POWER_ON = const(0x01)
_MT_HIGH = const(0x40)
_MT_LOW = const(0x60)
_MT_DEFAULT = const(69)

_FULL_SCALE = const(0xFFFF)

# Milli-lux a count at the measurement time 1: 1000 / 1.2 * 69.
_MILLILUX = const(57_500)


class BH1750:
    """The sensor at `address` on `i2c`.

    A measurement is two calls: `start`, wait MEASURE_MS, `lux_milli`. The sensor then sleeps.
    `overflow` says of the last one that it was at the end of the range: so much light or more,
    or a bus on which only ones are read.

    mode   HIGH, HIGH2 or LOW
    mt     measurement time, 31 to 254: larger is slower and finer (default 69)
    """

    def __init__(self, i2c: I2C, address: int, mode: int = HIGH, mt: int = _MT_DEFAULT) -> None:
        self.overflow = False
        self._i2c = i2c
        self._address = address
        # All of it every time: a sensor that lost its supply has forgotten the measurement time.
        commands = (_POWER_ON, _MT_HIGH | mt >> 5, _MT_LOW | mt & 0x1F, mode)
        self._commands = tuple(bytes((command,)) for command in commands)
        self._raw = bytearray(2)
        self._mt = mt
        self._millilux = _MILLILUX // 2 if mode == HIGH2 else _MILLILUX
        # Longest time a slow specimen takes, rounded up.
        self.MEASURE_MS = ((24 if mode == LOW else 180) * mt + _MT_DEFAULT - 1) // _MT_DEFAULT

    def start(self) -> None:
        """Begin one measurement. Raises ChipSilent."""
        try:
            for command in self._commands:
                self._i2c.writeto(self._address, command)
        except OSError:
            raise ChipSilent(_CHIP, 0, 1)

    def lux_milli(self) -> int:
        """Illuminance in thousandths of a lux; see `overflow`. Raises ChipSilent.

        Source: raw / 1.2 * 69 / mt, halved in HIGH2. Whole factors first, so that no step of the
        calculation passes 2**27.
        """
        try:
            self._i2c.readfrom_into(self._address, self._raw)
        except OSError:
            raise ChipSilent(_CHIP, 0, 2)
        raw = self._raw[0] << 8 | self._raw[1]
        self.overflow = raw == _FULL_SCALE
        mt = self._mt
        return raw * (self._millilux // mt) + (raw * (self._millilux % mt) + mt // 2) // mt
