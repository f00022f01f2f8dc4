"""registers.history: which reading of a half hour counts, and how many days are kept.

The clocks: quality 1 held, 2 synchronised (core.calendar). Day 9825 is 2026-11-25.
"""

import unittest
from array import array

import flash_by_hand
from fake_flash import FakeFlash
from no_heap import no_heap

from nor_flash import SECTOR, NorFlash
from tomoshibi.registers.history import History
from tomoshibi.registers.history_start import latest

DAY = 9_825
HELD = 1
SYNCHRONISED = 2
NONE = -1


def blank(sectors=4):
    return bytearray(b"\xff" * (sectors * SECTOR))


def opened(memory, branches=2):
    return History(NorFlash(memory), branches)


def append(history, day, slot, quality, wh, export_wh=NONE):
    """Branch n (from 0) has imported wh + n."""
    imports = array("i", (wh + branch for branch in range(history.branches)))
    exports = array("i", (export_wh for _ in range(history.branches)))
    return history.append(day, slot, quality, 1, imports, exports)


def day_of(history, day, branch=0, direction=0):
    """{slot: Wh} of a day."""
    readings = array("i", (0 for _ in range(48)))
    count = history.read_day(day, branch, direction, readings)
    found = {slot: readings[slot] for slot in range(48) if readings[slot] != NONE}
    if count != len(found):
        raise AssertionError("read_day says %d of %d" % (count, len(found)))
    return found


class TestReadings(unittest.TestCase):
    def test_a_record_is_as_laid_out_by_hand(self):
        memory = blank()
        history = opened(memory)
        imports, exports = array("i", (123_456, NONE)), array("i", (0, 99_999_999))
        self.assertTrue(history.append(DAY, 25, SYNCHRONISED, 0x10203, imports, exports))
        # 9825 is 2661 in hexadecimal. Of the boot's number the lower two bytes are kept.
        self.assertEqual(memory[:32], flash_by_hand.head(b"H", 1, b"\x61\x26\x02"))
        expected = flash_by_hand.history_record(
            1, 25, 2, 0x0203, [(123_456, 0), (None, 99_999_999)]
        )
        self.assertEqual(memory[32 : 32 + 24], expected)
        self.assertEqual(memory[56:SECTOR], b"\xff" * (SECTOR - 56))

    def test_a_day_is_read_by_branch_and_direction_with_its_gaps(self):
        memory = blank()
        history = opened(memory)
        for slot in (0, 7, 47):
            append(history, DAY, slot, SYNCHRONISED, 100 * slot, 5)
        for found in (history, opened(memory)):
            self.assertEqual(day_of(found, DAY), {0: 0, 7: 700, 47: 4_700})
            self.assertEqual(day_of(found, DAY, 1), {0: 1, 7: 701, 47: 4_701})
            self.assertEqual(day_of(found, DAY, 1, 1), {0: 5, 7: 5, 47: 5})
            self.assertEqual(day_of(found, DAY + 1), {})

    def test_a_branch_not_measured_has_no_data(self):
        history = opened(blank())
        history.append(DAY, 3, HELD, 1, array("i", (NONE, 8)), array("i", (NONE, NONE)))
        self.assertEqual(day_of(history, DAY, 0), {})
        self.assertEqual(day_of(history, DAY, 1), {3: 8})

    def test_the_last_record_is_known_after_a_restart(self):
        memory = blank()
        imports, exports = array("i", (0, 0)), array("i", (0, 0))
        self.assertIsNone(latest(opened(memory), imports, exports))
        history = opened(memory)
        append(history, DAY, 46, SYNCHRONISED, 10)
        append(history, DAY, 47, SYNCHRONISED, 20)
        append(history, DAY + 1, 0, SYNCHRONISED, 30, 6)
        self.assertEqual(latest(opened(memory), imports, exports), (DAY + 1, 0))
        self.assertEqual((list(imports), list(exports)), ([30, 31], [6, 6]))

    def test_records_of_another_number_of_branches_are_passed_over(self):
        memory = blank()
        append(opened(memory), DAY, 3, SYNCHRONISED, 10)
        other = opened(memory, 3)
        self.assertIsNone(latest(other, array("i", (0, 0, 0)), array("i", (0, 0, 0))))
        self.assertEqual(day_of(other, DAY), {})
        self.assertTrue(append(other, DAY, 3, SYNCHRONISED, 50))
        self.assertEqual(other.ring.sequence, 2)
        self.assertEqual(day_of(opened(memory, 3), DAY, 2), {3: 52})
        self.assertEqual(day_of(opened(memory), DAY), {3: 10})

    def test_more_than_sixteen_branches_are_refused(self):
        self.assertRaises(ValueError, History, FakeFlash(3), 17)
        History(FakeFlash(3), 16)

    def test_appending_and_reading_allocate_nothing_over_three_laps(self):
        history = History(FakeFlash(3), 2)
        imports, exports = array("i", (5, 6)), array("i", (NONE, 7))
        readings = array("i", (0 for _ in range(48)))
        with no_heap:
            for day in range(DAY, DAY + 9):
                for slot in range(0, 48, 12):
                    imports[0] = 4 * day + slot
                    history.append(day, slot, SYNCHRONISED, 1, imports, exports)
            count = history.read_day(DAY + 8, 0, 0, readings)
        self.assertEqual((count, history.ring.sequence), (4, 9))


