"""When the sun crosses an altitude at a place, good to a second in single precision.

Source: NOAA solar equations (Meeus). A float32 holds a day count of 36 525 to 1/256 of a day, so
days and the fraction of the day are kept apart, and the mean motions are split into 360 degrees
every 360 days, which integers reduce exactly, and a small remainder.
"""

from math import acos, asin, cos, degrees, radians, sin, tan
from micropython import const

SUNRISE_MDEG = const(90_833)  # zenith angle of the sun's centre, refraction and radius included
CIVIL_MDEG = const(96_000)

ALWAYS_UP = const(-1_000_000)
ALWAYS_DOWN = const(-2_000_000)

_DAY_S = const(86_400)
# Poles have no noon; this near to one the equations still do.
_MAX_LATITUDE_DEG = 89.8


def crossing(
    day: int,
    latitude_deg: float,
    longitude_deg: float,
    utc_offset_s: int,
    zenith_mdeg: int,
    rising: bool,
) -> int:
    """Local second of the day at which the sun crosses `zenith_mdeg` on local date `day`.

    day            local date, days since 2000-01-01, 0 to 40 000
    longitude_deg  east positive
    returns        may lie outside 0 to 86 400 at high latitude; ALWAYS_UP or ALWAYS_DOWN (the
                   sun stays above or below that angle all day)
    """
    latitude = radians(max(-_MAX_LATITUDE_DEG, min(_MAX_LATITUDE_DEG, latitude_deg)))
    zenith = radians(zenith_mdeg / 1000)
    second = _DAY_S / 2
    for _ in range(5):
        # The equations count from 12:00 UT of 2000-01-01.
        declination, equation_min = _sun(day, (second - utc_offset_s) / _DAY_S - 0.5)
        cos_hour = (cos(zenith) - sin(latitude) * sin(declination)) / (
            cos(latitude) * cos(declination)
        )
        if cos_hour > 1:
            return ALWAYS_DOWN
        if cos_hour < -1:
            return ALWAYS_UP
        noon_s = (720 - 4 * longitude_deg - equation_min) * 60 + utc_offset_s
        swing_s = degrees(acos(cos_hour)) * 240
        second = noon_s - swing_s if rising else noon_s + swing_s
    return round(second)


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
