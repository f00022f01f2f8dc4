"""registers.journal: what a cut of the supply leaves, in every operation and behind every byte.

A sub-meter of two branches has 24 registers: three records at the start of a sector.
"""

import unittest

from cut_flash import cuts, torn
from kept_journal import COUNT, RECORD, blank, one_each, opened, put, values

from nor_flash import NorFlash
from tomoshibi.registers.journal import Journal
from tomoshibi.wire.registers import BRANCHES


class TestCuts(unittest.TestCase):
    def test_a_record_torn_anywhere_leaves_the_values_before(self):
        # One that tells all of a register, and one that tells how far it ran on.
        for new in ((0x5345678, 0x0ABCDE), (14 + 100, 0x0ABCDE)):
            self.tear(one_each(2), new)

    def tear(self, memory, new):
        def work(flash):
            journal = Journal(flash, BRANCHES, 2)
            put(journal, 13, *new)
            journal.save_all()

        at, before = opened(memory).found[2], values(opened(memory))
        done = bytearray(memory)
        work(NorFlash(done))
        for size, of, left in torn(memory, work):
            with self.subTest(new=new, size=size):
                self.assertEqual(of, RECORD)
                journal = opened(left)
                # What was not written reads as ones, and may be right by that.
                whole = left[at + size : at + RECORD] == done[at + size : at + RECORD]
                self.assertEqual(values(journal)[13], new if whole else (14, 0))
                self.assertEqual(values(journal)[:13], before[:13])
                put(journal, 13, 15)
                journal.save_all()
                self.assertEqual(values(opened(left))[13], (15, 0))
                # Not in the place of the torn one, which would not take it.
                self.assertEqual(journal.faults, 0)

    def test_a_cut_anywhere_while_a_new_sector_is_begun_loses_nothing_saved(self):
        def work(flash):
            journal = Journal(flash, BRANCHES, 2)
            put(journal, 5, 999_999)
            put(journal, 23, 888_888, 2)
            journal.save_all()
            return journal.ring.sequence

        # Until the next save begins the fourth sector, which is the first one again.
        memory = blank()
        journal = opened(memory)
        while work(NorFlash(bytearray(memory))) < 4:
            for place in range(12, COUNT):
                put(journal, place, journal.whole[place] + 3)
            journal.save_all()
        before = values(journal)
        after = list(before)
        after[5], after[23] = (999_999, 0), (888_888, 2)
        sequences = set()
        for whole, way, left in cuts(memory, work):
            with self.subTest(whole=whole, way=way):
                journal = opened(left)
                sequences.add(journal.ring.sequence)
                for place in range(COUNT):
                    self.assertIn(values(journal)[place], (before[place], after[place]))
                put(journal, 5, 777)
                self.assertTrue(journal.save_all())
                self.assertEqual(values(opened(left))[5], (777, 0))
        self.assertEqual(sequences, {3, 4})
