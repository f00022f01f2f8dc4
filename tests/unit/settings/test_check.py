"""settings.check: which values a declaration lets in, and its range in words."""

import unittest

from tomoshibi.settings.check import allowed, fits, problem, row_of
from tomoshibi.settings.declared import LOAD_SETTINGS, SETTINGS

# As the rows of settings.declared: name, kind, least, most, unit, default, applies, who, words.
INTEGER = ("hold_s", "integer", 5, 3_600, "s", 300, "after restart", "technician", "")
NEGATIVE = ("offset", "integer", -720, 840, "min", 540, "after restart", "technician", "")
BARE = ("tier", "integer", 0, 4, "", 4, "after restart", "technician", "")
TEXT = ("name", "text", 1, 32, "characters", "", "at once", "technician", "")
OBLIGATORY = ("name", "text", 1, 32, "characters", "a", "at once", "technician", "")
SECRET = ("key", "secret", 8, 63, "characters", "", "after restart", "technician", "")
NUMBERS = ("hz", "choice", 0, (50, 60), "Hz", 50, "after restart", "technician", "")
ADDRESS = ("server", "address", 0, 0, "", "", "after restart", "technician", "")
WITH_OBJECT = ("from", "address", 7, 22, "", "", "after restart", "technician", "")
WORDS = (
    "role",
    "choice",
    0,
    ("evacuation", "main", "other"),
    "",
    "main",
    "after restart",
    "technician",
    "",
)


class TestFits(unittest.TestCase):
    def check(self, row, good, bad):
        for value in good:
            self.assertTrue(fits(row, value), value)
        for value in bad:
            self.assertFalse(fits(row, value), value)

    def test_an_integer_fits_from_least_to_most(self):
        self.check(INTEGER, (5, 300, 3_600), (4, 3_601, 0, -5, "300", 300.0, None, [], 10**12))
        self.check(NEGATIVE, (-720, 0, 840), (-721, 841))

    def test_a_truth_is_no_integer(self):
        self.check(BARE, (0, 1), (True, False))

    def test_a_text_fits_by_the_number_of_its_characters(self):
        self.check(
            TEXT, ("", "a", "a" * 32, "灯" * 32), ("a" * 33, "灯" * 33, 5, None, b"abc", ["a"])
        )
        self.check(SECRET, ("", "a" * 8, "a" * 63), ("a" * 7, "a" * 64, 12_345_678))
        self.check(OBLIGATORY, ("b",), ("", "a" * 33))

    def test_an_address_has_four_numbers_below_256_and_is_no_name(self):
        self.check(
            ADDRESS,
            ("", "gateway", "192.168.1.1", "0.0.0.0", "255.255.255.255"),
            ("ntp.nict.jp", "Gateway", "gateway.", "gateway/05FF01",
             "192.168.1", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.", "1.2.3.-4",
             "1.2.3.4 ", "١.2.3.4", "...", None, 1, 1.2, ["1.2.3.4"]),
        )  # fmt: skip

    def test_an_object_of_echonet_lite_may_follow_where_the_row_says_so(self):
        self.check(
            WITH_OBJECT,
            ("", "192.168.1.5", "192.168.1.5/05FF01", "gateway/0EF001", "1.2.3.4/02887F"),
            ("192.168.1.5/", "/05FF01", "192.168.1.5/05FF1", "192.168.1.5/05ff01", "1.2.3/05FF01",
             "192.168.1.5/05FF00", "192.168.1.5/05FF80", "192.168.1.5/05FF01/",
             "192.168.1.5:05FF01"),
        )  # fmt: skip
        self.check(ADDRESS, (), ("192.168.1.5/05FF01",))

    def test_a_choice_is_one_of_those_there_are(self):
        self.check(NUMBERS, (50, 60), (55, "50", 50.0, None, True, [50]))
        self.check(WORDS, ("main", "other"), ("Main", "", 0, None, "evac"))


class TestWords(unittest.TestCase):
    def test_ranges_are_told_with_their_units(self):
        for row, words in (
            (INTEGER, "5 to 3600 s"),
            (NEGATIVE, "-720 to 840 min"),
            (BARE, "0 to 4"),
            (TEXT, "1 to 32 characters, or none"),
            (SECRET, "8 to 63 characters, or none"),
            (NUMBERS, "50 or 60 Hz"),
            (WORDS, "evacuation or main or other"),
            (ADDRESS, "an IPv4 address such as 192.168.1.1, gateway, or none"),
            (
                WITH_OBJECT,
                "an IPv4 address such as 192.168.1.1 or 192.168.1.1/05FF01, gateway, or none",
            ),
        ):
            self.assertEqual(allowed(row), words)

    def test_none_of_a_text_is_no_problem_though_it_is_out_of_range(self):
        self.assertIsNone(problem(TEXT, ""))
        self.assertIsNone(problem(INTEGER, 5))
        self.assertEqual(problem(INTEGER, 4), "5 to 3600 s")
        self.assertEqual(problem(SECRET, "short"), "8 to 63 characters, or none")


class TestDeclared(unittest.TestCase):
    def test_each_name_is_declared_once_and_each_default_fits_or_is_empty(self):
        for table in (SETTINGS, LOAD_SETTINGS):
            names = [row[0] for row in table]
            self.assertEqual(len(set(names)), len(names))
            for row in table:
                with self.subTest(name=row[0]):
                    self.assertEqual(len(row), 9)
                    self.assertIn(row[6], ("at once", "after restart"))
                    for who in row[7].split(", "):
                        self.assertIn(who, ("technician", "controller", "factory"))
                    self.assertTrue(row[8].endswith("."))
                    self.assertTrue(fits(row, row[5]))

    def test_what_merely_equals_a_value_that_fits_does_not(self):
        for table in (SETTINGS, LOAD_SETTINGS):
            for row in table:
                for value in lookalikes(row):
                    with self.subTest(name=row[0], value=value):
                        self.assertFalse(fits(row, value))
                        self.assertEqual(problem(row, value), allowed(row))


class TestRowOf(unittest.TestCase):
    def test_a_key_leads_to_its_row_and_any_other_to_none(self):
        for key, name in (
            ("line_hz", "line_hz"),
            ("loads.0.tier", "tier"),
            ("loads.x.name", "name"),
        ):
            self.assertEqual(row_of(key)[0], name)
        for key in ("", "tier", "loads", "loads.0", "loads.0.line_hz", "loads.0.tier.x", "places"):
            self.assertIsNone(row_of(key))


def lookalikes(row):
    """Values that equal one that fits, or look like it, and are of another type."""
    fitting = row[3] if row[1] == "choice" else row[2:4] if row[1] == "integer" else ()
    for value in fitting:
        yield [value]
        if isinstance(value, int):
            yield float(value)
            yield str(value)
            if value in (0, 1):
                yield bool(value)
