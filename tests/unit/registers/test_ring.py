"""registers.ring: the order of sectors, through laps, restarts and cuts of the supply.

Expected bytes and numbers are counted by hand: sector n of a ring of four is opened as number
n + 1, and again four later.
"""

import unittest

import flash_by_hand
from cut_flash import cuts, torn
from fake_flash import FakeFlash
from no_heap import no_heap

from nor_flash import SECTOR, NorFlash
from tomoshibi.registers.ring import SectorRing
from tomoshibi.wire import flash_sector

R = flash_sector.REGISTERS
READY = b"\xff" * 31 + b"\x5a"


def info(number):
    return bytes((number,)) * 20


def opened(count, sectors=4):
    """Memory in which `count` sectors have been opened one after the other."""
    memory = bytearray(b"\xff" * (sectors * SECTOR))
    ring = SectorRing(NorFlash(memory), R)
    for number in range(1, count + 1):
        ring.open_next(info(number))
    return memory


def open_as(number):
    """Work on flash: start, and open the sector with this number."""
    return lambda flash: SectorRing(flash, R).open_next(info(number))


class Window:
    granted = False
    settled = 0

    def grant(self):
        return self.granted

    def settle(self):
        self.settled += 1


class TestOrder(unittest.TestCase):
    def test_a_ring_of_two_sectors_is_refused(self):
        self.assertRaises(ValueError, SectorRing, FakeFlash(2), R)
        SectorRing(FakeFlash(3), R)

    def test_blank_flash_has_no_newest_sector(self):
        ring = SectorRing(FakeFlash(3), R)
        self.assertEqual((ring.newest, ring.sequence), (-1, 0))
        self.assertEqual(ring.next_sector(), 0)

    def test_a_head_is_as_laid_out_by_hand(self):
        memory = opened(6)
        self.assertEqual(memory[SECTOR : SECTOR + 32], flash_by_hand.head(b"R", 6, info(6)))
        self.assertEqual(memory[2 * SECTOR : 2 * SECTOR + 32], flash_by_hand.head(b"R", 3, info(3)))

    def test_the_order_is_kept_through_laps_and_restarts(self):
        for count in range(1, 14):
            ring = SectorRing(NorFlash(opened(count)), R)
            with self.subTest(count=count):
                self.assertEqual((ring.newest, ring.sequence), ((count - 1) % 4, count))
                self.assertEqual(ring.next_sector(), count % 4)
                self.assertEqual(ring.crc_start(), 0xB704CE ^ count)
                self.assertEqual(ring.read_head(ring.newest), count)
                self.assertEqual(ring.head[8:28], info(count))

    def test_what_runs_on_and_what_starts_again_agree(self):
        memory = bytearray(b"\xff" * (3 * SECTOR))
        ring = SectorRing(NorFlash(memory), R)
        for number in range(1, 10):
            ring.open_next(info(number))
            again = SectorRing(NorFlash(memory), R)
            for name in ("newest", "sequence"):
                self.assertEqual(getattr(ring, name), getattr(again, name), name)

    def test_sectors_of_another_ring_count_as_nothing(self):
        ring = SectorRing(NorFlash(opened(3)), flash_sector.EVENTS)
        self.assertEqual((ring.newest, ring.sequence), (-1, 0))


