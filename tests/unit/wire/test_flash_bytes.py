"""wire.flash_bytes: the check against its catalogue value, numbers against bytes laid out by hand.

Source: RFC 4880, 6.1; check value of CRC-24/OPENPGP in the CRC catalogue: 21CF02.
"""

import unittest

import flash_by_hand
from no_heap import no_heap

from tomoshibi.wire.flash_bytes import CRC_START, blank, check24, crc24, get, get_signed, put

CHECK = b"123456789"


class TestCheck(unittest.TestCase):
    def test_the_check_value_is_that_of_the_catalogue(self):
        self.assertEqual(crc24(CHECK, 0, 9), 0x21CF02)
        self.assertEqual(flash_by_hand.crc24(CHECK), 0x21CF02)

    def test_only_the_bytes_asked_for_are_checked(self):
        self.assertEqual(crc24(b"xy" + CHECK + b"z", 2, 11), 0x21CF02)
        self.assertEqual(crc24(CHECK, 4, 4), 0xB704CE)

    def test_what_is_stored_is_never_what_blank_flash_has(self):
        self.assertEqual(check24(CHECK, 0, 9), 0x21CF02)
        for start in (CRC_START, 0x123456):
            data = flash_by_hand.agreeing(CHECK, start)
            self.assertEqual(flash_by_hand.crc24(data, start), 0xFFFFFF)
            self.assertEqual(check24(data, 0, 12, start), 0)

    def test_a_check_can_be_taken_in_two_parts(self):
        for middle in range(10):
            first = crc24(CHECK, 0, middle)
            self.assertEqual(crc24(CHECK, middle, 9, first), 0x21CF02)

    def test_every_byte_counts_as_in_the_bitwise_form(self):
        for value in range(256):
            data = bytes((value, 0, value ^ 0xFF))
            self.assertEqual(crc24(data, 0, 3), flash_by_hand.crc24(data))

    def test_a_record_with_its_check_behind_it_leaves_nothing(self):
        # True of every CRC without a final inversion, with the check's highest byte first.
        self.assertEqual(crc24(CHECK + b"\x21\xcf\x02", 0, 12), 0)

    def test_every_burst_of_24_bits_is_found(self):
        data = bytearray(range(40))
        good = crc24(data, 0, 40)
        for at in range(37):
            for pattern in (0x800001, 0xFFFFFF, 0x864CFB):
                wrong = bytearray(data)
                for i in range(3):
                    wrong[at + i] ^= pattern >> 8 * i & 0xFF
                self.assertNotEqual(crc24(wrong, 0, 40), good)

    def test_the_start_is_rfc_4880s(self):
        self.assertEqual(CRC_START, 0xB704CE)

    def test_a_check_allocates_nothing(self):
        data = bytearray(range(64))
        with no_heap:
            crc = crc24(data, 0, 64, 0xFFFFFF)
        self.assertEqual(crc, flash_by_hand.crc24(data, 0xFFFFFF))


class TestNumbers(unittest.TestCase):
    def test_the_lowest_byte_comes_first(self):
        for size, value, data in (
            (1, 0x12, "12"),
            (2, 0x1234, "34 12"),
            (3, 0x123456, "56 34 12"),
            (4, 0x3FFFFFFF, "FF FF FF 3F"),
            (4, 100_000_000, "00 E1 F5 05"),
            (4, 0, "00 00 00 00"),
        ):
            data = bytes.fromhex(data.replace(" ", ""))
            with self.subTest(size=size, value=value):
                buf = bytearray(b"\xaa" * (size + 2))
                put(buf, 1, size, value)
                self.assertEqual(buf, b"\xaa" + data + b"\xaa")
                self.assertEqual(get(buf, 1, size), value)

    def test_a_negative_number_is_its_twos_complement(self):
        for size, value, data in (
            (1, -128, b"\x80"),
            (1, 127, b"\x7f"),
            (2, -1, b"\xff\xff"),
            (2, -32_768, b"\x00\x80"),
            (4, -2, b"\xfe\xff\xff\xff"),
            (4, -0x80000000, b"\x00\x00\x00\x80"),
            (4, 0x7FFFFFFF, b"\xff\xff\xff\x7f"),
        ):
            with self.subTest(size=size, value=value):
                buf = bytearray(size + 2)
                put(buf, 1, size, value)
                self.assertEqual(buf, b"\x00" + data + b"\x00")
                self.assertEqual(get_signed(buf, 1, size), value)

    def test_without_sign_the_top_bit_is_a_number(self):
        self.assertEqual(get(b"\x00\x80", 0, 2), 32_768)
        self.assertEqual(get(b"\xff\xff\xff\xff", 0, 4), 0xFFFFFFFF)

    def test_what_is_too_large_loses_its_top(self):
        buf = bytearray(3)
        put(buf, 0, 2, 0x12345)
        self.assertEqual(buf, b"\x45\x23\x00")

    def test_numbers_below_30_bits_allocate_nothing(self):
        buf = bytearray(4)
        with no_heap:
            put(buf, 0, 4, 0x3FFFFFFF)
            whole = get(buf, 0, 4)
            put(buf, 0, 4, -1)
            signed = get_signed(buf, 0, 3)
        self.assertEqual((whole, signed), (0x3FFFFFFF, -1))

    def test_blank_is_all_ones_between_the_two_places(self):
        for bit, data in flash_by_hand.flipped(b"\xff\xff\xff\xff"):
            self.assertEqual(blank(data, 1, 3), not 8 <= bit < 24)
        self.assertTrue(blank(b"\x00\xff\xff\x00", 1, 3))
