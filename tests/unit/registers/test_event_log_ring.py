"""registers.event_log: the chain through laps, restarts, cuts and damage.

The chain is followed here with hashlib and struct alone: 63 events a sector, behind a head that
says the number of its first event and the hash before it.
"""

import gc
import hashlib
import struct
import sys
import unittest

import flash_by_hand
from cut_flash import cuts, torn
from stuck_flash import StuckFlash

from nor_flash import SECTOR, NorFlash
from tomoshibi.registers.event_log import EventLog
from tomoshibi.wire.event_key import EventKey
from tomoshibi.wire.event_walk import Walk

FIRST = b"TOMOSHIBI EVENTS"
RECORD = 64
KEY = bytes(range(32))


def blank(sectors=3):
    return bytearray(b"\xff" * (sectors * SECTOR))


def event(kind):
    """An event of this kind; it claims a number that is not its own."""
    return (kind & 0xFF, 1, 2, 3, 777, 1, 5, 250, 9_825, 3_600, 2, 0, 1, 100, 1_010, -1)


def filled(count, sectors=3):
    memory = blank(sectors)
    log = EventLog(NorFlash(memory))
    for number in range(1, count + 1):
        log.append(event(number))
    return memory


def chained(memory):
    """Numbers of the events that hang together, oldest first. Fails if two sectors do not."""
    sectors = []
    for at in range(0, len(memory), SECTOR):
        sequence = struct.unpack("<I", memory[at + 4 : at + 8])[0]
        if memory[at : at + 32] == flash_by_hand.head(b"E", sequence, memory[at + 8 : at + 28]):
            sectors.append((sequence, at))
    sectors.sort()
    numbers, before = [], None
    for _, at in sectors:
        first, start = (
            struct.unpack("<I", memory[at + 8 : at + 12])[0],
            bytes(memory[at + 12 : at + 28]),
        )
        if before is None:
            number, before = first, start
        if (number, before) != (first, start):
            raise AssertionError("sector at %d begins with %d, not %d" % (at, first, number))
        for place in range(at + RECORD, at + SECTOR, RECORD):
            record = bytes(memory[place : place + RECORD])
            body = record[:48]
            if body[4:8] == struct.pack("<I", number):
                own = hashlib.sha256(before + body).digest()[:16]
                if record[48:] == own:
                    numbers.append(number)
                    number, before = number + 1, own
    return numbers


class TestChain(unittest.TestCase):
    def test_blank_flash_has_no_event(self):
        log = EventLog(NorFlash(blank()))
        self.assertEqual((log.sequence, log.hash), (0, FIRST))

    def test_the_first_events_are_as_laid_out_by_hand(self):
        memory = filled(2)
        info = b"\x01\x00\x00\x00" + FIRST
        self.assertEqual(memory[:32], flash_by_hand.head(b"E", 1, info))
        before = FIRST
        for number in (1, 2):
            # 9825 is 2661, 3600 0E10, 1010 03F2 in hexadecimal; a budget of -1 is all ones.
            body = bytes((number, 1, 2, 3, number, 0, 0, 0)) + bytes.fromhex(
                "0100050000 00fa006126100e0002".replace(" ", "")
                + "00000000" + "01000000" + "64000000" + "f203" + "ff" * 12
            )  # fmt: skip
            own = hashlib.sha256(before + body).digest()[:16]
            self.assertEqual(memory[RECORD * number : RECORD * (number + 1)], body + own)
            before = own

    def test_the_chain_holds_through_laps_and_restarts_and_loses_the_oldest_sector_alone(self):
        memory = blank()
        log = EventLog(NorFlash(memory))
        # First events of the three sectors, and places taken in the newest: a start takes one, too.
        firsts, taken = [], 63
        for number in range(1, 3 * 3 * 63 + 10):
            self.assertTrue(log.append(event(number)))
            if taken == 63:
                firsts, taken = firsts[-2:] + [number], 0
            taken += 1
            if number % 50 == 0:
                before = log.sequence, bytes(log.hash)
                log = EventLog(NorFlash(memory))
                self.assertEqual((log.sequence, log.hash), before)
                taken = min(63, taken + 1)
            if number % 63 in (1, 0, 30):
                self.assertEqual(chained(memory), list(range(firsts[0], number + 1)))

    def test_the_number_given_is_written_over(self):
        memory = filled(3)
        self.assertEqual(memory[3 * RECORD + 4 : 3 * RECORD + 8], b"\x03\x00\x00\x00")


