"""A model of the BH1750 ambient light sensor: one-byte commands in, two bytes of counts out.

    counts = lux * 1.2 * MT / 69, and twice that in the H2 modes

The measurement time register MT (31 to 254, at first 69) also stretches the conversion: 180 ms
in the high resolution modes, 24 ms in the low one, at MT 69. Low resolution shows steps of 4 lx.

Light is in thousandths of a lux. Times are ms and may wrap at 2**30.
"""

from micropython import const

_TICKS = const(0x3FFF_FFFF)

_POWER_DOWN = const(0x00)
_POWER_ON = const(0x01)
_RESET = const(0x07)
_MT_HIGH = const(0x40)
_MT_LOW = const(0x60)
_ONE_TIME = const(0x20)

_HIGH, _HIGH2, _LOW = const(0), const(1), const(3)  # the low bits of a measuring command
_MEASURE = (0x10, 0x11, 0x13, 0x20, 0x21, 0x23)


class BH1750:
    """One sensor. Faults: `silent` (does not acknowledge), `hard_reset` (a dip of its supply)."""

    def __init__(self) -> None:
        self.silent = False
        self._lux_milli = 0
        self.hard_reset(0)

    def hard_reset(self, now_ms: int) -> None:
        self._on = False
        self._mt = 69
        self._counts = 0
        self._mode = None  # the measuring command at work
        self._ready_at = now_ms

    def set(self, now_ms: int, lux_milli: int) -> None:
        """The light on the sensor is `lux_milli` from now on."""
        self._convert(now_ms)
        self._lux_milli = lux_milli

    # -- the bus -----------------------------------------------------------------------------

    def answers(self, _now_ms: int) -> bool:
        """Does the chip acknowledge its address?"""
        return not self.silent

    def write(self, data, now_ms: int) -> bool:
        """Obey each byte; True, as the chip acknowledges what it does not know, too."""
        for command in data:
            self._obey(command, now_ms)
        return True

    def read(self, into, now_ms: int) -> bool:
        """The last complete measurement, high byte first."""
        self._convert(now_ms)
        for i in range(len(into)):
            into[i] = 0xFF if i > 1 else self._counts >> 8 if i == 0 else self._counts & 0xFF
        return True

    def _obey(self, command: int, now_ms: int) -> None:
        self._convert(now_ms)
        if command == _POWER_DOWN:
            self._on = False
            self._mode = None
        elif command == _POWER_ON:
            self._on = True
        elif command == _RESET:
            if self._on:
                self._counts = 0
        elif command in _MEASURE:
            # A measuring command powers the chip on by itself.
            self._on = True
            self._mode = command
            self._ready_at = (now_ms + self._conversion_ms()) & _TICKS
        elif command & 0xF8 == _MT_HIGH:
            self._mt = self._mt & 0x1F | (command & 7) << 5
        elif command & 0xE0 == _MT_LOW:
            self._mt = self._mt & 0xE0 | command & 0x1F

    # -- measuring ---------------------------------------------------------------------------

    def _conversion_ms(self) -> int:
        at_default_ms = 24 if self._mode & 3 == _LOW else 180
        return (at_default_ms * self._mt + 68) // 69

    def _convert(self, now_ms: int) -> None:
        """Finish the conversion if its time has come; a one-time mode then powers down."""
        if self._mode is None or (now_ms - self._ready_at) & _TICKS >= _TICKS >> 1:
            return
        resolution = self._mode & 3
        counts = self._lux_milli * 12 * self._mt // (10 * 69 * 1000)
        if resolution == _HIGH2:
            counts = self._lux_milli * 24 * self._mt // (10 * 69 * 1000)
        elif resolution == _LOW:
            counts -= counts % 4
        self._counts = min(0xFFFF, counts)
        if self._mode & _ONE_TIME:
            self._on = False
            self._mode = None
        else:
            self._ready_at = (now_ms + self._conversion_ms()) & _TICKS
