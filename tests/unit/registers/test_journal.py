"""registers.journal: what was saved is there after a restart, whatever befell one record.

A sub-meter of two branches has 24 registers: four records of up to seven at the start of a sector.
Expected bytes are put together by hand; expected values are those that were saved.
"""

import random
import unittest

import flash_by_hand
from kept_journal import COUNT, RECORD, blank, one_each, opened, put, values

from nor_flash import SECTOR, NorFlash
from tomoshibi.registers.journal import Journal
from tomoshibi.wire.registers import BRANCHES

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
        self.assertEqual(memory[:32], flash_by_hand.head(b"R", 1, b"\x01\x02"))
        entries = [(NUMBERS[i], 100_000 + i, 3_599_999 - i) for i in range(COUNT)]
        for i in range(4):
            expected = flash_by_hand.register_record(1, i + 1, entries[7 * i : 7 * i + 7])
            self.assertEqual(memory[RECORD * (i + 1) : RECORD * (i + 2)], expected)
        self.assertEqual(memory[RECORD * 5 : SECTOR], b"\xff" * (SECTOR - RECORD * 5))

    def test_only_what_is_due_is_saved_in_a_sector_that_is_open(self):
        journal = opened(one_each(0))
        put(journal, 3, 7, 8)
        put(journal, 5, 9)
        due = bytearray(COUNT)
        due[3] = 1
        self.assertTrue(journal.save(due))
        self.assertEqual(saved(journal)[3], (7, 8))
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
        # Three laps of three sectors of 63 records at least.
        for turn in range(570):
            for _ in range(random.randrange(1, 4)):
                place = random.randrange(COUNT)
                put(journal, place, random.randrange(100_000_000), random.randrange(3_600_000))
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
        for at in range(0, 4 * SECTOR, RECORD):
            if memory[at] == 0xA5:
                found.append(memory[at + 2] | memory[at + 3] << 8 | memory[at + 4] << 16)
        # A start skips the place that the cut may have come into. So a sector has a first record,
        # three more with all registers, and one in every second of the 59 places left.
        self.assertGreater(len(found), 4 * 30)
        found.sort()
        self.assertEqual(found, list(range(found[0], found[0] + len(found))))

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

    def test_registers_of_a_newer_firmware_are_passed_over(self):
        memory = one_each(0)
        entries = [(100, 5, 5), (0, 77, 0), (255, 6, 6)]
        memory[5 * RECORD : 6 * RECORD] = flash_by_hand.register_record(1, 5, entries)
        self.assertEqual(values(opened(memory))[:2], [(77, 0), (2, 0)])
