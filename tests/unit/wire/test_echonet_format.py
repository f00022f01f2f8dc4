"""wire.echonet_format: layouts and codes of docs/echonet-lite.md, "Objects"."""

import unittest

from reporting import meter_points
from wire.echonet_format import Group, Moment, Number, Octets, Place, Release, Repeat, Version, u16


def packed(form, value):
    buf = bytearray(300)
    return bytes(buf[: form.pack(buf, 0, value)])


class TestNumber(unittest.TestCase):
    def test_numbers_are_big_endian_and_signed_ones_in_twos_complement(self):
        self.assertEqual(packed(meter_points.POWER, 1_234), bytes.fromhex("000004d2"))
        self.assertEqual(packed(meter_points.POWER, -2), bytes.fromhex("fffffffe"))
        self.assertEqual(meter_points.POWER.unpack(bytes.fromhex("fffffffe")), -2)

    def test_no_data_has_its_own_code(self):
        self.assertEqual(packed(meter_points.POWER, None), bytes.fromhex("7ffffffe"))
        self.assertEqual(packed(meter_points.energy(), None), bytes.fromhex("fffffffe"))
        self.assertEqual(packed(meter_points.current(), (None, None)), bytes.fromhex("7ffe7ffe"))
        self.assertEqual(packed(meter_points.voltage(), (1_010, None)), bytes.fromhex("03f2fffe"))
        self.assertEqual(meter_points.POWER.unpack(bytes.fromhex("7ffffffe")), "no data")

    def test_a_number_too_large_is_shown_as_the_largest_not_as_a_code(self):
        self.assertEqual(
            packed(meter_points.energy(), 100_000_000), packed(meter_points.energy(), 99_999_999)
        )
        self.assertEqual(packed(u16(0, 65_533), 70_000), bytes.fromhex("fffd"))
        codes = ((0xFFFE, "underflow"), (0xFFFF, "overflow"))
        self.assertEqual(packed(u16(0, 65_533, codes=codes), 70_000), bytes.fromhex("ffff"))
        self.assertEqual(packed(u16(0, 65_533, codes=codes), -1), bytes.fromhex("fffe"))

    def test_only_values_in_range_may_be_set(self):
        day = Number(1, False, 0, 99)
        self.assertTrue(day.accepts(b"\x63", 0, 1))
        self.assertFalse(day.accepts(b"\x64", 0, 1))
        self.assertFalse(day.accepts(b"\xff", 0, 1))
        self.assertFalse(day.accepts(b"\x00\x00", 0, 2))
        self.assertFalse(day.accepts(b"", 0, 0))

    def test_a_value_outside_its_range_is_no_value(self):
        self.assertRaises(
            ValueError, meter_points.energy().unpack, bytes.fromhex("05f5e100")
        )  # 10**8
        self.assertRaises(ValueError, meter_points.energy().unpack, b"\x00")


class TestPlace(unittest.TestCase):
    def test_place_codes_are_named(self):
        self.assertEqual(Place().unpack(b"\x08"), "living room")
        self.assertEqual(Place().unpack(b"\x0d"), "living room 5")
        self.assertEqual(Place().unpack(b"\x60"), "garden")
        self.assertEqual(Place().unpack(b"\x00"), "not set")

    def test_one_byte_or_a_position_of_17_may_be_set(self):
        self.assertTrue(Place().accepts(b"\x60", 0, 1))
        self.assertTrue(Place().accepts(b"\x01" + bytes(16), 0, 17))
        self.assertFalse(Place().accepts(b"\x01", 0, 1))
        self.assertFalse(Place().accepts(b"\x02", 0, 1))
        self.assertFalse(Place().accepts(b"\x60" + bytes(16), 0, 17))
        self.assertFalse(Place().accepts(b"\x60\x60", 0, 2))


class TestOthers(unittest.TestCase):
    def test_a_moment_is_seven_bytes(self):
        # EA in the worked INFC: 2026-11-22 12:30:00.
        half_hour = Moment("YMDhms")
        self.assertEqual(packed(half_hour, (2026, 11, 22, 12, 30, 0)).hex(), "07ea0b160c1e00")
        self.assertEqual(half_hour.unpack(bytes.fromhex("07ea0b160c1e00")), "2026-11-22T12:30:00")
        self.assertEqual(packed(half_hour, None), b"\xff" * 7)
        self.assertEqual(half_hour.unpack(b"\xff" * 7), "no data")
        self.assertEqual(Moment("hm").unpack(b"\x0c\x1e"), "12:30")
        self.assertEqual(Moment("YMD").unpack(b"\x07\xea\x0b\x16"), "2026-11-22")

    def test_versions(self):
        self.assertEqual(packed(Release(), ("R", 0)), bytes.fromhex("00005200"))
        self.assertEqual(packed(Version(), (1, 14, 1)), bytes.fromhex("010e0100"))
        self.assertEqual(Version().unpack(bytes.fromhex("010e0100")), "1.14")

    def test_a_history_is_a_day_and_48_slots(self):
        history = packed(meter_points.history(meter_points.energy()), (None, None))
        self.assertEqual(history, bytes.fromhex("00ff") + bytes.fromhex("fffffffe") * 48)
        self.assertEqual(len(history), 194)
        readings = bytes.fromhex("0001e240") * 48
        shown = meter_points.history(meter_points.energy()).unpack(bytes.fromhex("0003") + readings)
        self.assertEqual(shown["day"], 3)
        self.assertEqual(shown["readings"], [123_456] * 48)

    def test_text_loses_its_padding(self):
        self.assertEqual(Octets(12, text=True).unpack(b"submeter6\0\0\0"), "submeter6")
        self.assertEqual(Octets(3).unpack(b"\xff\xff\x0a"), "FFFF0A")

    def test_a_group_takes_the_sizes_of_its_parts(self):
        pair = Group(("first", u16()), ("rest", Repeat(u16(), 3, 0)))
        self.assertEqual(pair.unpack(bytes.fromhex("00010002")), {"first": 1, "rest": [2]})
        self.assertRaises(ValueError, pair.unpack, bytes.fromhex("000100"))
        self.assertRaises(ValueError, meter_points.CHANNEL.unpack, bytes(9))