class TestKey(unittest.TestCase):
    """The node's log, walked with the key and without it."""

    def walked(self, memory, key=KEY):
        flash, walk = NorFlash(memory), Walk(EventKey(key) if key else None)
        log = EventLog(flash)
        head, record = bytearray(32), bytearray(RECORD)
        for step in range(1, log.ring.count + 1):
            sector = (log.ring.newest + step) % log.ring.count
            if log.ring.read_head(sector) < 0:
                continue
            flash.readblocks(sector, head, 0)
            walk.enter(sector, head)
            for slot in range(1, 64):
                flash.readblocks(sector, record, slot * RECORD)
                walk.take(sector, slot, record)
        walk.finish()
        self.assertEqual((walk.faults, walk.chain.sequence), ([], log.sequence))
        return walk

    def test_a_keyed_log_is_proved_through_laps_and_restarts_from_the_oldest_sector_on(self):
        memory = blank()
        for number in range(1, 3 * 63 + 40):
            if number % 60 == 1:
                log = EventLog(NorFlash(memory))
                log.use_key(KEY)
            self.assertTrue(log.append(event(number)))
        walk = self.walked(memory)
        self.assertEqual((walk.proved, walk.earlier), (walk.whole, 0))
        self.assertGreater(log.sequence, walk.whole)
        self.assertEqual(self.walked(memory, None).proved, 0)

    def test_a_log_of_before_the_key_goes_on_under_it_and_without_it_again(self):
        memory = filled(70)
        log = EventLog(NorFlash(memory))
        log.use_key(KEY)
        for number in range(71, 81):
            log.append(event(number))
        walk = self.walked(memory)
        self.assertEqual((walk.proved, walk.earlier), (10, 70))
        log.use_key(b"")
        log.append(event(81))
        self.assertEqual(self.walked(memory, None).whole, 81)

    def test_a_keyed_record_that_does_not_read_back_is_linked_anew_in_the_next_sector(self):
        flash = StuckFlash(3, {63 * RECORD: 0x01})
        log = EventLog(flash)
        log.use_key(KEY)
        for _ in range(64):
            self.assertTrue(log.append(event(8)))
        self.assertEqual(log.faults, 1)
        self.assertEqual(self.walked(flash.memory).proved, 64)

    def test_a_torn_record_under_the_key_gives_its_number_to_the_next(self):
        memory = blank()
        log = EventLog(NorFlash(memory))
        log.use_key(KEY)
        for number in range(1, 5):
            log.append(event(number))

        def append(flash):
            log = EventLog(flash)
            log.use_key(KEY)
            log.append(event(5))

        for size, of, left in torn(memory, append):
            with self.subTest(size=size):
                append(NorFlash(left))
                self.assertEqual(self.walked(left).proved, 6 if size == of else 5)

    def test_a_keyed_event_takes_512_bytes_at_most_and_keeps_none(self):
        # The second event is in a sector that is open already.
        log, values = EventLog(PlainFlash()), event(1)
        log.use_key(KEY)
        log.append(values)
        gc.collect()
        gc.disable()
        before = gc.mem_alloc()
        log.append(values)
        taken = gc.mem_alloc() - before
        gc.enable()
        gc.collect()
        self.assertEqual(gc.mem_alloc(), before)
        self.assertGreater(taken, 0)
        if sys.maxsize < 2**32:  # as on a board
            self.assertLessEqual(taken, 512)


class PlainFlash:
    """The memory alone: the models of a chip take heap for each operation."""

    def __init__(self):
        self._memory = blank()

    def readblocks(self, sector, buf, offset=0):
        for i in range(len(buf)):
            buf[i] = self._memory[sector * SECTOR + offset + i]

    def writeblocks(self, sector, buf, offset=0):
        for i in range(len(buf)):
            self._memory[sector * SECTOR + offset + i] &= buf[i]

    def ioctl(self, request, sector):
        return 3


