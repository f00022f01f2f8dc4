"""What a restart does to the places that the cut may have hit: `confirm` of ring and rings.

The rule (docs/flash.md): the last good record is programmed once more as it was read, and what
follows it, and one place more, becomes all zeros. So what did not read well when the node started
never does, and nothing appears in a place where nothing was. Records are put together by hand.
"""

import unittest
from array import array

from flash_by_hand import head, history_record, register_record

from nor_flash import SECTOR, NorFlash
from tomoshibi.registers import history_start, journal_start, log_start, ring_start
from tomoshibi.registers.event_log import EventLog
from tomoshibi.registers.history import History
from tomoshibi.registers.journal import Journal
from tomoshibi.registers.ring import SectorRing
from tomoshibi.wire.flash_sector import REGISTERS
from tomoshibi.wire.registers import BRANCHES

RECORD = 64
ZEROS = b"\x00" * RECORD
BLANK = b"\xff" * RECORD
DAY = 9_825
READY = b"\xff" * 31 + b"\x5a"


def memory_of(*sectors, count=4):
    memory = bytearray(b"\xff" * (count * SECTOR))
    for number, data in enumerate(sectors):
        memory[number * SECTOR : number * SECTOR + len(data)] = data
    return memory


def place(memory, slot, size=RECORD, first=0):
    at = first + slot * size
    return bytes(memory[at : at + size])


class Programs:
    """Where a chip was programmed, and with what."""

    def __init__(self, memory):
        self.done = []
        self.flash = NorFlash(memory, on_operation=self._note)

    def _note(self, _flash, erase, at, data):
        self.done.append((at, None if erase else bytes(data)))


class TestRing(unittest.TestCase):
    def test_the_newest_head_is_programmed_as_it_was_read_at_start(self):
        memory = memory_of(head(b"R", 1), head(b"R", 2), READY)
        ring = SectorRing(NorFlash(memory), REGISTERS)
        # An unsteady bit that read as zero then reads as one now.
        memory[SECTOR + 4] |= 0x10
        ring_start.confirm(ring)
        self.assertEqual(memory[SECTOR : SECTOR + 32], head(b"R", 2))

    def test_a_next_sector_that_is_blank_or_ready_or_old_is_left_alone(self):
        for following in (b"\xff" * 32, READY, head(b"R", 1)):
            memory = memory_of(head(b"R", 2), head(b"R", 3), head(b"R", 4), following)
            ring_start.confirm(SectorRing(NorFlash(memory), REGISTERS))
            with self.subTest(following=following):
                self.assertEqual(memory[3 * SECTOR : 3 * SECTOR + 32], following)

    def test_a_next_head_that_was_begun_can_no_longer_become_one(self):
        begun = bytearray(head(b"R", 3))
        begun[20] |= 0xF0
        begun[29] |= 0x0F
        memory = memory_of(head(b"R", 1), head(b"R", 2), begun)
        ring = SectorRing(NorFlash(memory), REGISTERS)
        ring_start.confirm(ring)
        self.assertEqual(memory[2 * SECTOR : 2 * SECTOR + 2], b"\x00\x00")
        # It is erased before it is used.
        self.assertTrue(ring.prepare())
        self.assertTrue(ring.open_next(bytes(20)))
        self.assertEqual(memory[2 * SECTOR : 2 * SECTOR + 32], head(b"R", 3))


class TestJournal(unittest.TestCase):
    """One record of two registers behind the head, then what a case has."""

    GOOD = register_record(1, 1, [(0, 11, 0), (71, 22, 33)])
    AT = 32 + len(GOOD)
    LARGEST = 68

    def started(self, *records):
        memory = memory_of(head(b"R", 1) + self.GOOD + b"".join(records), READY)
        journal = Journal(NorFlash(memory), BRANCHES, 2)
        journal_start.confirm(journal)
        return memory, journal

    def test_the_place_after_the_last_record_is_given_up(self):
        memory, _ = self.started()
        end = self.AT + self.LARGEST
        self.assertEqual(memory[32 : self.AT], self.GOOD)
        self.assertEqual(memory[self.AT : end], bytes(self.LARGEST))
        # All 24 registers, numbered on.
        for number in (2, 3):
            self.assertEqual(memory[end + 1], number)
            end += 4 * memory[end]
        self.assertEqual(memory[end:SECTOR], b"\xff" * (SECTOR - end))

    def test_torn_records_and_the_place_after_are_given_up(self):
        torn = register_record(1, 2, [(0, 12, 0)])
        torn = torn[:9] + b"\xff" * (len(torn) - 9)
        memory, journal = self.started(torn, torn)
        end = self.AT + len(torn) + 12 + self.LARGEST
        self.assertEqual(memory[self.AT : end], bytes(end - self.AT))
        self.assertEqual(memory[end + 1], 2)
        self.assertEqual(journal.whole[journal.place(0)], 11)
        # The record comes out whole after all: programming brings no ones back.
        NorFlash(memory).writeblocks(0, register_record(1, 2, [(0, 12, 0)]), self.AT)
        again = Journal(NorFlash(memory), BRANCHES, 2)
        self.assertEqual(again.whole[again.place(0)], 11)

    def test_a_bad_record_between_good_ones_stays_as_it_is(self):
        bad = bytearray(register_record(1, 2, [(0, 12, 0)]))
        bad[9] ^= 1
        after = register_record(1, 3, [(0, 13, 0)])
        memory, journal = self.started(bytes(bad), after)
        at, end = self.AT, self.AT + len(bad) + len(after)
        self.assertEqual(memory[at:end], bytes(bad) + after)
        self.assertEqual(memory[end : end + self.LARGEST], bytes(self.LARGEST))
        self.assertEqual(journal.whole[journal.place(0)], 13)

    def test_restarts_without_end_lose_nothing(self):
        memory, _ = self.started()
        for _ in range(60):
            journal = Journal(NorFlash(memory), BRANCHES, 2)
            journal_start.confirm(journal)
            found = journal.whole[journal.place(0)], journal.rest[journal.place(71)]
            self.assertEqual((found, journal.faults), ((11, 33), 0))


