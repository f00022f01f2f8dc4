"""The streetlight's objects: 0291 for the lamp and 000D for its photocell."""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.registers.half_hours import was_measured
from tomoshibi.reporting.objects import Device
from tomoshibi.reporting.points import ILLUMINANCE, LAMP, OFF, ON, rows_of

if TYPE_CHECKING:
    from tomoshibi.core.calendar import Calendar
    from tomoshibi.core.identity import Identity
    from tomoshibi.core.lamp import Daylight, Lamp
    from tomoshibi.settings.places import Places

_OVERFLOW = const(0x10000)  # more than a u16 holds goes out as overflow: see reporting.points


class LampObject(Device):
    """029101. 80 and B0 tell what the lamp was commanded; 84 and 85 what it draws."""

    def __init__(self, lamp: Lamp, identity: Identity, calendar: Calendar, places: Places) -> None:
        super().__init__(LAMP << 8 | 1, rows_of(LAMP), identity, calendar, places)
        self._lamp = lamp

    def status(self) -> int:
        return ON if self._lamp.on else OFF

    def measuring(self) -> bool:
        return self._lamp.reading.valid

    def level(self) -> int:
        """Percent. A lamp that is on never reads 0, however dim."""
        percent = (self._lamp.level_permille + 5) // 10
        return max(1, percent) if self._lamp.on else 0

    def power_w(self) -> int | None:
        reading = self._lamp.reading
        return (reading.power_mw + 500) // 1000 if reading.valid else None

    def import_wh(self) -> int | None:
        return self._lamp.kept_wh(0) if was_measured(self._lamp.reading) else None


class LightSensor(Device):
    """000D01. Both properties, as the Appendix (Release K) marks both mandatory."""

    def __init__(
        self, daylight: Daylight, identity: Identity, calendar: Calendar, places: Places
    ) -> None:
        super().__init__(ILLUMINANCE << 8 | 1, rows_of(ILLUMINANCE), identity, calendar, places)
        self._daylight = daylight

    def measuring(self) -> bool:
        return self._daylight.valid

    def lux(self) -> int | None:
        return self._in_units_of(1_000, 500)

    def kilolux(self) -> int | None:
        return self._in_units_of(1_000_000, 0)

    def _in_units_of(self, milli: int, rounding: int) -> int | None:
        daylight = self._daylight
        if not daylight.valid:
            return None
        return _OVERFLOW if daylight.overflow else (daylight.lux_milli + rounding) // milli
