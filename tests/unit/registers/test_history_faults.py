"""registers.history on flash that fails: cuts, flipped bits, cells that take nothing any more.

Two branches: records of 24 bytes, the first of a sector at 32.
"""

import unittest
from array import array

from cut_flash import cuts, torn
from flash_by_hand import flipped
from stuck_flash import StuckFlash

from nor_flash import SECTOR, NorFlash
from tomoshibi.core.errors import FlashFailed
from tomoshibi.registers.history import History

DAY = 9_825
QUALITY = 2
RECORD = 24


def append(history, day, slot, wh):
    return history.append(day, slot, QUALITY, 1, array("i", (wh, wh + 1)), array("i", (0, -1)))


def day_of(flash, day):
    """{slot: Wh of the second branch} of a day, as found after a restart."""
    readings = array("i", (0 for _ in range(48)))
    count = History(flash, 2).read_day(day, 1, 0, readings)
    found = {slot: readings[slot] for slot in range(48) if readings[slot] != -1}
    if count != len(found):
        raise AssertionError("read_day says %d of %d" % (count, len(found)))
    return found


def filled(slots, days=1, sectors=3):
    """Memory with `slots` half hours on each day; the reading is 100 a slot."""
    memory = bytearray(b"\xff" * (sectors * SECTOR))
    history = History(NorFlash(memory), 2)
    for day in range(DAY, DAY + days):
        for slot in range(slots):
            append(history, day, slot, 100 * slot)
    return memory


class TestCuts(unittest.TestCase):
    def test_a_record_torn_anywhere_is_no_reading_and_can_be_written_again(self):
        memory = filled(3)
        before = {0: 1, 1: 101, 2: 201}
        for size, of, left in torn(memory, lambda flash: append(History(flash, 2), DAY, 3, 300)):
            with self.subTest(size=size):
                self.assertEqual(of, RECORD)
                found = day_of(NorFlash(left), DAY)
                whole = dict(before)
                whole[3] = 301
                self.assertEqual(found, whole if size == of else before)
                history = History(NorFlash(left), 2)
                self.assertEqual(append(history, DAY, 3, 333), size < of)
                self.assertEqual(history.faults, 0)
                whole[3] = 301 if size == of else 334
                self.assertEqual(day_of(NorFlash(left), DAY), whole)

    def test_a_cut_anywhere_while_a_day_is_begun_costs_the_oldest_day_at_most(self):
        # Three sectors, three days: the fourth takes the place of the first.
        memory = filled(2, 3)
        for whole, way, left in cuts(
            memory, lambda flash: append(History(flash, 2), DAY + 3, 0, 7)
        ):
            with self.subTest(whole=whole, way=way):
                self.assertIn(day_of(NorFlash(left), DAY), ({0: 1, 1: 101}, {}))
                for day in (DAY + 1, DAY + 2):
                    self.assertEqual(day_of(NorFlash(left), day), {0: 1, 1: 101})
                self.assertIn(day_of(NorFlash(left), DAY + 3), ({}, {0: 8}))
                append(History(NorFlash(left), 2), DAY + 3, 1, 9)
                self.assertEqual(day_of(NorFlash(left), DAY + 3).get(1), 10)
                self.assertEqual(day_of(NorFlash(left), DAY + 2), {0: 1, 1: 101})


class TestFlippedBits(unittest.TestCase):
    def test_a_flipped_bit_costs_its_record_alone(self):
        memory = filled(4)
        at = 32 + 1 * RECORD
        for bit, record in flipped(memory[at : at + RECORD]):
            left = bytearray(memory)
            left[at : at + RECORD] = record
            with self.subTest(bit=bit):
                self.assertEqual(day_of(NorFlash(left), DAY), {0: 1, 2: 201, 3: 301})

    def test_the_slot_of_a_damaged_record_can_be_written_again(self):
        memory = filled(4)
        memory[32 + RECORD + 6] ^= 0x80
        self.assertTrue(append(History(NorFlash(memory), 2), DAY, 1, 500))
        self.assertEqual(day_of(NorFlash(memory), DAY), {0: 1, 1: 501, 2: 201, 3: 301})


class TestStuckCells(unittest.TestCase):
    def test_a_record_that_does_not_read_back_is_written_again_in_the_next_place(self):
        # The slot is the first byte of a record: 0 in the first one.
        flash = StuckFlash(3, {32: 0x04, 32 + RECORD: 0x01})
        history = History(flash, 2)
        self.assertTrue(append(history, DAY, 0, 70))
        self.assertEqual(history.faults, 2)
        self.assertTrue(append(history, DAY, 1, 80))
        self.assertEqual(history.faults, 2)
        self.assertEqual(day_of(flash, DAY), {0: 71, 1: 81})

    def test_flash_that_takes_nothing_is_told_and_costs_no_other_day(self):
        flash = StuckFlash(4)
        history = History(flash, 2)
        for slot in range(4):
            append(history, DAY, slot, 100 * slot)
        flash.dead = True
        with self.assertRaises(FlashFailed):
            append(history, DAY + 1, 0, 5)
        self.assertGreater(history.faults, 0)
        self.assertEqual(day_of(flash, DAY), {0: 1, 1: 101, 2: 201, 3: 301})
        flash.dead = False
        self.assertTrue(append(history, DAY + 1, 1, 6))
        self.assertEqual(day_of(flash, DAY + 1), {1: 7})
