"""Is it dark, and what light does the night program want?

It is dark if the sun's times say so, for a clock that is set, or if the photocell does; with
neither, it is dark: a lamp that burns by day is seen and mended, one that is out at night is not.

Pure: times and lux come in as arguments.
"""

from micropython import const

from policy.sun import ALWAYS_DOWN, ALWAYS_UP, CIVIL_MDEG, SUNRISE_MDEG, crossing

_DAY_S = const(86_400)


class Sky:
    """Sunrise, sunset and civil dawn of a place, computed once a day and kept as integers.

    latitude_e4, longitude_e4   degrees times 10 000, north and east positive
    """

    def __init__(self, latitude_e4: int, longitude_e4: int, utc_offset_s: int) -> None:
        self._latitude = latitude_e4 / 10_000
        self._longitude = longitude_e4 / 10_000
        self._utc_offset_s = utc_offset_s
        self._day = -1
        self.sunrise_s = 0
        self.sunset_s = 0
        self.dawn_s = 0
        self.next_dawn_s = 0  # the following day's, counted from this day's midnight

    def update(self, day: int) -> None:
        """Make the fields those of local date `day`. Costs floats; call it outside control."""
        if day == self._day:
            return
        self.sunrise_s = self._crossing(day, SUNRISE_MDEG, True)
        self.sunset_s = self._crossing(day, SUNRISE_MDEG, False)
        self.dawn_s = self._crossing(day, CIVIL_MDEG, True)
        self.next_dawn_s = self._crossing(day + 1, CIVIL_MDEG, True) + _DAY_S
        self._day = day

    def dark(self, second: int) -> bool:
        """True between sunset and sunrise at this local second of the day."""
        if self.sunset_s == ALWAYS_DOWN:
            return True
        if self.sunset_s == ALWAYS_UP:
            return False
        return second < self.sunrise_s or second >= self.sunset_s

    def to_dawn_s(self, second: int) -> int:
        """Seconds until the next civil dawn; a whole day where there is none.

        0 between civil dawn and sunrise: the lamp may still burn, and needs nothing more.
        """
        if second < self.dawn_s:
            return self.dawn_s - second
        if second < self.sunrise_s:
            return 0
        if self.next_dawn_s > second:
            return self.next_dawn_s - second
        return _DAY_S

    def _crossing(self, day: int, zenith_mdeg: int, rising: bool) -> int:
        return crossing(
            day, self._latitude, self._longitude, self._utc_offset_s, zenith_mdeg, rising
        )


class Photocell:
    """Dark or not from illuminance, with a gap between the levels and a delay on both edges.

    The first measurement decides at once.

    on_mlx, off_mlx   dark below, light above, milli-lux
    delay_s           how long it must last, so that headlights switch nothing, s
    """

    def __init__(self, on_mlx: int = 20_000, off_mlx: int = 40_000, delay_s: int = 30) -> None:
        self._on_mlx = on_mlx
        self._off_mlx = off_mlx
        self._delay_s = delay_s
        self._since_s = -1
        self._known = False
        self.dark = True

    def miss(self) -> None:
        """A measurement failed: what it was waiting for must begin again."""
        self._since_s = -1

    def update(self, now_s: int, lux_milli: int) -> None:
        """Take one measurement at uptime `now_s`."""
        if not self._known:
            self._known = True
            self.dark = lux_milli < self._off_mlx
        other = lux_milli > self._off_mlx if self.dark else lux_milli < self._on_mlx
        if not other:
            self._since_s = -1
        elif self._since_s < 0:
            self._since_s = now_s
        elif now_s - self._since_s >= self._delay_s:
            self.dark = not self.dark
            self._since_s = -1


class NightProgram:
    """Light level through the night: steps of (local second of the day, permille).

    The level of the last step at or before the time of day is in force; before the day's first
    step it is that of the last, which began yesterday.
    """

    def __init__(self, steps: tuple[tuple[int, int], ...]) -> None:
        self._steps = steps

    def level(self, second: int) -> int:
        """Permille at this local second of the day."""
        level = self._steps[-1][1]
        for start_s, permille in self._steps:
            if second < start_s:
                break
            level = permille
        return level


# Typical night profile: full from dusk, 70 % from 22:00, 50 % from midnight, 70 % from 05:00.
TYPICAL_NIGHT = ((0, 500), (5 * 3_600, 700), (12 * 3_600, 1000), (22 * 3_600, 700))
