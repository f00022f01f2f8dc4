"""registers.journal: what was saved is there after a restart, whatever befell one record.

A sub-meter of two branches has 24 registers: three records at the start of a sector.
Expected bytes are put together by hand; expected values are those that were saved.
"""

import random
import unittest

import flash_by_hand
from kept_journal import COUNT, RECORD, blank, one_each, opened, put, values

from nor_flash import SECTOR, NorFlash
from tomoshibi.registers import journal_start
from tomoshibi.registers.journal import Journal
from tomoshibi.wire import register_reader
from tomoshibi.wire.registers import BRANCHES

BEFORE = __file__.rsplit("/", 3)[0] + "/vectors/registers_before.bin"
NUMBERS = list(range(8)) + [16, 17, 32, 33] + list(range(64, 76))


def saved(journal):
    return list(zip(journal.saved_whole, journal.saved_rest))


class TestSaving(unittest.TestCase):
    def test_blank_flash_has_zeros(self):
        journal = opened(blank())
        self.assertEqual(values(journal), [(0, 0)] * COUNT)
        self.assertEqual(list(journal.numbers), NUMBERS)

    def test_the_first_sector_is_as_laid_out_by_hand(self):
        memory = blank()
        journal = opened(memory)
        for place in range(COUNT):
            put(journal, place, 100_000 + place, 3_599_999 - place)
        self.assertTrue(journal.save_all())
        self.assertEqual(memory[:32], flash_by_hand.head(b"R", 1, b"\x01\x02\x02"))
        entries = [(NUMBERS[i], 100_000 + i, 3_599_999 - i) for i in range(COUNT)]
        # Twelve counts of four bytes and three groups; then seven bytes an energy, and a group.
        expected = b"".join(
            flash_by_hand.register_record(1, number, entries[first:last])
            for number, first, last in ((1, 0, 13), (2, 13, 21), (3, 21, 24))
        )
        end = 32 + len(expected)
        self.assertEqual(memory[32:end], expected)
        self.assertEqual(memory[end:SECTOR], b"\xff" * (SECTOR - end))

    def test_what_ran_on_is_told_by_its_lowest_byte(self):
        memory = one_each(0)
        journal = opened(memory)
        at = journal.found[1]
        put(journal, 12, 100, 5)
        put(journal, 14, 14 + 127, 6)
        put(journal, 16, 17 + 128, 7)
        journal.save_all()
        made = memory[at + RECORD :]
        self.assertEqual(
            made[1:16], b"\x04\x15\x05\x00\x00\x64\x06\x00\x00\x8d\x11\x07\x00\x40\x91"
        )
        self.assertEqual(values(opened(memory))[12:17:2], [(100, 5), (141, 6), (145, 7)])

    def test_only_what_is_due_is_saved_in_a_sector_that_is_open(self):
        journal = opened(one_each(0))
        put(journal, 13, 7, 8)
        put(journal, 5, 9)
        due = bytearray(COUNT)
        due[13] = 1
        self.assertTrue(journal.save(due))
        self.assertEqual(saved(journal)[13], (7, 8))
        self.assertEqual(saved(journal)[5], (6, 0))
        self.assertEqual(journal.whole[5], 9)

    def test_values_run_ahead_of_what_is_saved(self):
        memory = one_each(0)
        journal = opened(memory)
        put(journal, 0, 50)
        self.assertEqual(saved(journal)[0], (1, 0))
        self.assertEqual(values(opened(memory))[0], (1, 0))
        journal.save_all()
        self.assertEqual(saved(journal)[0], (50, 0))

    def test_a_save_with_nothing_new_writes_nothing(self):
        memory = one_each(1)
        before = bytes(memory)
        self.assertTrue(opened(memory).save_all())
        self.assertEqual(memory, before)

    def test_values_are_kept_over_many_laps_with_restarts(self):
        random.seed(7)
        memory = blank()
        journal = opened(memory)
        # Three laps of three sectors.
        for turn in range(1_000):
            for _ in range(random.randrange(1, 4)):
                place = random.randrange(COUNT)
                put(
                    journal,
                    place,
                    random.randrange(100_000_000),
                    random.randrange(3_600_000) * (place >= 12),
                )
            self.assertTrue(journal.save_all())
            if turn % 5 == 0:
                expected = values(journal)
                journal = opened(memory)
                self.assertEqual(values(journal), expected)
                self.assertEqual(saved(journal), expected)
        self.assertGreater(journal.ring.sequence, 9)
        self.assertEqual(journal.faults, 0)

    def test_records_are_numbered_through_sectors_and_restarts(self):
        memory = blank(4)
        for turn in range(150):
            journal = opened(memory)
            put(journal, turn % COUNT, turn + 1)
            journal.save_all()
        found = []
        for sector in range(4):
            crc = flash_by_hand.start_of(sector + 1)
            for at in range(sector * SECTOR + 32, (sector + 1) * SECTOR - RECORD, 4):
                record = memory[at : at + RECORD]
                if register_reader.size_of(record, crc):
                    found.append(register_reader.number_of(record))
        # A start skips the place that the cut may have come into, and a record takes 8 to 16 bytes.
        self.assertGreater(len(found), 150)
        self.assertEqual(found, [n % 256 for n in range(1, len(found) + 1)])

    def test_a_place_is_found_by_the_number_of_the_register(self):
        journal = opened(blank())
        self.assertEqual([journal.place(number) for number in NUMBERS], list(range(COUNT)))
        for number in (8, 18, 48, 76, 127):
            self.assertRaises(ValueError, journal.place, number)

    def test_registers_keep_their_values_when_branches_are_added(self):
        more = Journal(NorFlash(one_each(4)), BRANCHES, 3)
        self.assertEqual(more.whole[more.place(3)], 1_003)
        self.assertEqual(more.whole[more.place(75)], 24)
        self.assertEqual(more.whole[more.place(76)], 0)

    def test_what_the_first_layout_holds_is_read_and_worked_on_with(self):
        # Written by the firmware that had no other: two sectors, a restart in the second.
        with open(BEFORE, "rb") as file:
            memory = bytearray(file.read()) + blank(1)
        journal = opened(memory)
        wholes = (585, 92, 682, 106, 399, 120, 877, 134, 974, 148, 1_071, 162)
        expected = [(7 * i + 1, 0) for i in range(12)] + [(whole, 0) for whole in wholes]
        expected[3] = (500, 0)
        for place, rest in ((14, 1_200_000), (16, 2_400_000), (20, 1_200_000), (22, 2_400_000)):
            expected[place] = expected[place][0], rest
        self.assertEqual((values(journal), saved(journal)), (expected, expected))
        journal_start.confirm(journal)
        expected[12] = (586, 7)
        put(journal, 12, 586, 7)
        self.assertTrue(journal.save_all())
        # Behind the records of before, in the same sector.
        self.assertEqual((journal.ring.sequence, journal.faults), (2, 0))
        self.assertEqual(values(opened(memory)), expected)

    def test_the_last_place_of_the_first_layout_is_read_in_the_last_sector(self):
        memory = blank()
        made = flash_by_hand.register_record_before(1, 1, [(64, 77, 8)])
        memory[2 * SECTOR : 2 * SECTOR + 32] = flash_by_hand.head(b"R", 1, b"\x01\x02")
        memory[3 * SECTOR - 64 :] = made
        journal = opened(memory)
        self.assertEqual(values(journal)[12], (77, 8))
        self.assertEqual(journal.found, (2, SECTOR, SECTOR))

    def test_registers_of_a_newer_firmware_are_passed_over(self):
        memory = one_each(0)
        entries = [(0, 77, 0), (100, 5, 5), (255, 6, 6)]
        at = opened(memory).found[1]
        made = flash_by_hand.register_record(1, 4, sorted(entries))
        memory[at : at + len(made)] = made
        self.assertEqual(values(opened(memory))[:2], [(77, 0), (2, 0)])
