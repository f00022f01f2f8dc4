"""policy.sun and policy.night against times computed from the NOAA equations in float64.

Three cities, eight dates, polar cases; these agree with PyEphem within 5 s (docs/sources.md, "Lamp
and sun"). Single precision is allowed 2 s.
"""

import unittest

from tomoshibi.core.calendar import day_number
from tomoshibi.policy.night import TYPICAL_NIGHT, NightProgram, Photocell, Sky
from tomoshibi.policy.sun import CIVIL_MDEG, NEVER, SUNRISE_MDEG, SunOver

PLACES = {
    "Tokyo": (356_895, 1_396_917),
    "Sapporo": (430_621, 1_413_544),
    "Naha": (262_124, 1_276_809),
}
# place, date, civil dawn, sunrise, sunset, civil dusk, JST
TIMES = (
    ("Tokyo", "2025-01-01", "06:22:40", "06:51:00", "16:38:35", "17:06:56"),
    ("Tokyo", "2025-03-20", "05:19:48", "05:45:15", "17:52:44", "18:18:14"),
    ("Tokyo", "2025-06-21", "03:55:33", "04:25:40", "19:00:23", "19:30:30"),
    ("Tokyo", "2025-09-23", "05:04:16", "05:29:45", "17:37:01", "18:02:28"),
    ("Tokyo", "2025-12-21", "06:18:32", "06:47:01", "16:31:27", "16:59:56"),
    ("Tokyo", "2026-02-11", "06:06:29", "06:32:49", "17:18:33", "17:44:54"),
    ("Tokyo", "2026-08-01", "04:20:42", "04:48:51", "18:45:54", "19:13:59"),
    ("Tokyo", "2024-02-29", "05:46:52", "06:12:30", "17:35:28", "18:01:08"),
    ("Sapporo", "2025-01-01", "06:33:51", "07:06:08", "16:10:11", "16:42:28"),
    ("Sapporo", "2025-03-20", "05:10:02", "05:38:19", "17:46:32", "18:14:54"),
    ("Sapporo", "2025-06-21", "03:19:46", "03:55:14", "19:17:31", "19:52:58"),
    ("Sapporo", "2025-09-23", "04:54:19", "05:22:40", "17:30:38", "17:58:56"),
    ("Sapporo", "2025-12-21", "06:30:12", "07:02:41", "16:02:29", "16:34:58"),
    ("Sapporo", "2026-02-11", "06:08:56", "06:38:23", "16:59:49", "17:29:17"),
    ("Sapporo", "2026-08-01", "03:52:24", "04:24:45", "18:56:31", "19:28:44"),
    ("Sapporo", "2024-02-29", "05:43:47", "06:12:18", "17:22:31", "17:51:05"),
    ("Naha", "2025-01-01", "06:51:36", "07:16:50", "17:48:50", "18:14:04"),
    ("Naha", "2025-03-20", "06:10:26", "06:33:28", "18:40:24", "19:03:28"),
    ("Naha", "2025-06-21", "05:11:24", "05:37:34", "19:24:35", "19:50:45"),
    ("Naha", "2025-09-23", "05:55:07", "06:18:10", "18:24:51", "18:47:53"),
    ("Naha", "2025-12-21", "06:47:01", "07:12:21", "17:42:15", "18:07:35"),
    ("Naha", "2026-02-11", "06:44:21", "07:08:06", "18:19:14", "18:42:59"),
    ("Naha", "2026-08-01", "05:29:48", "05:54:41", "19:16:19", "19:41:09"),
    ("Naha", "2024-02-29", "06:30:30", "06:53:42", "18:30:11", "18:53:24"),
)
JST_S = 9 * 3600
TOKYO = PLACES["Tokyo"]
TROMSO = (696_492, 189_553)
LONGYEARBYEN = (782_232, 156_267)
SYOWA = (-690_053, 395_811)
ROVANIEMI = (665_039, 257_294)


def date(text):
    return day_number(int(text[:4]), int(text[5:7]), int(text[8:]))


def seconds(text):
    return int(text[:2]) * 3600 + int(text[3:5]) * 60 + int(text[6:] or 0)