class TestCuts(unittest.TestCase):
    def test_a_record_torn_anywhere_gives_its_number_to_the_next(self):
        memory = filled(4)
        for size, of, left in torn(memory, lambda flash: EventLog(flash).append(event(5))):
            with self.subTest(size=size):
                self.assertEqual(of, RECORD)
                log = EventLog(NorFlash(left))
                self.assertEqual(log.sequence, 5 if size == of else 4)
                log.append(event(6))
                self.assertEqual(log.faults, 0)
                self.assertEqual(log.sequence, 6 if size == of else 5)
                self.assertEqual(chained(left), list(range(1, log.sequence + 1)))
                self.assertEqual(EventLog(NorFlash(left)).hash, log.hash)

    def test_a_cut_anywhere_while_a_sector_is_begun_leaves_a_whole_chain(self):
        # Three full sectors: event 190 takes the first one.
        memory = filled(3 * 63)
        for whole, way, left in cuts(memory, lambda flash: EventLog(flash).append(event(190))):
            with self.subTest(whole=whole, way=way):
                log = EventLog(NorFlash(left))
                self.assertIn(log.sequence, (189, 190))
                last = log.sequence + 1
                self.assertTrue(log.append(event(0)))
                self.assertEqual(chained(left), list(range(64, last + 1)))


class TestDamage(unittest.TestCase):
    def test_an_altered_event_breaks_the_chain_there_and_the_log_goes_on(self):
        memory = filled(10)
        for at in (4 * RECORD, 4 * RECORD + 30, 4 * RECORD + 63):
            left = bytearray(memory)
            left[at] ^= 0x20
            log = EventLog(NorFlash(left))
            self.assertEqual(log.sequence, 10)
            log.append(event(11))
            self.assertEqual(EventLog(NorFlash(left)).sequence, 11)
            self.assertEqual(chained(left), [1, 2, 3])

    def test_an_event_taken_out_breaks_the_chain_there(self):
        memory = filled(10)
        memory[4 * RECORD : 10 * RECORD] = memory[5 * RECORD : 11 * RECORD]
        memory[10 * RECORD : 11 * RECORD] = b"\xff" * RECORD
        self.assertEqual(EventLog(NorFlash(memory)).sequence, 10)
        self.assertEqual(chained(memory), [1, 2, 3])

    def test_a_damaged_last_event_gives_its_number_to_the_next(self):
        memory = filled(5)
        for bit, record in flash_by_hand.flipped(memory[5 * RECORD : 6 * RECORD]):
            left = bytearray(memory)
            left[5 * RECORD : 6 * RECORD] = record
            with self.subTest(bit=bit):
                self.assertEqual(EventLog(NorFlash(left)).sequence, 4)

    def test_a_record_that_does_not_read_back_is_written_again_in_the_next_place(self):
        # The kind is the first byte of a record, and here it is 8: bit 0 is to be zero.
        flash = StuckFlash(3, {RECORD: 0x01, 2 * RECORD: 0x01, 5 * RECORD: 0x01})
        log = EventLog(flash)
        for _ in range(4):
            self.assertTrue(log.append(event(8)))
        self.assertEqual((log.sequence, log.faults), (4, 3))
        self.assertEqual(chained(flash.memory), [1, 2, 3, 4])
        self.assertEqual(EventLog(flash).sequence, 4)

    def test_flash_that_takes_nothing_is_told_and_the_chain_goes_on_afterwards(self):
        flash = StuckFlash(3)
        log = EventLog(flash)
        log.append(event(1))
        flash.dead = True
        self.assertFalse(log.append(event(2)))
        self.assertEqual((log.sequence, log.faults), (1, 64))
        flash.dead = False
        self.assertTrue(log.append(event(3)))
        self.assertEqual(log.sequence, 2)
        self.assertEqual(chained(flash.memory), [1, 2])