class TestClocks(unittest.TestCase):
    def test_between_equal_clocks_the_first_reading_stays(self):
        for quality in (HELD, SYNCHRONISED):
            history = opened(blank())
            self.assertTrue(append(history, DAY, 5, quality, 100))
            self.assertFalse(append(history, DAY, 5, quality, 999))
            self.assertEqual(day_of(history, DAY), {5: 100})

    def test_a_better_clock_takes_the_place_and_a_worse_one_does_not(self):
        history = opened(blank())
        self.assertTrue(append(history, DAY, 5, HELD, 100))
        self.assertTrue(append(history, DAY, 5, SYNCHRONISED, 200))
        self.assertFalse(append(history, DAY, 5, HELD, 300))
        self.assertFalse(append(history, DAY, 5, SYNCHRONISED, 400))
        self.assertEqual(day_of(history, DAY), {5: 200})

    def test_the_rule_holds_after_a_restart(self):
        memory = blank()
        append(opened(memory), DAY, 5, HELD, 100)
        self.assertFalse(append(opened(memory), DAY, 5, HELD, 200))
        self.assertTrue(append(opened(memory), DAY, 5, SYNCHRONISED, 300))
        self.assertEqual(day_of(opened(memory), DAY), {5: 300})

    def test_the_rule_holds_though_other_days_were_written_in_between(self):
        memory = blank()
        history = opened(memory)
        append(history, DAY, 5, SYNCHRONISED, 100)
        append(history, DAY + 1, 5, SYNCHRONISED, 200)
        # Put back by a day: what is there stays, what is missing comes in.
        self.assertFalse(append(history, DAY, 5, SYNCHRONISED, 900))
        self.assertTrue(append(history, DAY, 6, SYNCHRONISED, 300))
        self.assertEqual(day_of(opened(memory), DAY), {5: 100, 6: 300})
        self.assertEqual(day_of(opened(memory), DAY + 1), {5: 200})

    def test_a_day_is_read_by_the_rule_whatever_order_its_records_have(self):
        memory = blank()
        data = flash_by_hand.head(b"H", 1, b"\x61\x26\x01")
        for quality, wh in ((HELD, 100), (SYNCHRONISED, 200), (HELD, 300), (SYNCHRONISED, 400)):
            data += flash_by_hand.history_record(1, 5, quality, 1, [(wh, None)])
        memory[: len(data)] = data
        self.assertEqual(day_of(opened(memory, 1), DAY), {5: 200})

    def test_a_clock_wrong_by_years_hides_no_day(self):
        memory = blank()
        history = opened(memory)
        append(history, DAY, 5, SYNCHRONISED, 100)
        append(history, DAY + 3_650, 5, HELD, 200)
        append(history, DAY, 6, SYNCHRONISED, 300)
        append(history, 8_766, 7, HELD, 400)
        for found in (history, opened(memory)):
            self.assertEqual(day_of(found, DAY), {5: 100, 6: 300})
            self.assertEqual(day_of(found, DAY + 3_650), {5: 200})
            self.assertEqual(day_of(found, 8_766), {7: 400})

    def test_the_oldest_sector_goes_first_whatever_day_it_claims(self):
        memory = blank(3)
        history = opened(memory)
        for day in (DAY + 3_650, DAY, DAY + 1, DAY + 2):
            append(history, day, 0, HELD, day)
        self.assertEqual(day_of(opened(memory), DAY + 3_650), {})
        for day in (DAY, DAY + 1, DAY + 2):
            self.assertEqual(day_of(opened(memory), day), {0: day})

    def test_a_day_that_is_counted_twice_takes_two_sectors(self):
        # Nine branches: 50 records a sector, and 96 are written.
        memory = blank()
        history = opened(memory, 9)
        for quality in (HELD, SYNCHRONISED):
            for slot in range(48):
                self.assertTrue(append(history, DAY, slot, quality, 1_000 * quality + slot))
        self.assertEqual(history.ring.sequence, 2)
        for found in (history, opened(memory, 9)):
            self.assertEqual(day_of(found, DAY), {slot: 2_000 + slot for slot in range(48)})
            for slot in range(48):
                self.assertFalse(append(found, DAY, slot, SYNCHRONISED, 9_999))
