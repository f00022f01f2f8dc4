"""Where the sun stands and how bright it is on the ground.

Source of the position: NOAA solar equations (after Meeus), good to about 0.01 degree from 1900
to 2100. Source of the brightness: US Naval Observatory Circular 171, clear sky, by altitude.
"""

from datetime import UTC, datetime
from itertools import pairwise
from math import asin, cos, degrees, exp, log, radians, sin, tan

_NOON_2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)

# (altitude of the sun, degrees; illuminance on a level surface, lux)
_LUX = (
    (-18.0, 6.51e-4),
    (-12.0, 8.31e-3),
    (-6.0, 3.40),
    (-0.8, 453.0),
    (0.0, 732.0),
    (5.0, 4_760.0),
    (10.0, 10_900.0),
    (15.0, 18_600.0),
    (20.0, 27_300.0),
    (25.0, 36_700.0),
    (30.0, 46_500.0),
    (40.0, 66_200.0),
    (50.0, 85_000.0),
    (60.0, 102_000.0),
    (90.0, 124_000.0),
)


def altitude(moment: datetime, latitude: float, longitude: float) -> float:
    """Degrees of the sun's centre above the horizon, without refraction; east is positive."""
    days = (moment - _NOON_2000).total_seconds() / 86_400
    declination, equation_min = _sun(days / 36_525)
    minutes = moment.hour * 60 + moment.minute + (moment.second + moment.microsecond / 1e6) / 60
    hour_angle = radians((minutes + equation_min + 4 * longitude) / 4 - 180)
    phi = radians(latitude)
    height = sin(phi) * sin(declination) + cos(phi) * cos(declination) * cos(hour_angle)
    return degrees(asin(max(-1.0, min(1.0, height))))


def lux(altitude_deg: float) -> float:
    """Illuminance of open ground, log-linear between the table's rows."""
    if altitude_deg <= _LUX[0][0]:
        return _LUX[0][1]
    for (low, below), (high, above) in pairwise(_LUX):
        if altitude_deg <= high:
            share = (altitude_deg - low) / (high - low)
            return exp(log(below) + share * (log(above) - log(below)))
    return _LUX[-1][1]


def _sun(century: float) -> tuple[float, float]:
    """(declination in radians, equation of time in minutes), `century` since 2000."""
    mean_long = radians((280.46646 + 36000.76983 * century + 0.0003032 * century**2) % 360)
    anomaly = radians((357.52911 + 35999.05029 * century - 0.0001537 * century**2) % 360)
    eccentricity = 0.016708634 - 0.000042037 * century
    centre = (
        (1.914602 - 0.004817 * century) * sin(anomaly)
        + (0.019993 - 0.000101 * century) * sin(2 * anomaly)
        + 0.000289 * sin(3 * anomaly)
    )
    node = radians(125.04 - 1934.136 * century)
    apparent = mean_long + radians(centre - 0.00569 - 0.00478 * sin(node))
    tilt = radians(23.4392911 - 0.0130042 * century + 0.00256 * cos(node))
    y = tan(tilt / 2) ** 2
    equation = (
        y * sin(2 * mean_long)
        - 2 * eccentricity * sin(anomaly)
        + 4 * eccentricity * y * sin(anomaly) * cos(2 * mean_long)
        - 0.5 * y**2 * sin(4 * mean_long)
        - 1.25 * eccentricity**2 * sin(2 * anomaly)
    )
    return asin(sin(tilt) * sin(apparent)), 4 * degrees(equation)
