"""wire.echonet_map on both examples of docs/echonet-lite.md, "Property maps", and on lists."""

import unittest

from tomoshibi.wire.echonet_map import read_codes, read_map, write_codes, write_map

SHORT = (0x80, 0x81, 0x88)
LONG = (
    0x80, 0x81, 0x82, 0x83, 0x88, 0x8A, 0x8C, 0x8D, 0x97, 0x98, 0x9D, 0x9E, 0x9F,
    0xD4, 0xD7, 0xE0, 0xE1, 0xE2, 0xE3, 0xE4, 0xE7, 0xE8, 0xE9, 0xEA, 0xEB,
)  # fmt: skip
SHORT_MAP = bytes.fromhex("03808188")
LONG_MAP = bytes.fromhex("1941414141600000624340414001030202")


def written(epcs):
    buf = bytearray(b"\xaa" * 20)
    size = write_map(buf, 1, epcs)
    return bytes(buf[1 : 1 + size])


class TestMap(unittest.TestCase):
    def test_up_to_15_properties_are_a_list(self):
        self.assertEqual(written(SHORT), SHORT_MAP)
        self.assertEqual(written(()), b"\x00")
        self.assertEqual(len(written(tuple(range(0x80, 0x8F)))), 16)

    def test_16_and_more_are_a_column_major_bitmap(self):
        self.assertEqual(written(LONG), LONG_MAP)
        # 80 … 8F: count 16 and bit 0 of every byte.
        self.assertEqual(written(tuple(range(0x80, 0x90))), b"\x10" + b"\x01" * 16)

    def test_both_examples_are_read_back(self):
        self.assertEqual(tuple(read_map(SHORT_MAP)), SHORT)
        self.assertEqual(tuple(read_map(LONG_MAP)), LONG)

    def test_all_128_properties_fit(self):
        every = tuple(range(0x80, 0x100))
        self.assertEqual(written(every), b"\x80" + b"\xff" * 16)
        self.assertEqual(tuple(read_map(written(every))), every)

    def test_maps_that_contradict_themselves_are_refused(self):
        for text in (
            "",
            "0380",  # three promised, one there
            "02808080",  # one too many
            "028080",  # one twice
            "0112",  # no property code
            "1a" + "41414141600000624340414001030202",  # 26 counted, 25 set
            "10808182838485868788898a8b8c8d8e8f90",  # a list where a bitmap is due
        ):
            with self.subTest(map=text):
                self.assertRaises(ValueError, read_map, bytes.fromhex(text))


class TestCodes(unittest.TestCase):
    def test_an_instance_list_is_a_count_and_three_bytes_each(self):
        # The value of D5 in the worked start-up INF.
        buf = bytearray(16)
        size = write_codes(buf, 0, (0x028D01, 0x029001), 3, 84)
        self.assertEqual(bytes(buf[:size]), bytes.fromhex("02028d01029001"))
        self.assertEqual(read_codes(bytes(buf[:size]), 3), [0x028D01, 0x029001])

    def test_a_list_holds_84_objects_and_no_more(self):
        buf = bytearray(256)
        self.assertEqual(write_codes(buf, 0, [0x029001] * 90, 3, 84), 1 + 84 * 3)
        self.assertEqual(buf[0], 84)

    def test_a_list_that_is_cut_is_refused(self):
        self.assertRaises(ValueError, read_codes, bytes.fromhex("02028d0102"), 3)
        self.assertRaises(ValueError, read_codes, b"", 3)
