"""registers.journal on flash that fails: flipped bits, cells that no longer take what is written.

A sub-meter of two branches: 24 registers, so that a sector begins with three records.
"""

import unittest

from fake_flash import FakeFlash
from flash_by_hand import flipped, head, register_record
from no_heap import no_heap
from stuck_flash import StuckFlash

from nor_flash import SECTOR, NorFlash
from tomoshibi.registers import journal_start
from tomoshibi.registers.journal import Journal
from tomoshibi.wire.registers import BRANCHES

COUNT = 24
RECORD = 68  # the largest


def filled(flash, count):
    """A journal with all registers saved, and then the first `count` once more, one a record."""
    journal = Journal(flash, BRANCHES, 2)
    for place in range(COUNT):
        journal.whole[place] = place + 1
    journal.save_all()
    for place in range(count):
        journal.whole[place] = 1_000 + place
        journal.save_all()
    return journal


def end_with(count):
    """Where what `filled` writes ends."""
    memory = bytearray(b"\xff" * (3 * SECTOR))
    filled(NorFlash(memory), count)
    return Journal(NorFlash(memory), BRANCHES, 2).found[1]


def move(journal):
    """Every energy runs on."""
    for place in range(12, COUNT):
        journal.whole[place] += 3


def run_on(memory):
    """A journal that has just begun its second sector."""
    journal = filled(NorFlash(memory), 0)
    while journal.ring.sequence < 2:
        move(journal)
        journal.save_all()
    return journal


class TestFlippedBits(unittest.TestCase):
    def test_a_flipped_bit_costs_its_record_alone(self):
        memory = bytearray(b"\xff" * (3 * SECTOR))
        filled(NorFlash(memory), 6)
        good = [1_000 + place if place < 6 else place + 1 for place in range(COUNT)]
        # The record of register 2 is the third behind those of all.
        at = end_with(2)
        worse = list(good)
        worse[2] = 3
        for bit, record in flipped(memory[at : end_with(3)]):
            left = bytearray(memory)
            left[at : at + len(record)] = record
            with self.subTest(bit=bit):
                self.assertEqual(list(Journal(NorFlash(left), BRANCHES, 2).whole), worse)

    def test_a_flipped_bit_in_the_sector_before_costs_nothing(self):
        memory = bytearray(b"\xff" * (3 * SECTOR))
        good = list(run_on(memory).whole)
        for at in range(39, SECTOR, 61):
            left = bytearray(memory)
            left[at] ^= 0x10
            self.assertEqual(list(Journal(NorFlash(left), BRANCHES, 2).whole), good)

    def test_a_flipped_bit_in_the_records_of_all_costs_nothing_that_was_told_since(self):
        memory = bytearray(b"\xff" * (3 * SECTOR))
        journal = run_on(memory)
        for _ in range(3):
            move(journal)
            journal.save_all()
        good = list(journal.whole)[12:]
        for at in range(SECTOR + 32, SECTOR + 200, 3):
            left = bytearray(memory)
            left[at] ^= 0x04
            found = Journal(NorFlash(left), BRANCHES, 2).whole
            self.assertEqual(list(found)[12:], good, at)

    def test_a_jump_does_not_hang_on_the_record_that_told_it(self):
        memory = bytearray(b"\xff" * (3 * SECTOR))
        journal = filled(NorFlash(memory), 0)
        journal.whole[14] = 50_000_000
        journal.save_all()
        journal.whole[14] += 1
        journal.save_all()
        self.hit(memory, range(end_with(0), end_with(0) + 16), 50_000_001)
        # The first records of the next sector tell it, too.
        while journal.ring.sequence < 2:
            journal.whole[14] += 1
            journal.save_all()
        journal.whole[14] += 1
        journal.save_all()
        self.hit(memory, range(SECTOR + 32, SECTOR + 190), journal.whole[14])

    def hit(self, memory, places, good):
        for at in places:
            left = bytearray(memory)
            left[at] ^= 0x02
            self.assertEqual(Journal(NorFlash(left), BRANCHES, 2).whole[14], good, at)

    def test_registers_roll_over(self):
        memory = bytearray(b"\xff" * (3 * SECTOR))
        journal = filled(NorFlash(memory), 0)
        for whole in (99_999_990, 99_999_999, 2, 120, 247):
            journal.whole[14] = whole
            journal.save_all()
            again = Journal(NorFlash(bytearray(memory)), BRANCHES, 2)
            self.assertEqual((again.whole[14], journal.saved_whole[14]), (whole, whole))

    def test_the_sector_before_stands_in_when_the_newest_has_no_good_record(self):
        memory = bytearray(b"\xff" * (3 * SECTOR))
        old = head(b"R", 8) + register_record(8, 1, [(0, 11, 0), (71, 22, 33)])
        # The newest holds what an incomplete erase left of its life before, three numbers ago.
        new = head(b"R", 9) + register_record(6, 2, [(0, 99, 0), (71, 99, 99)])
        memory[SECTOR : SECTOR + len(old)] = old
        memory[2 * SECTOR : 2 * SECTOR + len(new)] = new
        journal = Journal(NorFlash(memory), BRANCHES, 2)
        places = journal.place(0), journal.place(71)
        self.assertEqual([journal.whole[place] for place in places], [11, 22])
        self.assertEqual([journal.rest[place] for place in places], [0, 33])

    def test_confirmed_values_do_not_hang_on_the_last_record_before_the_cut(self):
        memory = bytearray(b"\xff" * (3 * SECTOR))
        filled(NorFlash(memory), 1)
        journal = Journal(NorFlash(memory), BRANCHES, 2)
        good = list(journal.whole)
        journal_start.confirm(journal)
        memory[end_with(0) + 6] ^= 1  # the record of register 0
        self.assertEqual(list(Journal(NorFlash(memory), BRANCHES, 2).whole), good)


