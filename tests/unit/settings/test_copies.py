"""settings.copies: a document in two halves of a partition, through cuts and damage.

Four sectors: one copy in the first two, one in the last two. Heads are put together by hand.
"""

import json
import struct
import unittest
from binascii import crc32

from cut_flash import cuts
from flash_by_hand import crc24, u24
from stuck_flash import StuckFlash

from nor_flash import SECTOR, NorFlash
from tomoshibi.core.refusals import FlashBusy
from tomoshibi.settings.copies import BLANK, LOST, WHOLE, Copies
from tomoshibi.wire.copies import IDENTITY, SETTINGS

HALF = 2 * SECTOR
OLD = {"name": "old", "loads": [{"tier": 1}]}
NEW = {"name": "a newer one", "line_hz": 60}


def blank():
    return bytearray(b"\xff" * (2 * HALF))


def opened(memory, kind=SETTINGS):
    return Copies(NorFlash(memory), kind)


def written(*documents):
    memory = blank()
    for document in documents:
        opened(memory).write(document)
    return memory


def stored(memory, half):
    """(sequence, document) of a half, decoded by hand; fails if it is not whole."""
    data = bytes(memory[half * HALF : (half + 1) * HALF])
    sequence, length, check = struct.unpack("<III", data[4:16])
    body = data[32 : 32 + length]
    head = b"TS\x01\x00" + struct.pack("<III", sequence, length, crc32(body)) + b"\xff" * 12
    if data[:32] != head + u24(crc24(head)) + b"\xff":
        raise AssertionError("half %d is not whole" % half)
    return sequence, json.loads(body.decode())


class TestWriting(unittest.TestCase):
    def test_blank_flash_has_an_empty_document(self):
        found = opened(blank())
        self.assertEqual((found.state, found.sequence, found.read()), (BLANK, 0, {}))

    def test_while_the_window_is_closed_nothing_is_written_and_that_is_said(self):
        class Window:
            granted = False

            settled = 0

            def take(self):
                return self.granted

            def settle(self):
                self.settled += 1

        memory, window = written(OLD), Window()
        before = bytes(memory)
        found = Copies(NorFlash(memory), SETTINGS, window)
        self.assertRaises(FlashBusy, found.write, NEW)
        self.assertEqual((bytes(memory), found.read()), (before, OLD))
        window.granted = True
        found.write(NEW)
        self.assertEqual((stored(memory, 0), stored(memory, 1)), ((3, NEW), (4, NEW)))
        self.assertEqual(window.settled, 4)  # after the erase of each sector

    def test_both_copies_are_written_and_numbered_on(self):
        memory = written(OLD)
        self.assertEqual((stored(memory, 0), stored(memory, 1)), ((1, OLD), (2, OLD)))
        opened(memory).write(NEW)
        self.assertEqual((stored(memory, 0), stored(memory, 1)), ((3, NEW), (4, NEW)))

    def test_what_runs_on_and_what_starts_again_read_the_same(self):
        memory = blank()
        first = opened(memory)
        for document in (OLD, NEW, {}):
            first.write(document)
            for found in (first, opened(memory)):
                self.assertEqual((found.state, found.read()), (WHOLE, document))

    def test_the_newer_copy_counts(self):
        memory, newer = written(OLD), written(OLD, NEW)
        memory[HALF:] = newer[HALF:]
        self.assertEqual(opened(memory).read(), NEW)
        memory = written(OLD)
        memory[:HALF] = newer[:HALF]
        self.assertEqual(opened(memory).read(), NEW)

    def test_a_document_of_another_kind_is_not_taken(self):
        found = opened(written(OLD), IDENTITY)
        self.assertEqual((found.state, found.read()), (LOST, {}))

    def test_a_document_may_fill_its_half_and_no_more(self):
        # {"x": "..."} is nine bytes around its text; the head is 32.
        memory = blank()
        document = {"x": "a" * (HALF - 32 - 9)}
        opened(memory).write(document)
        self.assertEqual(opened(memory).read(), document)
        before = bytes(memory)
        document["x"] += "a"
        self.assertRaises(ValueError, opened(memory).write, document)
        self.assertEqual(memory, before)


