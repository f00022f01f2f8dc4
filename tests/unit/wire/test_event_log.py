"""wire.event_log: the record of an event, byte by byte as its module says; hashes by hashlib."""

import hashlib
import unittest

from flash_by_hand import flipped

from tomoshibi.wire import event_chain, event_log

VALUES = (
    5, 6, 7, 8, 0x01020304, 0x0A0B, 100_000, 999, 9_825, 86_399,
    2, -1, 2_000_000_000, -36_000, 1_010, -1,
)  # fmt: skip
# By hand, little-endian: 100 000 is 0186A0, 999 is 03E7, 9825 is 2661, 86 399 is 01517F,
# 2 000 000 000 is 77359400, -36 000 is FFFF7360, 1010 is 03F2.
BODY = (
    b"\x05\x06\x07\x08\x04\x03\x02\x01\x0b\x0a\xa0\x86\x01\x00\xe7\x03"
    b"\x61\x26\x7f\x51\x01\x02\xff\xff\xff\xff\x00\x94\x35\x77\x60\x73"
    b"\xff\xff\xf2\x03\xff\xff\xff\xff" + b"\xff" * 8
)
FIRST = b"TOMOSHIBI EVENTS"


def linked(before, sequence, kind=1):
    """A whole record that hangs on the hash `before`."""
    body = bytes((kind, 0, 0, 0, sequence, 0, 0, 0)) + BODY[8:]
    return body + hashlib.sha256(before + body).digest()[:16]


def chained(count):
    records, before = [], FIRST
    for sequence in range(1, count + 1):
        records.append(linked(before, sequence))
        before = records[-1][48:]
    return records


def verdicts(records):
    chain = event_chain.Chain(0, FIRST)
    return [chain.take(record) for record in records]


BLANK, LINKED, DAMAGE, BREAK, LOOSE = (
    event_chain.BLANK,
    event_chain.LINKED,
    event_chain.AFTER_DAMAGE,
    event_chain.AFTER_BREAK,
    event_chain.LOOSE,
)


class TestRecord(unittest.TestCase):
    def test_a_record_is_made_as_laid_out_and_its_hash_left_blank(self):
        made = bytearray(64)
        event_log.pack(made, VALUES)
        self.assertEqual(made, BODY + b"\xff" * 16)

    def test_a_record_is_read_as_laid_out(self):
        self.assertEqual(event_log.unpack(BODY + bytes(16)), VALUES)
        self.assertEqual(len(event_log.FIELDS), len(VALUES))
        named = dict(zip(event_log.FIELDS, event_log.unpack(BODY + bytes(16))))
        self.assertEqual((named["sequence"], named["second"]), (0x01020304, 86_399))
        self.assertEqual((named["power_w"], named["budget_w"]), (-36_000, -1))

    def test_what_is_unknown_is_all_ones(self):
        made = bytearray(64)
        event_log.pack(made, VALUES[:8] + (0xFFFF, 0xFFFFFF, 0, 0, 0, 0, 0xFFFF, -1))
        self.assertEqual(made[16:21], b"\xff" * 5)
        self.assertEqual(made[34:40], b"\xff" * 6)

    def test_the_hash_is_of_the_hash_before_and_the_first_48_bytes(self):
        expected = hashlib.sha256(FIRST + BODY).digest()[:16]
        self.assertEqual(event_log.FIRST_HASH, FIRST)
        self.assertEqual(event_log.hash_of(FIRST, BODY + bytes(16)), expected)
        self.assertEqual(event_log.hash_of(FIRST, BODY + b"\xff" * 16), expected)


class TestChain(unittest.TestCase):
    def test_a_whole_chain_is_linked_to_its_end(self):
        chain = event_chain.Chain(0, FIRST)
        records = chained(5)
        self.assertEqual([chain.take(record) for record in records], [LINKED] * 5)
        self.assertEqual((chain.sequence, chain.hash), (5, records[4][48:]))

    def test_a_chain_can_be_followed_from_the_middle(self):
        records = chained(5)
        chain = event_chain.Chain(3, records[2][48:])
        self.assertEqual([chain.take(record) for record in records[3:]], [LINKED] * 2)

    def test_any_flipped_bit_is_found_and_the_records_behind_it_are_still_linked(self):
        records = chained(5)
        for bit, wrong in flipped(records[2]):
            with self.subTest(bit=bit):
                found = verdicts(records[:2] + [wrong] + records[3:])
                self.assertEqual(found, [LINKED, LINKED, LOOSE, DAMAGE, LINKED])

    def test_a_record_taken_out_is_found(self):
        records = chained(5)
        self.assertEqual(verdicts(records[:2] + records[3:]), [LINKED, LINKED, LOOSE, BREAK])

    def test_a_record_wiped_out_is_found(self):
        records = chained(5)
        found = verdicts(records[:2] + [b"\xff" * 64] + records[3:])
        self.assertEqual(found, [LINKED, LINKED, BLANK, LOOSE, BREAK])

    def test_records_changed_about_are_found(self):
        first, second, third, fourth = chained(4)
        found = verdicts([first, third, second, fourth])
        self.assertEqual(found, [LINKED, LOOSE, LINKED, LOOSE])

    def test_a_record_of_another_chain_is_found(self):
        records = chained(3)
        foreign = linked(b"another chain...", 2)
        self.assertEqual(verdicts([records[0], foreign])[1], LOOSE)

    def test_after_a_torn_record_the_same_number_is_linked(self):
        first, second, third = chained(3)
        for size in range(1, 64):
            torn = second[:size] + b"\xff" * (64 - size)
            if torn != second:
                found = verdicts([first, torn, second, third])
                self.assertEqual(found, [LINKED, LOOSE, LINKED, LINKED])

    def test_a_blank_place_leaves_the_chain_as_it_was(self):
        chain = event_chain.Chain(7, FIRST)
        self.assertEqual(chain.take(b"\xff" * 64), BLANK)
        self.assertEqual((chain.sequence, chain.hash), (7, FIRST))