class TestPrepare(unittest.TestCase):
    def setUp(self):
        self.done = []
        self.memory = opened(5)
        self.start()

    def start(self):
        self.flash = NorFlash(self.memory, on_operation=self.note)
        self.ring = SectorRing(self.flash, R)

    def note(self, _flash, erase, at, _data):
        self.done.append((erase, at))

    def test_the_oldest_is_given_up_erased_and_marked_in_this_order(self):
        # Five opened: the newest is sector 0, the next one sector 1.
        self.assertEqual(self.ring.ahead, 0)
        self.assertTrue(self.ring.prepare())
        self.assertEqual(self.ring.ahead, 1)
        self.assertEqual(self.done, [(False, SECTOR), (True, SECTOR), (False, SECTOR + 31)])
        self.assertEqual(self.memory[SECTOR : SECTOR + 32], READY)
        self.assertEqual(self.ring.erases, 1)

    def test_a_prepared_sector_is_not_touched_again(self):
        self.ring.prepare()
        self.done.clear()
        self.assertFalse(self.ring.prepare())
        self.assertEqual(self.done, [])

    def test_a_sector_prepared_before_a_restart_is_not_erased_again(self):
        self.ring.prepare()
        self.start()
        self.done.clear()
        self.assertFalse(self.ring.prepare())
        self.assertEqual(self.ring.ahead, 1)
        self.assertEqual((self.done, self.ring.erases), ([], 0))

    def test_one_that_is_not_trusted_after_a_restart_is_erased_again_and_once(self):
        self.ring.prepare()
        flash = NorFlash(self.memory)
        ring = SectorRing(flash, R, trusting=False)
        self.assertTrue(ring.prepare())
        self.assertFalse(ring.prepare())
        self.assertEqual((flash.worn, ring.erases), ([0, 1, 0, 0], 1))

    def test_opening_a_prepared_sector_erases_nothing(self):
        self.ring.prepare()
        self.done.clear()
        self.ring.open_next(info(6))
        self.assertEqual(self.done, [(False, SECTOR)])
        self.assertEqual(self.ring.ahead, 0)

    def test_opening_one_that_is_not_prepared_erases_that_one_alone(self):
        before = bytes(self.memory)
        self.ring.open_next(info(6))
        self.assertEqual(self.flash.worn, [0, 1, 0, 0])
        self.assertEqual(self.memory[:SECTOR], before[:SECTOR])
        self.assertEqual(self.memory[2 * SECTOR :], before[2 * SECTOR :])

    def test_wear_is_even(self):
        for number in range(6, 6 + 12):
            self.ring.open_next(info(number))
        self.assertEqual(self.flash.worn, [3, 3, 3, 3])

    def test_as_many_as_are_wanted_are_erased_ahead_and_four_stay_written(self):
        for sectors, most, ahead in ((8, 3, 3), (8, 9, 4), (4, 9, 1)):
            flash = NorFlash(opened(sectors, sectors))
            ring = SectorRing(flash, R, most=most)
            while ring.prepare():
                pass
            self.assertEqual((ring.ahead, sum(flash.worn)), (ahead, ahead))
            for number in range(ahead):
                self.assertTrue(ring.open_next(info(number)))
            self.assertEqual((ring.ahead, sum(flash.worn)), (0, ahead))

    def test_those_in_hand_are_found_again_after_a_restart(self):
        memory = opened(8, 8)
        ring = SectorRing(NorFlash(memory), R, most=3)
        while ring.prepare():
            pass
        flash = NorFlash(memory)
        again = SectorRing(flash, R, most=3)
        for _ in range(3):
            self.assertFalse(again.prepare())
        self.assertEqual((again.ahead, sum(flash.worn)), (3, 0))

    def test_with_none_in_hand_it_waits_for_the_window_and_goes_on_then(self):
        window = Window()
        self.ring.window = window
        self.assertFalse(self.ring.open_next(info(6)))
        self.assertEqual((self.done, self.ring.waiting, self.ring.sequence), ([], True, 5))
        window.granted = True
        self.assertTrue(self.ring.prepare())
        self.assertEqual((self.ring.waiting, window.settled), (False, 1))
        window.granted = False
        self.assertTrue(self.ring.open_next(info(6)))
        self.assertEqual(self.flash.worn, [0, 1, 0, 0])

    def test_a_blank_sector_without_the_mark_is_erased(self):
        self.memory[SECTOR : 2 * SECTOR] = b"\xff" * SECTOR
        self.assertTrue(self.ring.prepare())

    def test_preparing_and_opening_allocate_nothing(self):
        ring = SectorRing(FakeFlash(3), R)
        data = info(1)
        with no_heap:
            for _ in range(4):
                ring.prepare()
                ring.open_next(data)
                ring.open_next(data)
        self.assertEqual((ring.sequence, ring.erases), (8, 8))


class TestCuts(unittest.TestCase):
    def test_a_cut_while_a_sector_is_opened_leaves_the_one_before_or_the_new_one(self):
        memory = opened(5)
        for whole, way, left in cuts(memory, open_as(6)):
            with self.subTest(whole=whole, way=way):
                ring = SectorRing(NorFlash(left), R)
                self.assertIn(ring.sequence, (5, 6))
                self.assertEqual(ring.newest, ring.sequence - 5)
                ring.read_head(ring.newest)
                self.assertEqual(ring.head[8:28], info(ring.sequence))
                expected = ring.sequence + 1
                ring.open_next(info(expected))
                again = SectorRing(NorFlash(left), R)
                self.assertEqual((again.newest, again.sequence), (expected - 5, expected))

    def test_a_sector_given_up_but_only_half_erased_is_erased_before_it_is_used(self):
        memory = opened(5)
        memory[SECTOR + 100 : 2 * SECTOR] = b"\x00" * (SECTOR - 100)
        for _, _, left in cuts(memory, lambda flash: SectorRing(flash, R).prepare()):
            ring = SectorRing(NorFlash(left), R)
            ring.open_next(info(6))
            self.assertEqual(left[SECTOR : SECTOR + 32], flash_by_hand.head(b"R", 6, info(6)))
            self.assertEqual(left[SECTOR + 32 : 2 * SECTOR], b"\xff" * (SECTOR - 32))

    def test_a_head_torn_anywhere_is_none_or_whole(self):
        for size, of, left in torn(opened(5), open_as(6)):
            with self.subTest(size=size):
                self.assertEqual(of, 32)
                ring = SectorRing(NorFlash(left), R)
                # Without its check it is none; the last byte is the mark's, set before.
                wanted = (5,) if size <= 28 else (6,) if size >= 31 else (5, 6)
                self.assertIn(ring.sequence, wanted)
                self.assertEqual(ring.newest, ring.sequence - 5)
