"""wire.echonet_format, echonet_value: layouts and codes of docs/echonet-lite.md, "Objects"."""

import unittest

from tomoshibi.reporting.echonet_meters import CHANNEL, POWER, SUBMETER_ROWS
from tomoshibi.reporting.echonet_view import EPC, FORMAT
from tomoshibi.wire.echonet_format import accepts, pack
from tomoshibi.wire.echonet_value import unpack


def format_of(epc):
    """Of a sub-meter's property."""
    return next(row[FORMAT] for row in SUBMETER_ROWS if row[EPC] == epc)


ENERGY = format_of(0xE1)
HISTORY = format_of(0xE2)
CURRENT = format_of(0xE8)
VOLTAGE = format_of(0xE9)
PLACE = ("place",)


def packed(form, value):
    buf = bytearray(300)
    return bytes(buf[: pack(form, buf, 0, value)])


class TestNumber(unittest.TestCase):
    def test_numbers_are_big_endian_and_signed_ones_in_twos_complement(self):
        self.assertEqual(packed(POWER, 1_234), bytes.fromhex("000004d2"))
        self.assertEqual(packed(POWER, -2), bytes.fromhex("fffffffe"))
        self.assertEqual(unpack(POWER, bytes.fromhex("fffffffe")), -2)

    def test_no_data_has_its_own_code(self):
        self.assertEqual(packed(POWER, None), bytes.fromhex("7ffffffe"))
        self.assertEqual(packed(ENERGY, None), bytes.fromhex("fffffffe"))
        self.assertEqual(packed(CURRENT, (None, None)), bytes.fromhex("7ffe7ffe"))
        self.assertEqual(packed(VOLTAGE, (1_010, None)), bytes.fromhex("03f2fffe"))
        self.assertEqual(unpack(POWER, bytes.fromhex("7ffffffe")), "no data")

    def test_a_number_too_large_is_shown_as_the_largest_not_as_a_code(self):
        self.assertEqual(packed(ENERGY, 100_000_000), packed(ENERGY, 99_999_999))
        self.assertEqual(packed(("u16", 0, 65_533), 70_000), bytes.fromhex("fffd"))
        marked = ("u16", 0, 65_533, "", 0, ((0xFFFE, "underflow"), (0xFFFF, "overflow")))
        self.assertEqual(packed(marked, 70_000), bytes.fromhex("ffff"))
        self.assertEqual(packed(marked, -1), bytes.fromhex("fffe"))

    def test_only_values_in_range_may_be_set(self):
        day = ("u8", 0, 99)
        self.assertTrue(accepts(day, b"\x63", 0, 1))
        self.assertFalse(accepts(day, b"\x64", 0, 1))
        self.assertFalse(accepts(day, b"\xff", 0, 1))
        self.assertFalse(accepts(day, b"\x00\x00", 0, 2))
        self.assertFalse(accepts(day, b"", 0, 0))

    def test_a_value_outside_its_range_is_no_value(self):
        self.assertRaises(ValueError, unpack, ENERGY, bytes.fromhex("05f5e100"))  # 10**8
        self.assertRaises(ValueError, unpack, ENERGY, b"\x00")


class TestPlace(unittest.TestCase):
    def test_place_codes_are_named(self):
        self.assertEqual(unpack(PLACE, b"\x08"), "living room")
        self.assertEqual(unpack(PLACE, b"\x0d"), "living room 5")
        self.assertEqual(unpack(PLACE, b"\x60"), "garden")
        self.assertEqual(unpack(PLACE, b"\x00"), "not set")

    def test_one_byte_or_a_position_of_17_may_be_set(self):
        self.assertTrue(accepts(PLACE, b"\x60", 0, 1))
        self.assertTrue(accepts(PLACE, b"\x01" + bytes(16), 0, 17))
        self.assertFalse(accepts(PLACE, b"\x01", 0, 1))
        self.assertFalse(accepts(PLACE, b"\x02", 0, 1))
        self.assertFalse(accepts(PLACE, b"\x60" + bytes(16), 0, 17))
        self.assertFalse(accepts(PLACE, b"\x60\x60", 0, 2))


class TestOthers(unittest.TestCase):
    def test_a_moment_is_seven_bytes(self):
        # EA in the worked INFC: 2026-11-22 12:30:00.
        half_hour = ("moment", "YMDhms")
        self.assertEqual(packed(half_hour, (2026, 11, 22, 12, 30, 0)).hex(), "07ea0b160c1e00")
        self.assertEqual(unpack(half_hour, bytes.fromhex("07ea0b160c1e00")), "2026-11-22T12:30:00")
        self.assertEqual(packed(half_hour, None), b"\xff" * 7)
        self.assertEqual(unpack(half_hour, b"\xff" * 7), "no data")
        self.assertEqual(unpack(("moment", "hm"), b"\x0c\x1e"), "12:30")
        self.assertEqual(unpack(("moment", "YMD"), b"\x07\xea\x0b\x16"), "2026-11-22")

    def test_versions(self):
        self.assertEqual(packed(("release",), (0, 0, 0x52, 0)), bytes.fromhex("00005200"))
        self.assertEqual(packed(("version",), (1, 14, 1, 0)), bytes.fromhex("010e0100"))
        self.assertEqual(unpack(("release",), bytes.fromhex("00005200")), "release R rev. 0")
        self.assertEqual(unpack(("version",), bytes.fromhex("010e0100")), "1.14")

    def test_a_history_is_a_day_and_48_slots(self):
        history = packed(HISTORY, (None, None))
        self.assertEqual(history, bytes.fromhex("00ff") + bytes.fromhex("fffffffe") * 48)
        self.assertEqual(len(history), 194)
        readings = bytes.fromhex("0001e240") * 48
        shown = unpack(HISTORY, bytes.fromhex("0003") + readings)
        self.assertEqual(shown["day"], 3)
        self.assertEqual(shown["readings"], [123_456] * 48)

    def test_text_loses_its_padding(self):
        self.assertEqual(unpack(("text", 12), b"submeter6\0\0\0"), "submeter6")
        self.assertEqual(unpack(("octets", 3, 3), b"\xff\xff\x0a"), "FFFF0A")

    def test_a_group_takes_the_sizes_of_its_parts(self):
        number = ("u16", 0, 65_533)
        pair = ("group", ("first", number), ("rest", ("repeat", number, 3, 0)))
        self.assertEqual(unpack(pair, bytes.fromhex("00010002")), {"first": 1, "rest": [2]})
        self.assertRaises(ValueError, unpack, pair, bytes.fromhex("000100"))
        self.assertRaises(ValueError, unpack, CHANNEL, bytes(9))
