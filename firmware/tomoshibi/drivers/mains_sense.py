"""Is there mains? Asked of parts that answer within milliseconds; metering chips take longer."""

from micropython import const
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from machine import ADC, Pin

_CALIBRATED_PERMILLE = const(50)
_UNCALIBRATED_PERMILLE = const(150)


class MainsSense:
    """A detector on `pin`, at `alive_level` while half cycles keep coming; or a contact."""

    def __init__(self, pin: Pin, alive_level: int = 1) -> None:
        self._pin = pin
        self._alive_level = alive_level

    def alive(self) -> bool:
        """Allocates nothing."""
        return self._pin.value() == self._alive_level


class LevelSense:
    """A rectified mean on `adc`, at its widest range. Good for `accuracy_permille`, no better.

    A chip without calibration fuses refuses `read_uv` (and leaks memory at each refusal): its raw
    value is taken for that of a reference of 1100 mV, which may be 1000 to 1200.

    Source: ESP-IDF 5, components/esp_adc/esp32/adc_cali_line_fitting.c: 142 mV, and for a count
    1100 * 196602 / 4096 / 65536 = 0.806 mV, at 11 dB; MicroPython 1.25, ports/esp32/adc.c.

    ratio           mains mV per mV at the pin, at most 300, so that 3.3 V stays a small int
    gain_permille   trim of this board, 1000 for none
    """

    def __init__(self, adc: ADC, ratio: int, gain_permille: int = 1_000) -> None:
        self._adc = adc
        self._ratio = ratio
        self._gain_permille = gain_permille
        self.calibrated = True
        try:
            adc.read_uv()
        except OSError:
            self.calibrated = False

    @property
    def accuracy_permille(self) -> int:
        return _CALIBRATED_PERMILLE if self.calibrated else _UNCALIBRATED_PERMILLE

    def mv(self) -> int:
        """RMS of the mains in mV. Allocates nothing."""
        if self.calibrated:
            uv = self._adc.read_uv()
        else:
            uv = 142_000 + (self._adc.read_u16() >> 4) * 806
        return uv * self._ratio // 1000 * self._gain_permille // 1000
