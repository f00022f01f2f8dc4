"""settings.places: locations while the node runs, and when they are to be written."""

import unittest

from tomoshibi.settings.places import Places


class TestPlaces(unittest.TestCase):
    def setUp(self):
        self.stored = {}

    def keep(self, places):
        self.stored = dict(places)

    def refuse(self, places):
        raise OSError(5)

    def test_a_place_nobody_has_set_is_00(self):
        places = Places({}, self.keep)
        self.assertEqual(places.of(0x028D01), b"\x00")

    def test_both_forms_are_kept_through_a_restart(self):
        position = b"\x01" + bytes(range(16))
        places = Places({}, self.keep)
        places.put(0x028D01, b"\x60")
        places.put(0x000D01, position)
        self.assertTrue(places.unsaved)
        places.store()
        self.assertFalse(places.unsaved)
        self.assertEqual(self.stored, {0x028D01: b"\x60", 0x000D01: position})
        again = Places(self.stored, self.keep)
        self.assertEqual(again.of(0x028D01), b"\x60")
        self.assertEqual(again.of(0x000D01), position)

    def test_the_same_place_again_is_nothing_to_write(self):
        places = Places({}, self.keep)
        places.put(0x028D01, b"\x60")
        places.store()
        places.put(0x028D01, b"\x60")
        self.assertFalse(places.unsaved)

    def test_what_cannot_be_stored_stays_unsaved(self):
        places = Places({}, self.refuse)
        places.put(0x028D01, b"\x60")
        self.assertRaises(OSError, places.store)
        self.assertTrue(places.unsaved)
        self.assertEqual(places.of(0x028D01), b"\x60")
