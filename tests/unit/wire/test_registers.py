"""wire.registers: which registers a node has, and the record, byte by byte as its module says."""

import unittest

from flash_by_hand import crc24, flipped, register_record, start_of, u24
from no_heap import no_heap

from tomoshibi.wire import register_names, registers

START = start_of(3)
# Register 64, 16 909 060 Wh and 328 965 mJ; register 7, one. Bytes by hand, little-endian.
BODY = (
    b"\xa5\x02\x33\x22\x11"  # the tag, two registers, record 0x112233
    b"\x40\x04\x03\x02\x01\x05\x05\x05"
    b"\x07\x01\x00\x00\x00\x00\x00\x00" + b"\xff" * 40
)
RECORD = BODY + u24(crc24(BODY, START))


class TestNumbers(unittest.TestCase):
    def test_a_sub_meter_has_states_moves_and_energies_of_the_whole_and_each_branch(self):
        expected = list(range(8)) + [16, 17, 32, 33] + list(range(64, 76))
        self.assertEqual(list(registers.numbers(registers.BRANCHES, 2)), expected)

    def test_a_streetlight_has_its_lamp_and_one_channel(self):
        expected = list(range(8)) + [48, 49, 50, 51, 68, 69, 70, 71]
        self.assertEqual(list(registers.numbers(registers.LAMP, 1)), expected)

    def test_the_largest_node_uses_no_number_twice_and_none_above_131(self):
        found = list(registers.numbers(registers.BRANCHES, 16))
        self.assertEqual(len(set(found)), 8 + 16 + 16 + 4 * 17)
        self.assertEqual(found, sorted(found))
        self.assertEqual(found[-1], 131)

    def test_registers_have_names_and_units(self):
        for number, name, unit in (
            (0, "boots after power-on", ""),
            (7, "reset note", ""),
            (17, "load 2 state", ""),
            (31, "load 16 state", ""),
            (47, "relay 16 moves", ""),
            (48, "lamp burning", "s"),
            (49, "driver burning", "s"),
            (51, "lamp state", ""),
            (64, "whole import", "Wh"),
            (67, "whole reactive export", "varh"),
            (69, "branch 1 export", "Wh"),
            (126, "branch 15 reactive import", "varh"),
            (131, "branch 16 reactive export", "varh"),
        ):
            self.assertEqual(
                (register_names.name(number), register_names.unit(number)), (name, unit)
            )


class TestRecord(unittest.TestCase):
    def test_a_record_is_made_as_laid_out(self):
        made = bytearray(64)
        registers.put_entry(made, 0, 64, 16_909_060, 328_965)
        registers.put_entry(made, 1, 7, 1, 0)
        registers.seal(made, 2, 0x112233, START)
        self.assertEqual(made, RECORD)

    def test_a_record_is_read_as_laid_out(self):
        self.assertEqual(registers.count_of(RECORD, START), 2)
        self.assertEqual(registers.number_of(RECORD), 0x112233)
        found = [
            (
                registers.entry_number(RECORD, i),
                registers.entry_whole(RECORD, i),
                registers.entry_rest(RECORD, i),
            )
            for i in range(2)
        ]
        self.assertEqual(found, [(64, 16_909_060, 328_965), (7, 1, 0)])

    def test_seven_of_the_largest_registers_fit(self):
        entries = [(121 + i, 99_999_999, 3_599_999) for i in range(7)]
        made = bytearray(64)
        for i in range(7):
            registers.put_entry(made, i, *entries[i])
        registers.seal(made, 7, 0xFFFFFF, START)
        self.assertEqual(made, register_record(3, 0xFFFFFF, entries))
        self.assertEqual(registers.count_of(made, START), 7)
        self.assertEqual(registers.entry_whole(made, 6), 99_999_999)
        self.assertEqual(registers.entry_rest(made, 6), 3_599_999)

    def test_any_flipped_bit_is_noticed(self):
        for bit, wrong in flipped(RECORD):
            with self.subTest(bit=bit):
                self.assertEqual(registers.count_of(wrong, START), -1)

    def test_a_record_cut_off_anywhere_is_noticed(self):
        for size in range(64):
            torn = RECORD[:size] + b"\xff" * (64 - size)
            if torn != RECORD:
                self.assertEqual(registers.count_of(torn, START), -1)

    def test_a_record_of_another_life_of_the_sector_is_refused(self):
        for sequence in (1, 2, 4, 67, 3 + 0x400000):
            self.assertEqual(registers.count_of(RECORD, start_of(sequence)), -1)

    def test_a_count_that_cannot_be_is_refused_though_the_check_is_right(self):
        for count in (0, 8, 255):
            body = b"\xa5" + bytes((count,)) + BODY[2:]
            record = body + u24(crc24(body, START))
            self.assertEqual(registers.count_of(record, START), -1)

    def test_another_tag_is_refused_though_the_check_is_right(self):
        body = b"\xa4" + BODY[1:]
        self.assertEqual(registers.count_of(body + u24(crc24(body, START)), START), -1)

    def test_a_blank_place_holds_no_record(self):
        self.assertEqual(registers.count_of(b"\xff" * 64, START), -1)

    def test_making_and_reading_allocate_nothing(self):
        made = bytearray(64)
        with no_heap:
            for i in range(7):
                registers.put_entry(made, i, 64 + i, 99_999_999, 3_599_999)
            registers.seal(made, 7, 0xFFFFFF, START)
            count = registers.count_of(made, START)
            whole = registers.entry_whole(made, 6)
        self.assertEqual((count, whole), (7, 99_999_999))
