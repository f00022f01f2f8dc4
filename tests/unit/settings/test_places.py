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
        places.put(0x028D01, b"\x60")
        places.put(0x000D01, position)
        self.assertTrue(places.unsaved)
        places.store()
        self.assertFalse(places.unsaved)
        again = Places(PATH)
        self.assertEqual(again.of(0x028D01), b"\x60")
        self.assertEqual(again.of(0x000D01), position)

    def test_the_same_place_again_is_nothing_to_write(self):
        places = Places(PATH)
        places.put(0x028D01, b"\x60")
        places.store()
        places.put(0x028D01, b"\x60")
        self.assertFalse(places.unsaved)

    def test_a_file_gone_bad_counts_as_empty_and_can_be_written_over(self):
        for text in ("", "[1, 2]", "null", '{"028D01": 7}', '{"028D01": "6"}',
                     '{"x": "60"}', '{"028D01": "6060"}', "\x00\x00\x00"):  # fmt: skip
            with self.subTest(text=text):
                self.leave(text)
                places = Places(PATH)
                self.assertTrue(places.lost)
                self.assertEqual(places.of(0x028D01), b"\x00")
                places.put(0x028D01, b"\x08")
                places.store()
                self.assertEqual(Places(PATH).of(0x028D01), b"\x08")

    def test_what_cannot_be_stored_stays_unsaved(self):
        places = Places("no-such-folder/" + PATH)
        places.put(0x028D01, b"\x60")
        self.assertRaises(OSError, places.store)
        self.assertTrue(places.unsaved)
        self.assertEqual(places.of(0x028D01), b"\x60")
