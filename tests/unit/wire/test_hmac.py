"""wire.hmac against RFC 4231, test cases 1, 2, 3, 4, 6 and 7; case 5 is of a shortened code."""

import unittest

from tomoshibi.wire.hmac import hmac_sha256


class TestRfc4231(unittest.TestCase):
    def check(self, key, message, code):
        self.assertEqual(hmac_sha256(key, message), bytes.fromhex(code.replace(" ", "")))

    def test_case_1_a_key_of_20_bytes(self):
        self.check(
            b"\x0b" * 20,
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b 881dc200c9833da726e9376c2e32cff7",
        )

    def test_case_2_a_key_shorter_than_the_code(self):
        self.check(
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c7 5a003f089d2739839dec58b964ec3843",
        )

    def test_case_3_more_than_a_block_together(self):
        self.check(
            b"\xaa" * 20,
            b"\xdd" * 50,
            "773ea91e36800e46854db8ebd09181a7 2959098b3ef8c122d9635514ced565fe",
        )

    def test_case_4_a_key_of_25_bytes(self):
        self.check(
            bytes(range(1, 26)),
            b"\xcd" * 50,
            "82558a389a443c0ea4cc819899f2083a 85f0faa3e578f8077a2e3ff46729665b",
        )

    def test_case_6_a_key_longer_than_a_block(self):
        self.check(
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f 8e0bc6213728c5140546040f0ee37f54",
        )

    def test_case_7_a_key_and_a_message_longer_than_a_block(self):
        self.check(
            b"\xaa" * 131,
            b"This is a test using a larger than block-size key and a larger than block-size data. "
            b"The key needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944 bfdc63644f0713938a7f51535c3a35e2",
        )
