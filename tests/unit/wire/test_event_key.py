"""Event records under a key: made by hand with hashlib alone, followed, and tampered with.

Each manipulation is found and located, with the key and without it.
"""

import hashlib
import unittest

import flash_by_hand
from flash_by_hand import flipped

from tomoshibi.wire import event_chain, event_key, event_walk

FIRST = b"TOMOSHIBI EVENTS"
KEY = bytes(range(32))
OTHER = bytes(range(1, 33))
HEAD = bytes(8) + b"\x01\x00\x00\x00" + FIRST + bytes(4)


def hmac(key, message):
    """RFC 2104 for a key of 32 bytes, spelt out."""
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in key) + b"\x36" * 32 + message).digest()
    return hashlib.sha256(bytes(b ^ 0x5C for b in key) + b"\x5c" * 32 + inner).digest()


def mark(key):
    first = hmac(key, b"TOMOSHIBI EVENTS")
    return bytes((first[0], first[1], first[2] & 0x7F))


def body(sequence, kind=1):
    return bytes((kind, 0, 0, 0, sequence, 0, 0, 0)) + bytes(range(8, 40))


def plain(before, sequence):
    whole = body(sequence) + b"\xff" * 8
    return whole + hashlib.sha256(before + whole).digest()[:16]


def under(key, before, link, sequence, kind=1, own=None):
    """A record under a key, after one with this hash and link."""
    start = body(sequence, kind) + mark(key) + b"\xff" * 2
    own = own or hmac(key, start + b"\xff" * 3 + before)[:16]
    return start + flash_by_hand.crc24(start + own, link).to_bytes(3, "little") + own


def link_after(record):
    if record[40:43] == b"\xff" * 3:
        return flash_by_hand.crc24(record[48:], 0xB704CE)
    return int.from_bytes(record[45:48], "little")


def chained(keys):
    """A record under each of these keys; None: under none."""
    records, before, link = [], FIRST, flash_by_hand.crc24(FIRST, 0xB704CE)
    for i, key in enumerate(keys):
        records.append(under(key, before, link, i + 1) if key else plain(before, i + 1))
        before, link = records[-1][48:], link_after(records[-1])
    return records


def walked(records, key=KEY):
    walk = event_walk.Walk(event_key.EventKey(key) if key else None)
    walk.enter(0, HEAD)
    for slot, record in enumerate(records):
        walk.take(0, slot + 1, record)
    walk.finish()
    return walk


def replace(records, number, record):
    records[number - 1] = record


def swap(records, number):
    records[number - 1], records[number] = records[number], records[number - 1]


def partly(change, *how):
    return lambda records: change(records, *how)


def faults(records, key=KEY):
    """[what, first, last, slot]"""
    return [(what, a, b, slot) for what, a, b, _, slot in walked(records, key).faults]


CHAINS = (([KEY] * 8, KEY), ([KEY] * 8, None), ([None] * 8, None), ([None] * 3 + [KEY] * 5, KEY))


class TestKey(unittest.TestCase):
    def test_records_made_by_hand_are_linked_and_proved(self):
        walk = walked(chained([KEY] * 8))
        self.assertEqual((walk.faults, walk.whole, walk.proved, walk.earlier), ([], 8, 8, 0))

    def test_without_the_key_or_with_another_links_are_checked_and_nothing_is_proved(self):
        for key in (None, OTHER):
            walk = walked(chained([KEY] * 8), key)
            self.assertEqual((walk.faults, walk.whole, walk.proved, walk.earlier), ([], 8, 0, 8))

    def test_a_node_that_got_its_key_later_is_fine_and_so_is_one_whose_key_was_changed(self):
        for before in (None, OTHER):
            walk = walked(chained([before] * 3 + [KEY] * 5))
            self.assertEqual((walk.faults, walk.proved, walk.earlier), ([], 5, 3))

    def test_behind_a_proved_event_none_is_taken_without_the_key(self):
        for after in (None, OTHER):
            found = faults(chained([KEY] * 3 + [after] * 2))
            without = event_walk.LEFT_KEY
            self.assertEqual(found, [(without, 4, 4, 4), (without, 5, 5, 5)])