class TestStuckCells(unittest.TestCase):
    def test_a_record_that_does_not_read_back_is_written_again_in_the_next_place(self):
        # The first record lies behind the head, at 32; its size, 17 grains, has a zero in bit 1.
        flash = StuckFlash(3, {32: 0x02})
        journal = filled(flash, 0)
        self.assertEqual(journal.faults, 1)
        self.assertEqual((flash.memory[32], flash.memory[100]), (0x13, 0x11))
        again = Journal(flash, BRANCHES, 2)
        self.assertEqual(list(again.whole), list(range(1, COUNT + 1)))
        self.assertEqual((again.faults, again.records), (0, 4))

    def test_several_bad_places_are_passed_over_one_by_one(self):
        flash = StuckFlash(3, dict.fromkeys((32, 100, 236), 0x02))
        journal = filled(flash, 0)
        self.assertEqual(journal.faults, 3)
        self.assertEqual(list(Journal(flash, BRANCHES, 2).whole), list(range(1, COUNT + 1)))

    def test_the_next_sector_takes_what_the_end_of_one_did_not(self):
        # A record of one register takes four grains; twenty are left when the cells get stuck.
        first = SECTOR - 20 * 16
        stuck = dict.fromkeys(range(first, SECTOR, 4), 0xFF)
        flash = StuckFlash(3, stuck)
        journal = filled(flash, 0)
        while journal.ring.sequence < 2:
            journal.whole[0] += 1
            journal.save_all()
        self.assertTrue(16 <= journal.faults <= 20, journal.faults)
        good = [journal.whole[0], 2] + list(range(3, COUNT + 1))
        self.assertEqual(list(Journal(flash, BRANCHES, 2).whole), good)

    def test_flash_that_takes_nothing_is_told_and_the_values_run_on(self):
        flash = StuckFlash(3)
        journal = filled(flash, 0)
        good = list(journal.whole)
        flash.dead = True
        journal.whole[4] = 12_345
        self.assertFalse(journal.save_all())
        self.assertEqual((journal.whole[4], journal.saved_whole[4]), (12_345, 5))
        self.assertEqual(journal.faults, 64)
        flash.dead = False
        self.assertTrue(journal.save_all())
        good[4] = 12_345
        self.assertEqual(list(Journal(flash, BRANCHES, 2).whole), good)


class TestHeap(unittest.TestCase):
    def test_saving_allocates_nothing_over_two_laps(self):
        journal = filled(FakeFlash(3), 0)
        due = bytearray(COUNT)
        due[0] = due[20] = 1
        every = b"\x01" * COUNT
        with no_heap:
            for turn in range(90):
                for place in range(COUNT):
                    journal.whole[place] = 99_000_000 + turn
                    journal.rest[place] = (3_599_999 - turn) * (place >= 12)
                journal.save(due)
                journal.save_all()
                journal.save(every)
        self.assertEqual(journal.faults, 0)
        self.assertGreater(journal.ring.sequence, 6)
        self.assertEqual(journal.saved_whole[23], 99_000_089)

    def test_saving_in_a_prepared_ring_erases_nothing(self):
        erased = []
        flash = NorFlash(
            bytearray(b"\xff" * (3 * SECTOR)),
            on_operation=lambda _flash, erase, at, _data: erased.append(at) if erase else None,
        )
        journal = filled(flash, 0)
        for _ in range(250):
            journal.ring.prepare()
            erased.clear()
            move(journal)
            self.assertTrue(journal.save_all())
            self.assertEqual(erased, [])
        self.assertGreater(journal.ring.sequence, 3)
