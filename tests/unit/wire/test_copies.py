"""wire.copies: the head of a document's copy, byte by byte as its module says.

The document is the nine bytes whose CRC-32 (IEEE 802.3) is in every catalogue: CBF43926.
"""

import json
import unittest

from flash_by_hand import crc24, flipped, u24

from tomoshibi.wire import copies

DOCUMENT = b"123456789"
BODY = b"TS\x01\x00\x04\x03\x02\x01\x09\x00\x00\x00\x26\x39\xf4\xcb" + b"\xff" * 12
HEAD = BODY + u24(crc24(BODY)) + b"\xff"
FOUND = (0x01020304, 9, 0xCBF43926)


class TestHead(unittest.TestCase):
    def test_a_head_is_made_as_laid_out(self):
        self.assertEqual(copies.seal(copies.SETTINGS, 0x01020304, DOCUMENT), HEAD)
        self.assertEqual(copies.seal(copies.IDENTITY, 1, DOCUMENT)[:2], b"TI")

    def test_a_head_is_read_as_laid_out(self):
        self.assertEqual(copies.read_head(HEAD, copies.SETTINGS), FOUND)

    def test_any_flipped_bit_is_noticed(self):
        for bit, wrong in flipped(HEAD[:31]):
            with self.subTest(bit=bit):
                self.assertIsNone(copies.read_head(wrong + b"\xff", copies.SETTINGS))

    def test_the_head_of_another_document_is_none(self):
        self.assertIsNone(copies.read_head(HEAD, copies.IDENTITY))

    def test_another_layout_is_none_though_the_check_is_right(self):
        for version in (0, 2, 255):
            body = b"TS" + bytes((version,)) + BODY[3:]
            self.assertIsNone(copies.read_head(body + u24(crc24(body)) + b"\xff", 0x53))

    def test_a_blank_place_has_no_head(self):
        self.assertIsNone(copies.read_head(b"\xff" * 32, copies.SETTINGS))

    def test_the_body_is_the_document_in_json(self):
        document = {"name": "灯火", "loads": [{"tier": 0}], "line_hz": 60}
        self.assertEqual(json.loads(copies.body_of(document).decode()), document)
