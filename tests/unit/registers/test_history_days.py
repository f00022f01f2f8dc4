"""registers.history over many days: a sector each, or two."""

import unittest
from array import array

from nor_flash import SECTOR, NorFlash
from tomoshibi.registers.history import History
from tomoshibi.registers.history_start import latest

SIZES = ("desk32",)  # long, and whole numbers only
HEAP = "1536k"
TIMEOUT_S = 240
DAY = 9_825
SYNCHRONISED = 2


def opened(memory, branches=6):
    return History(NorFlash(memory), branches)


def day_of(history, day, branch):
    readings = array("i", (0 for _ in range(48)))
    count = history.read_day(day, branch, 0, readings)
    return count, list(readings)


class TestDays(unittest.TestCase):
    # 106 sectors (boards/flash_map), 48 half hours, six branches.
    def test_a_hundred_days_and_more_fit_and_the_oldest_goes_first(self):
        memory = bytearray(b"\xff" * (106 * SECTOR))
        history = opened(memory)
        exports = array("i", (-1 for _ in range(6)))
        for day in range(108):
            for slot in range(48):
                imports = array("i", (48 * day + slot + branch for branch in range(6)))
                self.assertTrue(history.append(DAY + day, slot, SYNCHRONISED, 1, imports, exports))
            history.ring.prepare()
        # Of 106 sectors one is erased ahead of need: the last 105 days are there, and no other.
        again = opened(memory)
        for day in range(3):
            self.assertEqual(day_of(again, DAY + day, 5), (0, [-1] * 48))
        for day in range(3, 108):
            first = 48 * day + 5
            self.assertEqual(day_of(again, DAY + day, 5), (48, list(range(first, first + 48))))

    def test_a_day_of_sixteen_branches_takes_two_sectors_and_is_read_as_one(self):
        # A record has 5 + 8 * 16 + 3 = 136 bytes: 29 fit into the 4064 behind a sector's head.
        memory = bytearray(b"\xff" * (6 * SECTOR))
        history = opened(memory, 16)
        exports = array("i", (-1 for _ in range(16)))
        for day in range(4):
            for slot in range(48):
                imports = array("i", (100 * day + slot + branch for branch in range(16)))
                self.assertTrue(history.append(DAY + day, slot, SYNCHRONISED, 1, imports, exports))
                if slot == 35:
                    history = opened(memory, 16)  # a start in the second sector of a day
                    self.assertFalse(
                        history.append(DAY + day, 3, SYNCHRONISED, 1, exports, exports)
                    )
        again = opened(memory, 16)
        # Four days took eight sectors; in six are the last three days.
        self.assertEqual(day_of(again, DAY, 15), (0, [-1] * 48))
        for day in range(1, 4):
            first = 100 * day + 15
            self.assertEqual(day_of(again, DAY + day, 15), (48, list(range(first, first + 48))))
        self.assertEqual(latest(again, imports, exports), (DAY + 3, 47))