class TestEventLog(unittest.TestCase):
    def test_the_end_of_the_chain_is_firm_and_what_follows_is_given_up(self):
        memory = memory_of()
        log = EventLog(NorFlash(memory))
        for kind in (1, 2):
            log.append((kind, 1, 2, 3, 0, 1, 5, 250, DAY, 3_600, 2, 0, 1, 100, 1_010, -1))
        second = place(memory, 2)
        memory[3 * RECORD : 3 * RECORD + 10] = second[:10]  # a third was begun
        rig = Programs(memory)
        again = EventLog(rig.flash)
        log_start.confirm(again)
        head_again = (0, bytes(memory[:32]))
        self.assertEqual(rig.done, [head_again, (128, second), (192, ZEROS), (256, ZEROS)])
        log_start.confirm(again)
        self.assertEqual(len(rig.done), 4)
        self.assertEqual(again.sequence, 2)
        again.append((3, 1, 2, 3, 0, 1, 5, 250, DAY, 3_600, 2, 0, 1, 100, 1_010, -1))
        self.assertEqual(place(memory, 5)[4:8], b"\x03\x00\x00\x00")
        third = EventLog(NorFlash(memory))
        self.assertEqual((third.sequence, third.hash), (3, place(memory, 5)[48:]))


class TestHistory(unittest.TestCase):
    """Two branches: records of 24 bytes behind the head of 32."""

    def sector(self, sequence, day, *records):
        info = day.to_bytes(2, "little") + b"\x02"
        return head(b"H", sequence, info) + b"".join(records)

    def record(self, sequence, slot, wh):
        return history_record(sequence, slot, 2, 1, ((wh, 0), (wh, 0)))

    def append(self, history, day, slot, wh):
        return history.append(day, slot, 2, 1, array("i", (wh, wh)), array("i", (0, 0)))

    def readings(self, memory, day):
        found = array("i", (0 for _ in range(48)))
        History(NorFlash(memory), 2).read_day(day, 0, 0, found)
        return list(found)

    def test_both_sectors_that_may_be_written_are_made_firm(self):
        first = self.sector(1, DAY, self.record(1, 0, 5))
        second = self.sector(2, DAY + 1, self.record(2, 0, 7), self.record(2, 1, 8)[:9])
        memory = memory_of(first, second)
        rig = Programs(memory)
        history_start.confirm(History(rig.flash, 2))
        nothing = b"\x00" * 24
        self.assertEqual(
            rig.done,
            [
                (SECTOR, second[:32]),
                (SECTOR + 32, self.record(2, 0, 7)),
                (SECTOR + 56, nothing),
                (SECTOR + 80, nothing),
                (32, self.record(1, 0, 5)),
                (56, nothing),
            ],
        )
        history = History(NorFlash(memory), 2)
        self.append(history, DAY + 1, 1, 9)
        self.assertEqual(self.readings(memory, DAY + 1)[:3], [7, 9, -1])
        self.assertEqual(place(memory, 3, 24, SECTOR + 32), self.record(2, 1, 9))

    def test_a_day_older_than_these_two_opens_a_new_sector(self):
        days = [self.sector(n, DAY + n, self.record(n, 0, n)) for n in (1, 2, 3)]
        memory = memory_of(*days, count=5)
        before = bytes(memory[:SECTOR])
        history = History(NorFlash(memory), 2)
        self.append(history, DAY + 1, 1, 4)
        self.assertEqual(bytes(memory[:SECTOR]), before)
        self.assertEqual(history.ring.sequence, 4)
        self.assertEqual(self.readings(memory, DAY + 1)[:3], [1, 4, -1])
