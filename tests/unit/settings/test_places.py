"""settings.places: locations survive a restart, a cut while writing, and a file gone bad."""

import os
import unittest

from settings.places import Places

PATH = "places-under-test.json"


def remove():
    for path in (PATH, PATH + ".new"):
        try:
            os.remove(path)
        except OSError:
            pass


class TestPlaces(unittest.TestCase):
    def setUp(self):
        remove()

    def tearDown(self):
        remove()

    def leave(self, text):
        with open(PATH, "w") as file:
            file.write(text)

    def test_a_place_nobody_has_set_is_00(self):
        places = Places(PATH)
        self.assertEqual(places.of(0x028D01), b"\x00")
        self.assertFalse(places.lost)

    def test_both_forms_are_kept_through_a_restart(self):
        position = b"\x01" + bytes(range(16))
        places = Places(PATH)
        self.assertTrue(places.put(0x028D01, b"\x60"))
        self.assertTrue(places.put(0x000D01, position))
        again = Places(PATH)
        self.assertEqual(again.of(0x028D01), b"\x60")
        self.assertEqual(again.of(0x000D01), position)

    def test_the_same_place_again_is_not_written(self):
        places = Places(PATH)
        places.put(0x028D01, b"\x60")
        os.remove(PATH)
        self.assertTrue(places.put(0x028D01, b"\x60"))
        self.assertRaises(OSError, os.stat, PATH)

    def test_a_file_gone_bad_counts_as_empty_and_can_be_written_over(self):
        for text in ("", "[1, 2]", "null", '{"028D01": 7}', '{"028D01": "6"}',
                     '{"x": "60"}', '{"028D01": "6060"}', "\x00\x00\x00"):  # fmt: skip
            with self.subTest(text=text):
                self.leave(text)
                places = Places(PATH)
                self.assertTrue(places.lost)
                self.assertEqual(places.of(0x028D01), b"\x00")
                self.assertTrue(places.put(0x028D01, b"\x08"))
                self.assertEqual(Places(PATH).of(0x028D01), b"\x08")

    def test_what_cannot_be_stored_is_refused(self):
        places = Places("no-such-folder/" + PATH)
        self.assertFalse(places.put(0x028D01, b"\x60"))
        self.assertEqual(places.of(0x028D01), b"\x00")