class TestDamage(unittest.TestCase):
    def test_any_flipped_bit_of_one_copy_loses_nothing(self):
        memory = written(OLD)
        for half in (0, 1):
            for bit in range(8 * (32 + len(json.dumps(OLD)))):
                left = bytearray(memory)
                left[half * HALF + bit // 8] ^= 1 << bit % 8
                found = opened(left)
                self.assertEqual((found.state, found.read()), (WHOLE, OLD))

    def test_a_copy_in_ruins_is_made_whole_again(self):
        for half in (0, 1):
            for filler in (b"\x00", b"\xff", b"T"):
                memory = written(OLD)
                memory[half * HALF : (half + 1) * HALF] = filler * HALF
                self.assertTrue(opened(memory).mend())
                self.assertEqual(stored(memory, 0)[1], OLD)
                self.assertEqual(stored(memory, 1)[1], OLD)
                self.assertFalse(opened(memory).mend())

    def test_a_flipped_bit_in_the_body_is_mended(self):
        for half in (0, 1):
            memory = written(OLD)
            memory[half * HALF + 40] ^= 0x10
            self.assertTrue(opened(memory).mend())
            self.assertEqual((stored(memory, 0)[1], stored(memory, 1)[1]), (OLD, OLD))

    def test_a_copy_whose_cells_take_nothing_any_more_leaves_the_other_one(self):
        flash = StuckFlash(4)
        Copies(flash, SETTINGS).write(OLD)
        # The body of the second half begins with "{", 7B: the lowest of its zeros stays one.
        flash.stuck = {HALF + 32: 0x04}
        flash.memory[HALF + 40] ^= 1
        found = Copies(flash, SETTINGS)
        self.assertFalse(found.mend())
        self.assertEqual((found.faults, found.read()), (1, OLD))
        self.assertEqual(Copies(flash, SETTINGS).read(), OLD)

    def test_whole_copies_are_left_alone(self):
        memory = written(OLD)
        before = bytes(memory)
        self.assertFalse(opened(memory).mend())
        self.assertEqual(memory, before)

    def test_both_copies_damaged_is_told_and_can_be_written_over(self):
        memory = written(OLD)
        memory[40] ^= 1
        memory[HALF + 5] ^= 1
        found = opened(memory)
        self.assertEqual((found.state, found.sequence, found.read()), (LOST, 0, {}))
        self.assertFalse(found.mend())
        found.write(NEW)
        self.assertEqual((found.state, opened(memory).read()), (WHOLE, NEW))
        self.assertEqual((stored(memory, 0)[1], stored(memory, 1)[1]), (NEW, NEW))

    def test_a_document_that_reaches_into_the_other_half_is_refused_though_its_checks_are_right(
        self,
    ):
        body = b'{"x": "' + b"a" * (HALF - 32 - 5) + b'"}'
        head = b"TS\x01\x00" + struct.pack("<III", 1, len(body), crc32(body)) + b"\xff" * 12
        memory = blank()
        data = head + u24(crc24(head)) + b"\xff" + body
        memory[: len(data)] = data
        self.assertEqual(len(data), HALF + 4)
        found = opened(memory)
        self.assertEqual((found.state, found.read()), (LOST, {}))

    def test_a_copy_that_does_not_read_back_is_told_and_the_other_one_counts(self):
        # The first letter of every document is 7B, with a zero in bit 2.
        for half in (0, 1):
            flash = StuckFlash(4)
            Copies(flash, SETTINGS).write(OLD)
            flash.stuck = {half * HALF + 32: 0x04}
            self.assertRaises(OSError, Copies(flash, SETTINGS).write, NEW)
            self.assertIn(Copies(flash, SETTINGS).read(), (OLD, NEW))


class TestCuts(unittest.TestCase):
    def check(self, memory, documents, work):
        for whole, way, left in cuts(memory, work):
            with self.subTest(whole=whole, way=way):
                found = opened(left).read()
                self.assertIn(found, documents)
                opened(left).mend()
                if found:
                    self.assertEqual((stored(left, 0)[1], stored(left, 1)[1]), (found, found))
                opened(left).write({"z": 1})
                self.assertEqual(opened(left).read(), {"z": 1})

    def test_a_cut_anywhere_in_a_write_leaves_the_old_document_or_the_new_one(self):
        self.check(written(OLD), (OLD, NEW), lambda flash: Copies(flash, SETTINGS).write(NEW))

    def test_the_same_holds_for_a_document_of_many_pages(self):
        old, new = {"x": "o" * 5_000}, {"x": "n" * 6_000}
        self.check(written(old), (old, new), lambda flash: Copies(flash, SETTINGS).write(new))

    def test_a_cut_in_the_first_write_leaves_nothing_or_the_document(self):
        self.check(blank(), ({}, NEW), lambda flash: Copies(flash, SETTINGS).write(NEW))

    def test_a_cut_while_mending_loses_nothing(self):
        memory = written(OLD)
        memory[HALF : 2 * HALF] = b"\x00" * HALF
        self.check(memory, (OLD,), lambda flash: Copies(flash, SETTINGS).mend())
