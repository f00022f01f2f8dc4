"""How high the sun stands over a place, and how long it is until it climbs through an angle.

Asked at an instant, UTC: nothing here knows of local days, so any place, any offset from UTC and
the poles are alike. Good to 2 seconds in single precision.

Source: NOAA solar equations (Meeus). A float32 holds a day count of 36 525 to 1/256 of a day, so
days and the fraction of the day are kept apart, and the mean motions are split into 360 degrees
every 360 days, which integers reduce exactly, and a small remainder.
"""

from math import asin, cos, degrees, radians, sin, tan
from micropython import const

SUNRISE_MDEG = const(-833)  # altitude of the sun's centre; its radius and refraction make it 0
CIVIL_MDEG = const(-6_000)

NEVER = const(-1)

_DAY_S = const(86_400)
_FINEST_S = const(60)  # between two looks of a search; the sun's path is straight within it


class SunOver:
    """The sun over one place. Every method costs floats: not for the control path.

    latitude_e4, longitude_e4   degrees times 10 000, north and east positive
    """

    def __init__(self, latitude_e4: int, longitude_e4: int) -> None:
        latitude = radians(latitude_e4 / 10_000)
        self._sine = sin(latitude)
        self._cosine = cos(latitude)
        self._longitude_deg = longitude_e4 / 10_000
        # No faster than the sky turns at this latitude, 15.02 degrees an hour at the equator, and
        # the sun moves in it, 0.4 degrees a day.
        self._fastest_deg_s = 15.02 / 3_600 * self._cosine + 0.4 / _DAY_S

    def altitude_deg(self, day: int, second: int) -> float:
        """Altitude of the sun's centre, without refraction.

        day      days since 2000-01-01, UTC, 0 to 40 000
        second   of that day, UTC; may lie outside it
        """
        day += second // _DAY_S
        second %= _DAY_S
        # The equations count from 12:00 of 2000-01-01.
        declination, equation_min = _sun(day, second / _DAY_S - 0.5)
        hour_angle = radians((second / 60 + equation_min) / 4 + self._longitude_deg - 180)
        height = self._sine * sin(declination)
        height += self._cosine * cos(declination) * cos(hour_angle)
        return degrees(asin(max(-1.0, min(1.0, height))))

    def steady_s(self, distance_deg: float) -> int:
        """For so long the sun cannot have covered `distance_deg` of altitude."""
        return int(abs(distance_deg) / self._fastest_deg_s)

    def rises_in_s(self, day: int, second: int, altitude_mdeg: int) -> int:
        """Seconds from this instant until the sun next climbs through that altitude.

        NEVER if it does not within a day. Takes some 25 looks at the sun, more where it skims
        along that altitude.
        """
        before_deg = 0.0
        passed_s = step_s = 0
        while passed_s <= _DAY_S:
            above_deg = self.altitude_deg(day, second + passed_s) - altitude_mdeg / 1_000
            if above_deg >= 0 > before_deg:
                return passed_s - round(step_s * above_deg / (above_deg - before_deg))
            before_deg = above_deg
            step_s = max(_FINEST_S, self.steady_s(above_deg))
            passed_s += step_s
        return NEVER


def _sun(day: int, fraction: float) -> tuple[float, float]:
    """(declination in radians, equation of time in minutes) at `day` + `fraction`."""
    century = (day + fraction) / 36525
    # 0.98564736 and 0.98560028 degrees a day, each as 1 minus a small number.
    turned = day % 360 + fraction
    mean_longitude = radians(_turn(280.46646 + turned - 0.01435264 * (day + fraction)))
    anomaly = radians(_turn(357.52911 + turned - 0.01439972 * (day + fraction)))
    eccentricity = 0.016708634 - 0.000042037 * century
    centre = (
        (1.914602 - 0.004817 * century) * sin(anomaly)
        + (0.019993 - 0.000101 * century) * sin(2 * anomaly)
        + 0.000289 * sin(3 * anomaly)
    )
    node = radians(_turn(125.04 - 0.052954 * (day + fraction)))
    longitude = mean_longitude + radians(centre - 0.00569 - 0.00478 * sin(node))
    obliquity = radians(23.4392911 - 0.0130042 * century + 0.00256 * cos(node))
    declination = asin(sin(obliquity) * sin(longitude))
    y = tan(obliquity / 2) ** 2
    equation = (
        y * sin(2 * mean_longitude)
        - 2 * eccentricity * sin(anomaly)
        + 4 * eccentricity * y * sin(anomaly) * cos(2 * mean_longitude)
        - y * y / 2 * sin(4 * mean_longitude)
        - 1.25 * eccentricity * eccentricity * sin(2 * anomaly)
    )
    return declination, 4 * degrees(equation)


def _turn(angle_deg: float) -> float:
    """`angle_deg` brought into 0 to 360."""
    return angle_deg % 360
