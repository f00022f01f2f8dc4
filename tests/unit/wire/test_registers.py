"""wire.registers: which registers a node has, and the record, byte by byte as its module says."""

import unittest

from flash_by_hand import (
    crc24,
    flipped,
    register_record,
    register_record_before,
    start_of,
    u24,
)
from no_heap import no_heap

from tomoshibi.wire import register_names, register_reader, registers

START = start_of(3)
# Register 7, one; 64, 16 909 060 Wh and 328 965 mJ; 65, zero and two mJ. By hand: group 1 is
# 50 steps from 15, group 16 is 15 from there. The highest two bits of a rest tell what follows.
BODY = (
    b"\x06\x33"  # six grains, record 0x33
    b"\xf0\xf0\xf0\x58\x01\x00\x00\x00"
    b"\xf3\x05\x05\x45\x04\x03\x02\x01\x02\x00\x80"
)
RECORD = BODY + u24(crc24(BODY, START)) + b"\xff" * 44
ENTRIES = [(7, 1, 0, True), (64, 16_909_060, 328_965, True), (65, 0, 2, True)]
# What ran on: of 65 the lowest byte alone, and two bytes to fill the third grain.
LOW_BODY = b"\x03\x34\x12\x40\x7f\x31\xfe\x00\x00"
LOW_RECORD = LOW_BODY + u24(crc24(LOW_BODY, START)) + b"\xff" * 56


def made_of(entries, number, every=True):
    """The 68 bytes as the firmware makes them."""
    made, at, group, head = bytearray(registers.RECORD), 2, 15, 0
    for register, whole, rest in entries:
        if register >> 2 != group:
            at = registers.put_group(made, at, group, register)
            group, head = register >> 2, at - 1
        made[head] |= 1 << register % 4
        at = registers.put_entry(made, at, register, whole, rest, every)
    registers.seal(made, at, number, START)
    return made


def entries_of(record):
    found = []
    register_reader.entries(record, lambda *told: found.append(told))
    return found


def size_of(record, start=START):
    return register_reader.size_of(record, start)


# `make powercut` found it: sector 0x1B; of this record 31 bytes were programmed, and the CRC-24 of
# these and of the ones behind them is FFFFFF, as the blank flash has it in the check's place.
CUT_OFF = bytes.fromhex(
    "0de6f0f0f0c29000000081929a245b111d441e7f11430f0d7311a8421b7111" + "ff" * 37
)


class TestCutOff(unittest.TestCase):
    def test_what_was_cut_off_is_no_record_though_blank_flash_agrees_with_its_crc(self):
        self.assertEqual(crc24(CUT_OFF[:49], start_of(0x1B)), 0xFFFFFF)
        self.assertEqual(size_of(CUT_OFF, start_of(0x1B)), 0)


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
        self.assertEqual(made_of([told[:3] for told in ENTRIES], 0x33), RECORD)
        self.assertEqual(made_of([(65, 0x2FE, 0x317F40)], 0x34, every=False)[:9], LOW_BODY)

    def test_a_record_is_read_as_laid_out(self):
        self.assertEqual(size_of(RECORD), 24)
        self.assertEqual(register_reader.number_of(RECORD), 0x33)
        self.assertEqual(entries_of(RECORD), ENTRIES)
        self.assertEqual(size_of(LOW_RECORD), 12)
        self.assertEqual(entries_of(LOW_RECORD), [(65, 0xFE, 0x317F40, False)])

    def test_six_circuits_and_the_whole_fit_with_what_is_reactive(self):
        entries = [(64 + 2 * i, 99_999_999, 3_599_999) for i in range(14)]
        made = made_of(entries, 0xFF, every=False)
        self.assertEqual(size_of(made), 68)
        self.assertEqual(made, register_record(3, 0xFF, entries, every=False))
        self.assertEqual(entries_of(made), [(n, 255, rest, False) for n, _, rest in entries])

    def test_what_a_register_takes_is_told_before(self):
        for group, number, whole, every in (
            (15, 64, 5, 0), (15, 64, 5, 2), (15, 64, 0, 4), (16, 65, 9, 0), (16, 131, 9, 0),
            (15, 0, 7, 0), (0, 7, 7, 2), (12, 68, 0, 0),
        ):  # fmt: skip
            made = bytearray(68)
            at = 2
            if number >> 2 != group:
                at = registers.put_group(made, at, group, number)
            at = registers.put_entry(made, at, number, whole, 0, every)
            self.assertEqual(registers.size_with(number, group, whole, every), at - 2)

    def test_the_lowest_byte_leads_on_and_over_the_wrap(self):
        for before, whole in ((0, 0), (5, 260), (99_999_999, 0), (99_999_800, 55), (255, 256)):
            self.assertEqual(registers.resolve(before, whole & 255), whole)
        self.assertFalse(registers.far(99_999_999, 126))
        self.assertTrue(registers.far(99_999_999, 127))
        self.assertTrue(registers.far(10, 9))

    def test_any_flipped_bit_is_noticed(self):
        for record in (RECORD[:24], LOW_RECORD[:12]):
            for bit, wrong in flipped(record):
                with self.subTest(bit=bit):
                    self.assertEqual(size_of(wrong + b"\xff" * (68 - len(wrong))), 0)

    def test_a_record_cut_off_anywhere_is_noticed(self):
        for size in range(68):
            torn = RECORD[:size] + b"\xff" * (68 - size)
            if torn != RECORD:
                self.assertEqual(size_of(torn), 0)

    def test_a_record_of_another_life_of_the_sector_is_refused(self):
        for sequence in (1, 2, 4, 67, 3 + 0x400000):
            self.assertEqual(size_of(RECORD, start_of(sequence)), 0)

    def test_a_size_that_cannot_be_is_refused(self):
        for grains in (0, 1, 2, 18, 0xA4, 0xFF):
            body = bytes((grains,)) + bytes(4 * max(1, grains) - 4)
            record = body + u24(crc24(body, START)) + b"\xff" * 68
            self.assertEqual(size_of(record), 0)

    def test_a_blank_place_holds_no_record_nor_one_that_was_given_up(self):
        self.assertEqual(size_of(b"\xff" * 68), 0)
        self.assertEqual(size_of(bytes(68)), 0)

    def test_a_record_of_before_is_read(self):
        entries = [(121 + i, 99_999_999, 3_599_999) for i in range(7)]
        record = register_record_before(3, 0xFFFF12, entries) + b"\xff" * 4
        self.assertEqual(size_of(record), 64)
        self.assertEqual(register_reader.number_of(record), 0x12)
        self.assertEqual(entries_of(record), [told + (True,) for told in entries])
        for _, wrong in flipped(record[:64]):
            self.assertEqual(size_of(wrong + b"\xff" * 4), 0)

    def test_a_record_that_is_whole_and_senseless_leads_nowhere(self):
        for filler in (b"\xff", b"\x1f", b"\xf0", b"\x00", b"\x88"):
            body = b"\x11\x01" + filler * 63
            record = body + u24(crc24(body, START))
            self.assertEqual(size_of(record), 68)
            self.assertTrue(len(entries_of(record)) < 30)

    def test_making_and_reading_allocate_nothing(self):
        made, wholes, rests = bytearray(68), [99_999_990], [0]
        with no_heap:
            at = registers.put_group(made, 2, 15, 64)
            made[2] |= 1
            registers.put_entry(made, at, 64, 2, 3_599_999, 0)
            registers.seal(made, at + 4, 0xFF, START)
            size = size_of(made)
            registers.take(made, at, 64, wholes, rests, 0)
        self.assertEqual((size, wholes, rests), (12, [2], [3_599_999]))