class TestManipulations(unittest.TestCase):
    def each(self, change, *expected):
        for keys, key in CHAINS:
            records = chained(keys)
            change(records)
            with self.subTest(keys=keys, key=key):
                self.assertEqual(faults(records, key), list(expected))

    def test_a_whole_chain_has_no_fault(self):
        self.each(lambda records: None)

    def test_a_record_removed_is_found_wherever_it_was_and_however(self):
        for n in range(2, 8):
            what = (event_walk.REMOVED, n, n)
            self.each(lambda records, n=n: records.pop(n - 1), what + (n,))
            for nothing in (b"\xff" * 64, bytes(64)):
                self.each(partly(replace, n, nothing), what + (n + 1,))

    def test_several_removed_at_once_are_found(self):
        def change(records):
            del records[2:5]

        self.each(change, (event_walk.REMOVED, 3, 5, 3))

    def test_two_swapped_neighbours_are_found(self):
        for n in range(1, 8):
            self.each(partly(swap, n), (event_walk.MISPLACED, n + 1, n + 1, n))

    def test_two_swapped_far_apart_are_found(self):
        def change(records):
            records[1], records[5] = records[5], records[1]

        moved = event_walk.MISPLACED
        self.each(change, (moved, 6, 6, 2), (moved, 2, 2, 6))

    def test_a_record_repeated_is_found_at_once_later_and_in_the_place_of_another(self):
        repeated = event_walk.REPEATED
        self.each(lambda records: records.insert(4, records[3]), (repeated, 4, 4, 5))
        self.each(lambda records: records.append(records[3]), (repeated, 4, 4, 9))
        self.each(
            lambda records: replace(records, 5, records[2]),
            (repeated, 3, 3, 5),
            (event_walk.REMOVED, 5, 5, 6),
        )

    def test_any_flipped_bit_of_a_record_is_found_and_costs_that_record_alone(self):
        for keys, key in (CHAINS[0], CHAINS[1]):
            records = chained(keys)[:6]
            for bit, wrong in flipped(records[3]):
                with self.subTest(bit=bit, key=key):
                    walk = walked(records[:3] + [wrong] + records[4:], key)
                    self.assertEqual(walk.faults, [(event_walk.ALTERED, 4, 4, 0, 4)])
                    self.assertEqual(walk.whole, 5)

    def test_who_has_no_key_cannot_alter_a_record_though_the_links_are_made_anew(self):
        records = chained([KEY] * 8)
        link = link_after(records[2])
        for i in range(3, 8):
            kind = 9 if i == 3 else 1
            records[i] = under(KEY, b"", link, i + 1, kind, records[i][48:])
            link = link_after(records[i])
        self.assertEqual(faults(records, None), [])
        self.assertEqual(faults(records), [(event_walk.ALTERED, 4, 4, 4)])

    def test_who_has_no_key_cannot_remove_one_and_number_the_others_anew(self):
        records = chained([KEY] * 8)
        link = link_after(records[2])
        del records[3]
        for i in range(3, 7):
            records[i] = under(KEY, b"", link, i + 1, 1, records[i][48:])
            link = link_after(records[i])
        self.assertEqual(faults(records, None), [])
        self.assertEqual(faults(records), [(event_walk.ALTERED, n, n, n) for n in range(4, 8)])

    def test_what_was_logged_before_the_key_cannot_be_altered_after_it(self):
        records = chained([None] * 3 + [KEY] * 5)
        forged = chained([None] * 3)
        before = plain(forged[1][48:], 3)
        altered = before[:3] + b"\x07" + before[4:48]
        records[2] = altered + hashlib.sha256(forged[1][48:] + altered).digest()[:16]
        link = link_after(records[2])
        for i in range(3, 8):
            records[i] = under(KEY, b"", link, i + 1, 1, records[i][48:])
            link = link_after(records[i])
        self.assertEqual(faults(records, None), [])
        self.assertEqual(faults(records), [(event_walk.ALTERED, 4, 4, 4)])

    def test_a_torn_record_is_no_fault(self):
        for keys, key in CHAINS:
            records = chained(keys)
            for size in range(1, 64):
                torn = records[5][:size] + b"\xff" * (64 - size)
                if torn != records[5]:
                    with self.subTest(size=size, key=key):
                        self.assertEqual(faults(records[:5] + [torn] + records[5:], key), [])
                        self.assertEqual(faults(records[:5] + [torn], key), [])


class TestChain(unittest.TestCase):
    def test_a_start_needs_no_key_to_find_the_end_and_goes_on_from_link_and_hash(self):
        records = chained([None] * 2 + [KEY] * 3)
        chain = event_chain.Chain(0, FIRST)
        for record in records:
            self.assertEqual(chain.take(record), event_chain.LINKED)
        self.assertEqual((chain.sequence, chain.hash), (5, records[4][48:]))
        self.assertEqual(chain.link, link_after(records[4]))