class TestSun(unittest.TestCase):
    def test_the_altitude_at_the_times_of_three_cities(self):
        for place, day, dawn, rise, sets, dusk in TIMES:
            sun = SunOver(*PLACES[place])
            for mdeg, time in (
                (CIVIL_MDEG, dawn),
                (SUNRISE_MDEG, rise),
                (SUNRISE_MDEG, sets),
                (CIVIL_MDEG, dusk),
            ):
                with self.subTest(place=place, day=day, time=time):
                    got_deg = sun.altitude_deg(date(day), seconds(time) - JST_S)
                    # 2 s at 15 degrees an hour.
                    self.assertAlmostEqual(got_deg, mdeg / 1000, delta=0.0083)

    def test_dawn_and_sunrise_are_found_ahead_from_any_hour_before(self):
        for place, day, dawn, rise, _, _ in TIMES:
            sun = SunOver(*PLACES[place])
            for mdeg, time in ((CIVIL_MDEG, dawn), (SUNRISE_MDEG, rise)):
                for before_s in (30, 600, 3 * 3600, 10 * 3600, 20 * 3600):
                    with self.subTest(place=place, day=day, time=time, before_s=before_s):
                        start_s = seconds(time) - JST_S - before_s
                        got_s = sun.rises_in_s(date(day), start_s, mdeg)
                        self.assertAlmostEqual(got_s, before_s, delta=2)

    def test_a_search_takes_few_looks(self):
        looks = []

        class Counted(SunOver):
            def altitude_deg(self, day, second):
                looks.append(second)
                return super().altitude_deg(day, second)

        for place in (TOKYO, TROMSO, SYOWA, (0, 0), (900_000, 0)):
            for day in range(date("2026-01-01"), date("2027-01-01"), 9):
                looks.clear()
                Counted(*place).rises_in_s(day, 0, CIVIL_MDEG)
                self.assertTrue(len(looks) <= 150)

    def polar(self, place, day, offset_h):
        """(seconds from local midnight to civil dawn, to sunrise)."""
        sun = SunOver(*place)
        midnight_s = -offset_h * 3600
        return [sun.rises_in_s(date(day), midnight_s, mdeg) for mdeg in (CIVIL_MDEG, SUNRISE_MDEG)]

    def test_midnight_sun_and_polar_night_have_no_rise(self):
        self.assertEqual(self.polar(TROMSO, "2025-06-01", 1), [NEVER] * 2)
        self.assertEqual(self.polar(SYOWA, "2025-12-21", 3), [NEVER] * 2)
        self.assertEqual(self.polar(LONGYEARBYEN, "2025-01-05", 1), [NEVER] * 2)

    def test_twilight_without_sunrise(self):
        dawn_s, rise_s = self.polar(TROMSO, "2025-12-10", 1)
        self.assertEqual(rise_s, NEVER)
        self.assertAlmostEqual(dawn_s, seconds("09:15:"), delta=60)

    def test_a_short_arctic_day(self):
        dawn_s, rise_s = self.polar(ROVANIEMI, "2025-12-21", 2)
        self.assertAlmostEqual(dawn_s, seconds("09:17:"), delta=60)
        self.assertAlmostEqual(rise_s, seconds("11:08:"), delta=60)


class TestSky(unittest.TestCase):
    """Tokyo, 2025-12-21: civil dawn 06:18:32, sunrise 06:47:01, sunset 16:31:27 JST."""

    def setUp(self):
        self.sky = Sky(*TOKYO)

    def at(self, day, time, offset_s=JST_S):
        self.sky.update(date(day), seconds(time) - offset_s)
        return self.sky

    def test_dark_from_sunset_to_sunrise(self):
        for time, dark in (
            ("06:46:50", True),
            ("06:47:10", False),
            ("16:31:20", False),
            ("16:31:40", True),
        ):
            with self.subTest(time=time):
                self.assertEqual(self.at("2025-12-21", time).dark, dark)

    def test_a_day_second_by_second_turns_twice_within_five_seconds_of_the_truth(self):
        turns = []
        for second in range(0, 86_400, 1):
            before = self.sky.dark
            self.sky.update(date("2025-12-20"), 15 * 3600 + second)
            if self.sky.dark != before:
                turns.append(second)
        self.assertEqual(len(turns), 2)
        self.assertAlmostEqual(turns[0], seconds("06:47:01"), delta=7)
        self.assertAlmostEqual(turns[1], seconds("16:31:27"), delta=7)

    def test_seconds_to_civil_dawn_and_sunrise(self):
        sky = self.at("2025-12-21", "06:00:00")
        self.assertAlmostEqual(sky.to_dawn_s, 18 * 60 + 32, delta=2)
        self.assertAlmostEqual(sky.to_sunrise_s, 47 * 60 + 1, delta=2)
        # The winter worst case: civil dusk 16:59:56 to about 06:19 the next day, 13.3 h.
        self.assertAlmostEqual(self.at("2025-12-21", "16:59:56").to_dawn_s, 13.32 * 3600, delta=60)

    def test_between_civil_dawn_and_sunrise_only_the_rest_is_needed(self):
        sky = self.at("2025-12-21", "06:30:00")
        self.assertEqual(sky.to_dawn_s, 0)
        self.assertAlmostEqual(sky.to_sunrise_s, 17 * 60 + 1, delta=2)
        self.assertTrue(self.at("2025-12-21", "06:48:00").to_dawn_s > 80_000)

    def test_a_clock_that_is_put_back_is_followed(self):
        self.at("2025-12-21", "12:00:00")
        sky = self.at("2025-12-21", "03:00:00")
        self.assertTrue(sky.dark)
        self.assertAlmostEqual(sky.to_dawn_s, seconds("03:18:32"), delta=2)

    def test_polar_night_is_night_and_midnight_sun_is_day(self):
        sky = Sky(*LONGYEARBYEN)
        sky.update(date("2025-01-05"), 43_200 - 3600)
        self.assertTrue(sky.dark)
        self.assertEqual((sky.to_dawn_s, sky.to_sunrise_s), (86_400, 86_400))
        sky.update(date("2025-06-21"), 0)
        self.assertFalse(sky.dark)


