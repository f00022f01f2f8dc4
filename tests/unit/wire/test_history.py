"""wire.history: the record of a half hour, byte by byte as its module says, and the rule."""

import unittest

from flash_by_hand import agreeing, crc24, flipped, history_record, start_of, u24
from no_heap import no_heap

from tomoshibi.wire import history

START = start_of(5)
# Slot 25 (12:30), synchronised, two branches, boot 0x0102; 123 456 Wh is 01E240 in hexadecimal.
BODY = (
    b"\x19\x02\x02\x02\x01"
    b"\x40\xe2\x01\x00\xff\xff\xff\xff"  # branch 1: import; no export
    b"\x00\x00\x00\x00\xff\xe0\xf5\x05"  # branch 2: nothing yet; 99 999 999 Wh of export
)
RECORD = BODY + u24(crc24(BODY, START))


class TestRecord(unittest.TestCase):
    def test_sizes_are_eight_bytes_a_branch_and_eight_more(self):
        self.assertEqual([history.size(branches) for branches in (1, 6, 9)], [16, 56, 80])
        # 4096 bytes less the head: a day of nine branches fits, with two records to spare; one of
        # the largest node into two sectors, with ten.
        self.assertEqual((4_096 - 32) // history.size(9), 50)
        self.assertEqual(2 * ((4_096 - 32) // history.size(history.BRANCHES_MOST)), 58)

    def test_a_record_is_made_as_laid_out(self):
        made = bytearray(24)
        for branch, direction, wh in ((0, 0, 123_456), (0, 1, -1), (1, 0, 0), (1, 1, 99_999_999)):
            history.put_reading(made, branch, direction, wh)
        history.seal(made, 2, 25, 2, 0x0102, START)
        self.assertEqual(made, RECORD)

    def test_a_record_is_read_as_laid_out(self):
        self.assertEqual(history.slot_of(RECORD, 2, START), 25)
        found = [history.reading(RECORD, branch, way) for branch in (0, 1) for way in (0, 1)]
        self.assertEqual(found, [123_456, -1, 0, 99_999_999])

    def test_what_no_counter_can_show_is_no_data(self):
        for top, wh in ((0x3F, 0x3F000000), (0x40, -1), (0x80, -1), (0xFF, -1)):
            record = bytearray(24)
            record[8] = top
            self.assertEqual(history.reading(record, 0, 0), wh)

    def test_any_flipped_bit_is_noticed(self):
        for bit, wrong in flipped(RECORD):
            with self.subTest(bit=bit):
                self.assertEqual(history.slot_of(wrong, 2, START), -1)

    def test_a_record_cut_off_anywhere_is_noticed(self):
        for size in range(24):
            torn = RECORD[:size] + b"\xff" * (24 - size)
            if torn != RECORD:
                self.assertEqual(history.slot_of(torn, 2, START), -1)

    def test_one_cut_off_is_none_though_blank_flash_agrees_with_its_crc(self):
        body = agreeing(RECORD[:18], START)
        self.assertEqual(history.slot_of(body + b"\xff\xff\xff", 2, START), -1)
        self.assertNotEqual(history.slot_of(body + b"\x00\x00\x00", 2, START), -1)

    def test_the_last_slot_of_a_day_is_47(self):
        for slot, found in ((0, 0), (47, 47), (48, -1), (255, -1)):
            record = history_record(5, slot, 2, 1, [(1, 2)])
            self.assertEqual(history.slot_of(record, 1, START), found)

    def test_a_record_of_another_number_of_branches_is_refused(self):
        record = history_record(5, 0, 2, 1, [(1, 2), (3, 4)])
        self.assertEqual(history.slot_of(record, 2, START), 0)
        self.assertEqual(history.slot_of(record, 1, START), -1)

    def test_a_record_of_another_life_of_the_sector_is_refused(self):
        for sequence in (4, 6, 5 + 106):
            self.assertEqual(history.slot_of(RECORD, 2, start_of(sequence)), -1)

    def test_making_and_reading_allocate_nothing(self):
        made = bytearray(80)
        with no_heap:
            for branch in range(9):
                history.put_reading(made, branch, 0, 99_999_999)
                history.put_reading(made, branch, 1, -1)
            history.seal(made, 9, 47, 2, 0xFFFF, START)
            slot = history.slot_of(made, 9, START)
            wh = history.reading(made, 8, 0)
        self.assertEqual((slot, wh, history.reading(made, 8, 1)), (47, 99_999_999, -1))


class TestRule(unittest.TestCase):
    def test_only_a_better_clock_takes_the_place_of_a_reading(self):
        # core.calendar: 1 held, 2 synchronised.
        for quality, than, wanted in ((1, 1, False), (2, 1, True), (1, 2, False), (2, 2, False)):
            self.assertEqual(history.better(quality, than), wanted)
