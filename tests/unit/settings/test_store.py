"""settings.store: settings changed one at a time, what is refused, and what is kept.

Ranges and defaults are those of the table in settings.declared, named here once more by hand.
"""

import json
import unittest

from nor_flash import SECTOR, NorFlash
from tomoshibi.core.refusals import SettingRefused
from tomoshibi.settings.copies import Copies
from tomoshibi.settings.store import Store
from tomoshibi.wire.copies import SETTINGS

HALF = 2 * SECTOR


class Cut(Exception):
    pass


class CutFlash(NorFlash):
    """Carries out so many erases and writes; in the middle of the next the supply goes."""

    def __init__(self, memory, operations):
        super().__init__(memory)
        self.memory = memory
        self._left = operations

    def _cut(self):
        self._left -= 1
        return self._left < 0

    def writeblocks(self, block, buf, offset=0):
        if self._cut():
            super().writeblocks(block, buf[: len(buf) // 2], offset)
            raise Cut
        super().writeblocks(block, buf, offset)

    def ioctl(self, op, arg):
        if op == 6 and self._cut():
            self.memory[arg * SECTOR : arg * SECTOR + SECTOR // 2] = b"\xff" * (SECTOR // 2)
            raise Cut
        return super().ioctl(op, arg)


class StuckFlash(NorFlash):
    def writeblocks(self, block, buf, offset=0):
        pass

    def ioctl(self, op, arg):
        return super().ioctl(op, arg) if op != 6 else 0


class TestStore(unittest.TestCase):
    def setUp(self):
        self.memory = bytearray(b"\xff" * (2 * HALF))
        self.store = self.start()

    def start(self):
        return Store(NorFlash(self.memory))

    def put(self, document):
        Copies(NorFlash(self.memory), SETTINGS).write(document)
        self.store = self.start()

    def assert_refused(self, key, value, shown, allowed):
        before = bytes(self.memory)
        with self.assertRaises(SettingRefused) as caught:
            self.store.change(key, value)
        fault = caught.exception
        self.assertEqual(fault.args, (key, shown, allowed))
        self.assertEqual(self.memory, before)

    def test_a_blank_store_has_defaults_and_nothing_lost(self):
        self.assertFalse(self.store.lost)
        self.assertEqual(self.store.load()["line_hz"], 50)

    def test_a_change_is_there_after_a_restart_and_says_if_it_waits_for_one(self):
        self.assertTrue(self.store.change("line_hz", 60))
        self.assertFalse(self.store.change("name", "panel"))
        settings = self.start().load()
        self.assertEqual((settings["line_hz"], settings["name"]), (60, "panel"))

    def test_many_are_set_in_their_order_in_one_write(self):
        many = [["name", "panel"], ["loads.0.tier", 3], ["loads.1.name", "pump"], ["line_hz", 60]]
        sequence = self.store.copies.sequence
        self.assertTrue(self.store.change_all(many))
        self.assertFalse(self.store.change_all(many[:3]))
        self.assertEqual(self.store.copies.sequence, sequence + 2 * 2)  # two copies
        loads = [{"tier": 3}, {"name": "pump"}]
        self.assertEqual(self.store.document(), {"name": "panel", "loads": loads, "line_hz": 60})

    def test_of_many_with_one_that_does_not_fit_none_is_set(self):
        before = bytes(self.memory)
        for wrong in (["line_hz", 55], ["loads.1.tier", 1], ["line_hx", 50]):
            with self.assertRaises(SettingRefused) as caught:
                self.store.change_all([["name", "panel"], wrong])
            self.assertEqual(caught.exception.args[0], wrong[0])
            self.assertEqual(self.memory, before)

    def test_both_ends_of_a_range_are_taken(self):
        for value in (-720, 840):
            self.store.change("utc_offset_min", value)
            self.assertEqual(self.start().load()["utc_offset_min"], value)

    def test_what_does_not_fit_is_refused_with_the_range_and_changes_nothing(self):
        self.store.change("line_hz", 60)
        for key, value, allowed in (
            ("line_hz", 55, "50 or 60 Hz"),
            ("line_hz", "50", "50 or 60 Hz"),
            ("line_hz", 50.0, "50 or 60 Hz"),
            ("line_hz", 60.0, "50 or 60 Hz"),
            ("ride_ms", 120.0, "40 to 1000 ms"),
            ("island_surge_w", False, "0 to 200000 W"),
            ("loads.0.locked_off", True, "0 to 1"),
            ("loads.0.tier", 4.0, "0 to 4"),
            ("utc_offset_min", 841, "-720 to 840 min"),
            ("utc_offset_min", -721, "-720 to 840 min"),
            ("ride_ms", None, "40 to 1000 ms"),
            ("ride_ms", True, "40 to 1000 ms"),
            ("name", "x" * 33, "1 to 32 characters, or none"),
            ("name", 5, "1 to 32 characters, or none"),
            ("lamp_role", "disco", "evacuation or main or other"),
            ("loads.0.tier", 5, "0 to 4"),
        ):
            with self.subTest(key=key, value=value):
                self.assert_refused(key, value, value, allowed)

    def test_a_refused_secret_is_not_told(self):
        self.assert_refused("wifi_password", "short", None, "8 to 63 characters, or none")

    def test_a_key_that_nobody_declared_is_refused(self):
        for key in (
            "line",
            "",
            "LINE_HZ",
            "loads",
            "places",
            "tier",
            "loads.0.line_hz",
            "loads.0.",
        ):
            with self.subTest(key=key):
                self.assert_refused(key, 1, None, "a declared setting")

    def test_loads_are_made_one_after_the_other(self):
        self.assert_refused("loads.1.tier", 2, None, "loads.0. to loads.0.")
        self.store.change("loads.0.tier", 2)
        self.store.change("loads.1.rated_w", 900)
        self.store.change("loads.0.name", "fridge")
        first, second = self.start().load().loads
        self.assertEqual((first["tier"], first["name"]), (2, "fridge"))
        self.assertEqual((second["tier"], second["rated_w"]), (4, 900))

    def test_there_are_sixteen_loads_at_most(self):
        for number in range(16):
            self.store.change("loads.%d.tier" % number, 1)
        self.assert_refused("loads.16.tier", 1, None, "loads.0. to loads.15.")
        self.assertEqual(len(self.start().load().loads), 16)

    def test_a_load_without_a_proper_number_is_refused(self):
        for key in ("loads.x.tier", "loads.-1.tier", "loads..tier", "loads.0x0.tier"):
            self.assert_refused(key, 1, None, "loads.0. to loads.0.")

    def test_keys_of_a_newer_firmware_are_kept_through_a_change(self):
        document = {
            "future": {"a": [1]},
            "loads": [{"tier": 1, "colour": "red"}],
            "places": {"0": "1"},
        }
        self.put(document)
        self.store.change("line_hz", 60)
        self.store.change("loads.0.tier", 3)
        document["line_hz"] = 60
        document["loads"][0]["tier"] = 3
        self.assertEqual(self.start().document(), document)

    def test_places_are_replaced_and_the_rest_is_kept(self):
        self.put({"line_hz": 60, "places": {"028D01": "08"}})
        position = b"\x01" + bytes(range(0xF0, 0x100))
        self.store.replace_places({0x028D02: b"\x10", 0x000D01: position})
        places = {"028D02": "10", "000D01": "01F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF"}
        self.assertEqual(self.start().document(), {"line_hz": 60, "places": places})
        read = self.start().load().places
        self.assertEqual(read, {0x028D02: b"\x10", 0x000D01: position})

    def test_a_place_is_set_like_any_other_setting(self):
        self.put({"places": {"028701": "20"}})
        self.assertFalse(self.store.change("places.028D01", "0a"))
        places = {0x028701: b"\x20", 0x028D01: b"\x0a"}
        self.assertEqual(self.start().load().places, places)
        allowed = "1 or 17 bytes in hexadecimal"
        for value in ("", "0", "0g", "0a0b", 10, True, None, "0a" * 16, "0a" * 18):
            self.assert_refused("places.028D01", value, value, allowed)
        self.put({"places": [7]})
        self.store.change("places.028D01", "08")
        self.assertEqual(self.start().document(), {"places": {"028D01": "08"}})

    def test_a_write_that_is_cut_off_leaves_the_settings_before_it_or_after(self):
        before, after = {"line_hz": 60}, {"line_hz": 60, "ride_ms": 90}
        self.put(before)
        for operations in range(14):
            flash = CutFlash(self.memory[:], operations)
            store = Store(flash)
            try:
                store.change("ride_ms", 90)
            except Cut:
                pass
            found = Store(NorFlash(flash.memory))
            self.assertFalse(found.lost)
            self.assertIn(found.document(), (before, after))
            # As at the next start: mended, and either copy alone is the whole.
            document = found.document()
            found.copies.mend()
            for half in (0, HALF):
                alone = flash.memory[:]
                alone[half : half + HALF] = b"\xff" * HALF
                self.assertEqual(Store(NorFlash(alone)).document(), document)

    def test_a_flash_that_takes_nothing_is_told_and_the_settings_stay(self):
        self.put({"line_hz": 60})
        store = Store(StuckFlash(self.memory))
        with self.assertRaises(OSError):
            store.change("line_hz", 50)
        self.assertEqual(self.start().load()["line_hz"], 60)

    def test_a_document_that_is_too_large_changes_nothing(self):
        self.put({"line_hz": 60, "future": "x" * 8_100})
        before = bytes(self.memory)
        with self.assertRaises(ValueError):
            self.store.change("name", "x" * 32)
        self.assertEqual(self.memory, before)

    def test_a_document_of_another_shape_is_refused_until_it_is_reset(self):
        self.put([1, 2])
        self.assert_refused("line_hz", 60, None, "nothing before `defaults`")
        self.store.reset()
        self.store.change("line_hz", 60)
        self.assertEqual(self.start().document(), {"line_hz": 60})

    def test_a_reset_leaves_nothing_in_either_copy(self):
        self.put({"wifi_password": "do not tell", "future": 1})
        self.store.reset()
        self.assertEqual(self.start().document(), {})
        self.assertEqual(bytes(self.memory).find(b"do not tell"), -1)
        self.assertEqual(self.start().load()["line_hz"], 50)

    def test_both_copies_damaged_is_told_and_the_node_runs_on_defaults(self):
        self.put({"line_hz": 60})
        self.memory[33] ^= 1
        self.assertFalse(self.start().lost)
        self.assertEqual(self.start().load()["line_hz"], 60)
        self.memory[HALF + 33] ^= 1
        self.store = self.start()
        self.assertTrue(self.store.lost)
        self.assertEqual(self.store.load()["line_hz"], 50)
        self.store.change("line_v", 200)
        self.assertFalse(self.start().lost)
        self.assertEqual(self.start().document(), {"line_v": 200})

    def test_mending_makes_the_damaged_copy_whole(self):
        self.put({"line_hz": 60})
        self.memory[:HALF] = bytes(HALF)
        self.store = self.start()
        self.store.copies.mend()
        self.memory[HALF:] = bytes(HALF)
        self.assertEqual(self.start().document(), {"line_hz": 60})

    def test_the_document_in_flash_is_json(self):
        self.store.change("line_hz", 60)
        self.assertEqual(json.loads(bytes(self.memory[32:47]).decode()), {"line_hz": 60})