class TestPhotocell(unittest.TestCase):
    def test_switches_after_thirty_seconds_beyond_the_other_level(self):
        cell = Photocell(20_000, 40_000, 30)
        for now_s, lux_milli, dark in (
            (0, 30_000, True),
            (10, 50_000, True),
            (39, 50_000, True),
            (40, 50_000, False),
            (50, 30_000, False),
            (60, 19_000, False),
            (89, 19_000, False),
            (90, 19_000, True),
        ):
            cell.update(now_s, lux_milli)
            self.assertEqual(cell.dark, dark)

    def test_the_first_measurement_decides_at_once(self):
        cell = Photocell(20_000, 40_000, 30)
        cell.update(0, 50_000)
        self.assertFalse(cell.dark)

    def test_headlights_switch_nothing(self):
        cell = Photocell(20_000, 40_000, 30)
        cell.update(0, 1_000)
        for now_s in range(0, 600, 20):
            cell.update(now_s, 90_000)
            cell.update(now_s + 10, 1_000)
        self.assertTrue(cell.dark)


class TestOwnLight(unittest.TestCase):
    """A lamp that follows its photocell, as without a clock, and lights it, lux at full light."""

    def live(self, own_lux, scenes, level=1000, lag_s=0, linear=True):
        """Scenes of (seconds, ambient lux): (times the lamp went out, lit at the end) of each."""
        cell = Photocell()
        permille, now_s, told = level, 0, []
        self.cell = cell
        drivers = [permille] * (lag_s + 1)
        for span_s, ambient_lux in scenes:
            outs = 0
            for _ in range(span_s):
                given = drivers[0] if linear else min(1000, drivers[0] * 13 // 10)
                cell.update(now_s, ambient_lux * 1000 + own_lux * given, permille)
                now_s += 1
                new = level if cell.dark else 0
                outs += permille > new
                permille = new
                drivers = drivers[1:] + [permille]
            told.append((outs, permille > 0))
        return told

    def test_a_lamp_that_goes_on_at_dusk_does_not_put_itself_out(self):
        for own_lux in (10, 39, 41, 100, 1_000, 10_000):
            with self.subTest(own_lux=own_lux):
                scenes = ((600, 5_000), (3_600, 0), (600, 5_000), (3_600, 1))
                self.assertEqual(
                    self.live(own_lux, scenes), [(1, False), (0, True), (1, False), (0, True)]
                )

    def test_one_that_started_lit_at_night_is_out_once_for_some_seconds(self):
        cell, out_s, lit = Photocell(), 0, True
        for now_s in range(36_000):
            cell.update(now_s, 100_000 if lit else 0, 1000 if lit else 0)
            lit = cell.dark
            out_s += not lit
        self.assertTrue(out_s <= 5)

    def test_a_driver_that_fades_and_is_not_linear_makes_no_difference(self):
        scenes = ((600, 5_000), (3_600, 0))
        for level in (250, 500, 1000):
            for lag_s in (0, 1, 2):
                with self.subTest(level=level, lag_s=lag_s):
                    told = self.live(300, scenes, level, lag_s, linear=False)
                    self.assertEqual(told, [(1, False), (0, True)])

    def test_day_is_still_seen_above_its_own_light(self):
        # Off beyond 40 lx of daylight and a quarter of its own 100 lx.
        self.assertEqual(
            self.live(100, ((60, 500), (600, 0), (600, 60))), [(1, False), (0, True), (0, True)]
        )
        self.assertEqual(self.live(100, ((60, 500), (600, 0), (600, 70)))[2], (1, False))

    def test_a_level_that_changes_through_the_night_is_allowed_for(self):
        cell, now_s = Photocell(), 0
        for span_s, permille in ((60, 0), (600, 1000), (600, 500), (600, 250), (600, 1000)):
            for _ in range(span_s):
                cell.update(now_s, 200 * permille, permille)
                now_s += 1
                self.assertTrue(cell.dark)

    def test_a_headlight_taken_for_its_own_light_is_forgotten(self):
        cell, now_s = Photocell(), 0
        for span_s, lux, permille in ((60, 0, 0), (5, 5_000, 1000), (7_200, 100, 1000)):
            for _ in range(span_s):
                cell.update(now_s, lux * 1000, permille)
                now_s += 1
        self.assertTrue(cell.dark)
        for _ in range(40):
            cell.update(now_s, 500_000, 1000)
            now_s += 1
        self.assertFalse(cell.dark)


class TestNightProgram(unittest.TestCase):
    def test_typical_night(self):
        program = NightProgram(TYPICAL_NIGHT)
        for time, permille in (
            ("16:31:00", 1000),
            ("21:59:59", 1000),
            ("22:00:00", 700),
            ("00:00:00", 500),
            ("04:59:59", 500),
            ("05:00:00", 700),
        ):
            with self.subTest(time=time):
                self.assertEqual(program.level(seconds(time)), permille)

    def test_before_the_first_step_the_last_of_yesterday_is_in_force(self):
        program = NightProgram(((6 * 3600, 100), (20 * 3600, 900)))
        self.assertEqual(program.level(0), 900)
