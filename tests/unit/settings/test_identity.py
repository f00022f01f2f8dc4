"""settings.identity: who may write it, and what never leaves it.

Proofs are computed with hashlib alone, see identity_by_hand.
"""

import json
import unittest

from cut_flash import cuts
from identity_by_hand import KEY, OTHER, SECRET, document, key_text, proof, text_of

from nor_flash import SECTOR, NorFlash
from tomoshibi.core.refusals import NotAuthorised
from tomoshibi.settings.identity import IdentityStore


class Case(unittest.TestCase):
    def setUp(self):
        self.memory = bytearray(b"\xff" * (2 * SECTOR))
        self.store = self.start()

    def start(self):
        return IdentityStore(NorFlash(self.memory))

    def sign(self, text, secret=SECRET):
        """Write with a proof of `secret`."""
        self.store.write(text, proof(secret, self.store.challenge(), text))

    def assert_refused(self, text, words):
        before = bytes(self.memory)
        self.assertRaises(NotAuthorised, self.store.write, text, words)
        self.assertEqual(self.memory, before)

    def assert_none(self, text):
        """What is signed well and yet no identity."""
        before = bytes(self.memory)
        self.assertRaises(ValueError, self.sign, text)
        self.assertEqual(self.memory, before)


class TestBlank(Case):
    def test_a_blank_one_says_so_and_has_no_name(self):
        self.assertTrue(self.store.blank)
        self.assertFalse(self.store.lost)
        self.assertEqual((self.store.serial, self.store.hardware), ("", ""))
        self.assertEqual(self.store.shown(), {})

    def test_a_blank_one_takes_any_identity_and_no_other(self):
        self.store.write(text_of(), "")
        for store in (self.store, self.start()):
            self.assertFalse(store.blank)
            self.assertEqual((store.serial, store.hardware), ("TM-000123", "B"))
        self.assert_refused(text_of(1, "TM-000666"), "")

    def test_what_is_no_identity_is_refused(self):
        for wrong in (
            "[]", "5", "null", "{", "", "{}",
            json.dumps({"serial": "TM-1", "hardware": "B"}),
            json.dumps({"serial": 1, "hardware": "B", "secret": SECRET}),
            json.dumps({"serial": "TM-1", "hardware": None, "secret": SECRET}),
            text_of(1, "TM-1", SECRET[:-1]),
            text_of(1, "TM-1", SECRET + "0"),
            text_of(1, "TM-1", "x" * 64),
            text_of("1"),
            text_of(None),
            json.dumps({"serial": "1", "hardware": "B", "secret": SECRET, "calibration": [1]}),
        ):  # fmt: skip
            with self.subTest(text=wrong):
                self.assertRaises(ValueError, self.store.write, wrong, "")
                self.assertTrue(self.start().blank)

    def test_a_cut_anywhere_leaves_it_blank_or_written_or_to_be_written_again(self):
        def work(flash):
            IdentityStore(flash).write(text_of(), "")

        for whole, way, left in cuts(self.memory, work):
            with self.subTest(whole=whole, way=way):
                found = IdentityStore(NorFlash(left))
                if not (found.blank or found.lost):
                    self.assertEqual(found.serial, "TM-000123")
                else:
                    found.write(text_of(1, "TM-000124"), "")
                    self.assertEqual(IdentityStore(NorFlash(left)).serial, "TM-000124")


