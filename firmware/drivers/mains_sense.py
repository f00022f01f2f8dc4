"""Is there mains? Asked of parts that answer within milliseconds; metering chips take longer."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from machine import ADC, Pin


class MainsSense:
    """A missing-pulse detector on `pin`: high while half cycles keep coming."""

    def __init__(self, pin: Pin) -> None:
        self._pin = pin

    def alive(self) -> bool:
        """Allocates nothing."""
        return self._pin.value() == 1


class LevelSense:
    """A rectified mean on `adc`. The ESP32's converter is good for 5 %: presence, not metering.

    ratio           mains mV per mV at the pin, at most 300, so that 3.3 V stays a small int
    gain_permille   trim of this board, 1000 for none
    """

    def __init__(self, adc: ADC, ratio: int, gain_permille: int = 1_000) -> None:
        self._adc = adc
        self._ratio = ratio
        self._gain_permille = gain_permille

    def mv(self) -> int:
        """RMS of the mains in mV. Allocates nothing."""
        return self._adc.read_uv() * self._ratio // 1000 * self._gain_permille // 1000
