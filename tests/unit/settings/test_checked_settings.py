"""settings.store: what a node takes for its settings from a stored document.

Ranges and defaults are those of the table in settings.declared, named here once more by hand.
"""

import unittest

from tomoshibi.settings.store import Settings


def refused(settings):
    return [fault.args for fault in settings.refused]


class TestSettings(unittest.TestCase):
    def test_an_empty_document_is_all_defaults(self):
        settings = Settings({})
        self.assertEqual((settings["line_hz"], settings["utc_offset_min"]), (50, 540))
        self.assertEqual((settings["lamp_role"], settings["wifi_ssid"]), ("main", ""))
        self.assertEqual((settings.loads, settings.places, settings.refused), ([], {}, []))

    def test_what_is_stored_counts(self):
        settings = Settings({"line_hz": 60, "latitude_e4": -900_000, "name": "panel 灯"})
        self.assertEqual((settings["line_hz"], settings["latitude_e4"]), (60, -900_000))
        self.assertEqual((settings["name"], settings.refused), ("panel 灯", []))

    def test_a_value_out_of_range_is_its_default_and_told_with_the_range(self):
        settings = Settings({"line_hz": 55, "ride_ms": 39, "confirm_ms": 2_500})
        self.assertEqual((settings["line_hz"], settings["ride_ms"]), (50, 120))
        self.assertEqual(settings["confirm_ms"], 2_500)
        expected = {("ride_ms", 39, "40 to 1000 ms"), ("line_hz", 55, "50 or 60 Hz")}
        self.assertEqual(set(refused(settings)), expected)

    def test_a_value_of_the_wrong_kind_is_its_default(self):
        for name, default in (
            ("ride_ms", 120),
            ("name", ""),
            ("line_v", 100),
            ("lamp_role", "main"),
            ("line_hz", 50),
            ("island_surge_w", 0),
        ):
            for value in (None, [], {}, True, False, 0.5, 0.0, 50.0, 100.0, 120.0, [120]):
                with self.subTest(name=name, value=value):
                    settings = Settings({name: value})
                    self.assertEqual(settings[name], default)
                    self.assertIs(type(settings[name]), type(default))
                    self.assertEqual([key for key, _, _ in refused(settings)], [name])

    def test_a_refused_secret_is_not_told(self):
        settings = Settings({"wifi_password": "seven77"})
        self.assertEqual(settings["wifi_password"].reveal(), "")
        expected = [("wifi_password", None, "8 to 63 characters, or none")]
        self.assertEqual(refused(settings), expected)
        self.assertNotIn("seven77", repr(settings.refused))

    def test_loads_have_defaults_of_their_own_and_are_told_by_number(self):
        settings = Settings({"loads": [{"tier": 0, "name": "fridge"}, {"tier": 5, "min_off_s": 9}]})
        first, second = settings.loads
        self.assertEqual((first["tier"], first["name"], first["rated_w"]), (0, "fridge", 1_500))
        self.assertEqual((second["tier"], second["min_off_s"]), (4, 9))
        self.assertEqual(refused(settings), [("loads.1.tier", 5, "0 to 4")])

    def test_a_load_that_is_no_object_leaves_the_others_in_their_places(self):
        settings = Settings({"loads": [{"tier": 0}, 7, {"tier": 2}]})
        self.assertEqual([load["tier"] for load in settings.loads], [0, 4, 2])
        self.assertEqual(refused(settings), [("loads.1", None, "an object")])

    def test_loads_that_are_no_list_are_none(self):
        settings = Settings({"loads": {"0": {}}, "line_hz": 60})
        self.assertEqual((settings.loads, settings["line_hz"]), ([], 60))
        self.assertEqual(refused(settings), [("loads", None, "a list")])

    def test_a_document_that_is_no_object_is_all_defaults(self):
        for document in ([], None, 5, "x"):
            settings = Settings(document)
            self.assertEqual(settings["line_hz"], 50)
            self.assertEqual(refused(settings), [("settings", None, "a JSON object")])

    def test_an_unknown_key_is_told_and_its_value_is_not(self):
        settings = Settings({"future": "secret?", "places": {"028D01": "08"}})
        self.assertEqual(refused(settings), [("future", None, "a declared setting")])
        self.assertEqual(settings.places, {0x028D01: b"\x08"})

    def test_a_place_that_makes_no_sense_counts_as_absent_and_costs_no_other(self):
        self.assertEqual(refused(Settings({"places": [1]})), [("places", None, "a JSON object")])
        declared, allowed = "a declared setting", "1 or 17 bytes in hexadecimal"
        for name, value, told in (
            ("x", "60", (None, declared)), ("28D01", "60", (None, declared)),
            ("028d01", "60", (None, declared)), ("028D02", 7, (7, allowed)),
            ("028D02", "6", ("6", allowed)), ("028D02", "6060", ("6060", allowed)),
            ("028D02", "zz", ("zz", allowed)), ("028D02", None, (None, allowed)),
        ):  # fmt: skip
            with self.subTest(name=name, value=value):
                settings = Settings({"places": {name: value, "028701": "08"}})
                self.assertEqual(settings.places, {0x028701: b"\x08"})
                self.assertEqual(refused(settings), [("places." + name,) + told])