class TestProof(Case):
    def setUp(self):
        super().setUp()
        self.store.write(text_of(), "")
        self.store = self.start()

    def test_who_knows_the_secret_may_write(self):
        self.sign(text_of(2, "TM-000124"))
        self.assertEqual(self.store.serial, "TM-000124")
        self.assertEqual(self.start().shown()["calibration"]["counter"], 2)

    def test_a_challenge_is_16_bytes_and_never_the_same(self):
        found = {self.store.challenge() for _ in range(20)}
        self.assertEqual(len(found), 20)
        self.assertEqual({len(bytes.fromhex(challenge)) for challenge in found}, {16})

    def test_a_proof_of_another_secret_or_of_another_document_is_refused(self):
        text = text_of(2)
        self.assert_refused(text, proof(OTHER, self.store.challenge(), text))
        self.assert_refused(text, proof(SECRET, self.store.challenge(), text_of(3)))
        for wrong in ("", "0" * 64, SECRET):
            self.store.challenge()
            self.assert_refused(text, wrong)

    def test_a_proof_with_one_digit_wrong_is_refused(self):
        text = text_of(2)
        for i in range(64):
            right = proof(SECRET, self.store.challenge(), text)
            digit = "0" if right[i] != "0" else "1"
            self.assert_refused(text, right[:i] + digit + right[i + 1 :])

    def test_without_a_challenge_no_proof_counts(self):
        for challenge in ("", "00" * 16):
            self.assert_refused(text_of(2), proof(SECRET, challenge, text_of(2)))

    def test_a_proof_counts_once(self):
        text = text_of(2)
        right = proof(SECRET, self.store.challenge(), text)
        self.store.write(text, right)
        self.assert_refused(text, right)
        self.store.challenge()
        self.assert_refused(text, right)

    def test_a_failed_try_uses_up_the_challenge(self):
        text = text_of(2)
        right = proof(SECRET, self.store.challenge(), text)
        self.assert_refused(text, "0" * 64)
        self.assert_refused(text, right)

    def test_a_proof_for_a_challenge_before_the_last_is_refused(self):
        text = text_of(2)
        old = proof(SECRET, self.store.challenge(), text)
        self.store.challenge()
        self.assert_refused(text, old)

    def test_a_challenge_does_not_outlive_a_restart(self):
        text = text_of(2)
        right = proof(SECRET, self.store.challenge(), text)
        self.store = self.start()
        self.assert_refused(text, right)

    def test_after_a_new_secret_only_that_one_counts(self):
        self.sign(text_of(1, "TM-000123", OTHER))
        text = text_of(2)
        self.assert_refused(text, proof(SECRET, self.store.challenge(), text))
        self.sign(text_of(2, "TM-000123", OTHER), OTHER)
        self.assertEqual(self.store.shown()["calibration"]["counter"], 2)

    def test_a_calibration_counter_does_not_run_backwards(self):
        self.sign(text_of(5))
        self.assert_none(text_of(4))
        self.assert_none(json.dumps({"serial": "TM-1", "hardware": "B", "secret": SECRET}))
        self.sign(text_of(5, "TM-000125"))
        self.assertEqual(self.start().serial, "TM-000125")

    def test_the_secret_is_not_shown(self):
        shown = self.store.shown()
        self.assertEqual(
            shown, {key: document()[key] for key in ("serial", "hardware", "calibration")}
        )
        self.assertNotIn(SECRET, json.dumps(shown))
        # Taking it out of what is shown takes it out of nothing else.
        self.sign(text_of(2))

    def test_one_damaged_copy_loses_nothing_and_is_mended(self):
        self.memory[40] ^= 1
        self.store = self.start()
        self.assertEqual((self.store.lost, self.store.serial), (False, "TM-000123"))
        self.store.copies.mend()
        self.memory[SECTOR + 40] ^= 1
        self.store = self.start()
        self.sign(text_of(2))

    def test_a_lost_one_says_so_and_takes_any(self):
        self.memory[40] ^= 1
        self.memory[SECTOR + 40] ^= 1
        self.store = self.start()
        self.assertEqual((self.store.lost, self.store.blank, self.store.serial), (True, False, ""))
        self.store.write(text_of(1, "TM-000777"), "")
        self.assertEqual((self.store.lost, self.start().serial), (False, "TM-000777"))
        self.assert_refused(text_of(2), "")


class TestHalves(Case):
    """The factory's and the node's, each with what protects it."""

    def test_the_nodes_half_is_written_once_and_then_with_its_own_key(self):
        self.store.write(text_of(), "")
        self.assertEqual((self.store.keyed, self.store.key()), (False, b""))
        self.store.write(key_text(KEY), "")
        for store in (self.store, self.start()):
            self.assertEqual((store.keyed, store.key()), (True, bytes.fromhex(KEY)))
        text = key_text(OTHER)
        for secret in (SECRET, OTHER):
            self.assert_refused(text, proof(secret, self.store.challenge(), text))
        self.assert_refused(text, "")
        self.sign(text, KEY)
        self.assertEqual(self.start().key(), bytes.fromhex(OTHER))

    def test_neither_half_touches_the_other(self):
        self.store.write(key_text(KEY), "")
        self.assertTrue(self.store.blank)
        self.store.write(text_of(3), "")
        self.assertEqual((self.store.blank, self.store.key()), (False, bytes.fromhex(KEY)))
        self.sign(key_text(OTHER), KEY)
        self.sign(text_of(4, "TM-000124"))
        shown = self.start().shown()
        self.assertEqual((shown["serial"], shown["calibration"]["counter"]), ("TM-000124", 4))
        self.assertEqual(self.start().key(), bytes.fromhex(OTHER))

    def test_the_nodes_key_opens_nothing_of_the_factorys(self):
        self.store.write(text_of(), "")
        self.store.write(key_text(KEY), "")
        text = text_of(2)
        self.assert_refused(text, proof(KEY, self.store.challenge(), text))

    def test_a_half_comes_alone(self):
        both = document()
        both["key"] = KEY
        for wrong in (json.dumps(both), key_text(KEY[1:]), key_text("x" * 64), '{"key": 5}'):
            self.assertRaises(ValueError, self.store.write, wrong, "")
            self.assertEqual((self.start().blank, self.start().keyed), (True, False))

    def test_the_key_is_not_shown(self):
        self.store.write(text_of(), "")
        self.store.write(key_text(KEY), "")
        self.assertNotIn(KEY, json.dumps(self.store.shown()))
        self.assertNotIn("key", self.store.shown())

    def test_a_cut_anywhere_leaves_the_half_that_was_there(self):
        self.store.write(text_of(), "")

        def work(flash):
            IdentityStore(flash).write(key_text(KEY), "")

        for whole, way, left in cuts(self.memory, work):
            with self.subTest(whole=whole, way=way):
                found = IdentityStore(NorFlash(left))
                self.assertEqual((found.lost, found.serial), (False, "TM-000123"))
                self.assertIn(found.key(), (b"", bytes.fromhex(KEY)))
