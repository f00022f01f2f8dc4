"""What a jig asks of an ATM90E32 beyond metering. Apart, as a node has no memory to spare for it.

Source: as drivers.atm90e32.
"""

from tomoshibi.drivers.atm90e32 import ATM90E32

# Phases A, B, C.
_U_HIGH = (0xD9, 0xDA, 0xDB)
_U_LOW = (0xE9, 0xEA, 0xEB)
_I_PEAK = (0xF5, 0xF6, 0xF7)
_ANGLE = (0xF9, 0xFA, 0xFB)


class ServicedATM90E32(ATM90E32):
    """Each raises as the driver's `collect`."""

    def fine_voltage(self, phase: int) -> int:
        """RMS voltage with its low word's high byte, for calibration: units of 0.01/256 V."""
        high = self._pair(_U_HIGH[phase], _U_LOW[phase])
        return high << 8 | self._low >> 8

    def current_peak(self, phase: int) -> int:
        """Highest sample of the peak window; see `meter.trim.peak_ma`."""
        return self._read(_I_PEAK[phase])

    def phase_angle(self, phase: int) -> int:
        """Current against voltage, 0 to 3599 tenths of a degree. Near 1800: the CT is reversed."""
        return self._read(_ANGLE[phase])
