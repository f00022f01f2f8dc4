"""wire.flash_sector: the head of a sector, put together by hand, byte by byte as laid out."""

import unittest

from flash_by_hand import agreeing, crc24, flipped, head, u24
from no_heap import no_heap

from tomoshibi.wire import flash_sector

INFO = bytes(range(100, 120))
SEQUENCE = 0x01020304
# "T" "R", version 1, reserved 0, the sequence number, the ring's bytes; then the check.
BODY = b"TR\x01\x00\x04\x03\x02\x01" + INFO


def sealed(body, mark=b"\xff"):
    return body + u24(crc24(body)) + mark


class TestHead(unittest.TestCase):
    def test_a_sealed_head_is_as_laid_out_and_leaves_the_mark_to_the_erase(self):
        made = bytearray(b"\x00" * 8 + INFO + b"\x00" * 4)
        flash_sector.seal(made, flash_sector.REGISTERS, SEQUENCE)
        self.assertEqual(made, sealed(BODY))
        self.assertEqual(len(made), 32)

    def test_each_ring_has_its_letter(self):
        rings = (flash_sector.REGISTERS, flash_sector.HISTORY, flash_sector.EVENTS)
        self.assertEqual(bytes(rings), b"RHE")
        for ring in rings:
            for other in rings:
                found = flash_sector.sequence_of(bytearray(head(bytes((ring,)), 9)), other)
                self.assertEqual(found, 9 if ring == other else -1)

    def test_the_sequence_number_is_found_with_the_mark_and_without(self):
        for mark in (b"\x5a", b"\xff", b"\x00"):
            whole = bytearray(sealed(BODY, mark))
            self.assertEqual(flash_sector.sequence_of(whole, 0x52), SEQUENCE)

    def test_the_ends_of_the_range_are_found(self):
        for sequence in (1, 0x3FFFFFFF):
            self.assertEqual(
                flash_sector.sequence_of(bytearray(head(b"R", sequence)), 0x52), sequence
            )

    def test_a_number_of_more_than_30_bits_is_refused(self):
        for sequence in (0x40000000, 0xFFFFFFFF):
            self.assertEqual(flash_sector.sequence_of(bytearray(head(b"R", sequence)), 0x52), -1)

    def test_another_layout_is_refused(self):
        for version in (0, 2, 3, 255):
            body = b"TR" + bytes((version,)) + BODY[3:]
            self.assertEqual(flash_sector.sequence_of(bytearray(sealed(body)), 0x52), -1)

    def test_a_sector_of_nobody_is_refused(self):
        for filler in (b"\x00", b"\xff", b"\x55"):
            self.assertEqual(flash_sector.sequence_of(bytearray(filler * 32), 0x52), -1)

    def test_one_flipped_bit_never_makes_another_number(self):
        for bit, wrong in flipped(sealed(BODY)):
            with self.subTest(bit=bit):
                self.assertIn(flash_sector.sequence_of(wrong, 0x52), (-1, SEQUENCE))

    def test_two_flipped_bits_never_make_another_number(self):
        good = sealed(BODY)
        for bit, wrong in flipped(good):
            for other in range(bit + 1, 248, 5):
                twice = bytearray(wrong)
                twice[other // 8] ^= 1 << other % 8
                found = flash_sector.sequence_of(twice, 0x52)
                self.assertIn(found, (-1, SEQUENCE), "bits %d and %d" % (bit, other))

    def test_one_cut_off_before_its_check_is_none_though_blank_flash_agrees(self):
        for wrong in (0, 1, 0x80):  # exactly, or but for one bit
            body = bytearray(agreeing(BODY[:25]))
            body[20] ^= wrong
            self.assertEqual(flash_sector.sequence_of(body + b"\xff\xff\xff\x5a", 0x52), -1)

    def test_sealing_and_reading_allocate_nothing(self):
        made = bytearray(32)
        with no_heap:
            flash_sector.seal(made, 0x45, 0x3FFFFFFF)
            found = flash_sector.sequence_of(made, 0x45)
        self.assertEqual(found, 0x3FFFFFFF)


class TestReady(unittest.TestCase):
    def test_a_sector_is_ready_with_the_mark_and_nothing_else(self):
        good = b"\xff" * 31 + b"\x5a"
        self.assertTrue(flash_sector.ready(good))
        for bit, wrong in flipped(good):
            with self.subTest(bit=bit):
                self.assertFalse(flash_sector.ready(wrong))

    def test_a_blank_sector_without_the_mark_is_not_ready(self):
        self.assertFalse(flash_sector.ready(b"\xff" * 32))

    def test_the_mark_is_the_last_byte_of_the_head(self):
        self.assertEqual((flash_sector.MARK_AT, flash_sector.MARK), (31, b"\x5a"))


class TestStart(unittest.TestCase):
    def test_the_start_is_rfc_4880s_turned_by_24_bits_of_the_number(self):
        # B704CE with the bits of the number turned, by hand.
        for sequence, start in ((0, 0xB704CE), (1, 0xB704CF), (0xFFFFFF, 0x48FB31),
                                (0x1000001, 0xB704CF), (0x3F0000CE, 0xB70400)):  # fmt: skip
            self.assertEqual(flash_sector.crc_start(sequence), start)
