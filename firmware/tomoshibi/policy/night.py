"""Is it dark, and what light does the night program want?

It is dark if the sun's height says so, for a clock that is set, or if the photocell does; with
neither, it is dark: a lamp that burns by day is seen and mended, one that is out at night is not.

Pure: times and lux come in as arguments.
"""

from micropython import const

from tomoshibi.policy.sun import CIVIL_MDEG, NEVER, SUNRISE_MDEG, SunOver

_DAY_S = const(86_400)
# The sun is looked at no more often than this, and a rise that is not in sight than that.
_SOONEST_S = const(5)
_AGAIN_S = const(900)
# A lamp's driver may fade, and the street's light with it: until then nothing is measured, s.
_SETTLE_S = const(3)


class Sky:
    """Darkness over a place, and how long it lasts, judged at an instant and kept as integers.

    dark           from sunset to sunrise
    to_dawn_s      until the next civil dawn; 0 from civil dawn to sunrise: the lamp may still
                   burn, and needs no more than that. A whole day where there is none
    to_sunrise_s   until the next sunrise; a whole day where there is none
    """

    def __init__(self, latitude_e4: int, longitude_e4: int) -> None:
        self._sun = SunOver(latitude_e4, longitude_e4)
        self._dawn = _Rise(self._sun, CIVIL_MDEG)
        self._sunrise = _Rise(self._sun, SUNRISE_MDEG)
        # `dark` holds from one to the other, seconds from the midnight before `_day`.
        self._day = 0
        self._from_s = 0
        self._until_s = 0
        self.dark = True
        self.to_dawn_s = _DAY_S
        self.to_sunrise_s = _DAY_S

    def update(self, day: int, second: int) -> None:
        """Make the fields those of this second of the day, UTC. Costs floats now and then."""
        if not self._from_s <= (day - self._day) * _DAY_S + second < self._until_s:
            above_deg = self._sun.altitude_deg(day, second) - SUNRISE_MDEG / 1_000
            self.dark = above_deg < 0
            self._day = day
            self._from_s = second
            self._until_s = second + max(_SOONEST_S, self._sun.steady_s(above_deg))
        self.to_sunrise_s = self._sunrise.left_s(day, second)
        self.to_dawn_s = self._dawn.left_s(day, second)
        if self.dark and self.to_sunrise_s < self.to_dawn_s:
            self.to_dawn_s = 0


class _Rise:
    """The next time the sun climbs through an altitude, found once and then counted down to."""

    def __init__(self, sun: SunOver, altitude_mdeg: int) -> None:
        self._sun = sun
        self._altitude_mdeg = altitude_mdeg
        self._day = 0
        self._from_s = 0
        self._until_s = 0
        self._found = False

    def left_s(self, day: int, second: int) -> int:
        now_s = (day - self._day) * _DAY_S + second
        if not self._from_s <= now_s < self._until_s:
            left_s = self._sun.rises_in_s(day, second, self._altitude_mdeg)
            self._found = left_s != NEVER
            self._day = day
            self._from_s = now_s = second
            self._until_s = second + (left_s if self._found else _AGAIN_S)
        return self._until_s - now_s if self._found else _DAY_S


class Photocell:
    """Dark or not from illuminance, with a gap between the levels and a delay on both edges.

    The first measurement decides at once. The light of its own lamp is taken off: what comes when
    it is lit, or goes when it is put out, is the lamp's. A lamp that was lit when all began is put
    out by its own light once, for some seconds, and that is learnt from. A quarter of its light
    more is asked for before it counts as day: wet streets reflect more, and drivers are not linear.

    on_mlx, off_mlx   dark below, light above, milli-lux
    delay_s           how long it must last, so that headlights switch nothing, s
    """

    def __init__(self, on_mlx: int = 20_000, off_mlx: int = 40_000, delay_s: int = 30) -> None:
        self._on_mlx = on_mlx
        self._off_mlx = off_mlx
        self._delay_s = delay_s
        self._since_s = -1
        self._known = False
        self._own_mlx = 0  # of the lamp, fully lit
        self._permille = 0  # its level at the last measurement that counted, which was
        self._seen_mlx = -1  # … this; -1 for none yet
        self._new_permille = 0
        self._settled_s = 0
        self.dark = True

    def miss(self) -> None:
        """A measurement failed: what it was waiting for must begin again."""
        self._since_s = -1

    def update(self, now_s: int, lux_milli: int, permille: int = 0) -> None:
        """Take one measurement at uptime `now_s`, made while the lamp was lit at `permille`."""
        if permille != self._new_permille:
            self._new_permille = permille
            self._since_s = -1
            if self._seen_mlx >= 0:
                self._settled_s = now_s + _SETTLE_S
        if now_s < self._settled_s:
            return
        self._learn(lux_milli, permille)
        own_mlx = self._own_mlx // 100 * permille // 10
        self._judge(now_s, max(0, lux_milli - own_mlx), self._off_mlx + own_mlx // 4)
        if not self.dark:
            # As soon as the lamp is out, the next measurement says whether that was right.
            self._known = self._known and not permille

    def _judge(self, now_s: int, lux_milli: int, off_mlx: int) -> None:
        if not self._known:
            self._known = True
            self.dark = lux_milli < off_mlx
        other = lux_milli > off_mlx if self.dark else lux_milli < self._on_mlx
        if not other:
            self._since_s = -1
        elif self._since_s < 0:
            self._since_s = now_s
        elif now_s - self._since_s >= self._delay_s:
            self.dark = not self.dark
            self._since_s = -1

    def _learn(self, lux_milli: int, permille: int) -> None:
        """Compare with the measurement before: what changed with the lamp is the lamp's."""
        before, seen_mlx = self._permille, self._seen_mlx
        self._permille = permille
        self._seen_mlx = lux_milli
        if seen_mlx >= 0 and permille and not before:
            self._own_mlx = max(self._own_mlx, _at_full(lux_milli - seen_mlx, permille))
        elif seen_mlx >= 0 and before and not permille:
            self._own_mlx = max(0, _at_full(seen_mlx - lux_milli, before))
        elif permille:
            # It cannot be more than all that is seen: a headlight at the wrong moment is forgotten.
            excess_mlx = self._own_mlx - _at_full(lux_milli, permille)
            self._own_mlx -= max(0, excess_mlx) // 1024


def _at_full(lux_milli: int, permille: int) -> int:
    """What a light of `lux_milli` at this level would be at full."""
    return lux_milli * 10 // permille * 100


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
