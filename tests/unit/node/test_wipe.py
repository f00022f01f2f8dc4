"""node.wipe: nothing is left of what a node kept, wherever the supply is cut meanwhile."""

import gc
import unittest
from hashlib import sha256

from cut_flash import WAYS, Cut
from identity_by_hand import KEY, SECRET, key_text, proof, text_of

from nor_flash import SECTOR, NorFlash, PowerCut
from tomoshibi.core.refusals import FlashBusy, NotAuthorised
from tomoshibi.node import wipe
from tomoshibi.node.boot_cause import POWER_ON
from tomoshibi.node.storage import Storage
from tomoshibi.wire import registers

# label: first sector, sectors
PLACES = {
    "identity": (0, 2), "settings": (2, 2), "registers": (4, 3), "events": (7, 3),
    "history": (10, 3),
}  # fmt: skip
SIZE = 13 * SECTOR
SERIAL, SSID, PASSWORD = "TM-000123", "street-nodes", "correct horse"
TRACES = [text.encode() for text in (KEY, SECRET, SERIAL, SSID, PASSWORD)]


class Chip:
    """Partitions in one memory, all of which one cut stops."""

    def __init__(self, memory, on_operation=None):
        self.memory = memory
        self.on_operation = on_operation
        self.deaf = ""

    def __call__(self, label):
        first, count = PLACES[label]
        part = NorFlash(self.memory, first * SECTOR, count * SECTOR, self.on_operation)
        if label == self.deaf:
            part.erase = lambda _sector: None
        return part

    def storage(self):
        return Storage(registers.BRANCHES, 2, self)


def used(keyed=True):
    """The memory of a node in service."""
    chip = Chip(bytearray(b"\xff" * SIZE))
    storage = chip.storage()
    storage.start(POWER_ON)
    storage.identity.write(text_of(), "")
    if keyed:
        storage.identity.write(key_text(KEY), "")
    storage.settings.change_all([["wifi_ssid", SSID], ["wifi_password", PASSWORD]])
    storage.journal.save_all()
    return chip.memory


def command(chip):
    """As the console does it."""
    storage = chip.storage()
    challenge = storage.identity.challenge()
    wipe.begin(storage, proof(KEY, challenge, "wipe"))


def cuts(before):
    """As cut_flash.cuts, of `command` and `start`, in one memory: there is room for no more."""
    left, whole = bytearray(before), 0
    while True:
        for way in WAYS:
            left[:] = before
            chip = Chip(left, Cut(whole, way))
            try:
                command(chip)
                start(chip)
            except PowerCut:
                yield whole, way.__name__, left
            else:
                return
        whole += 1


def start(chip):
    """As node.foundation does it; whether a wipe had been begun."""
    settings = chip.storage().settings
    if wipe.MARK not in settings.document():
        return False
    wipe.finish(chip, settings.copies, lambda: None)
    return True


def is_blank(memory):
    """Without a second memory to compare it with: there is no room."""
    return all(byte == 0xFF for byte in memory)


def traces(memory):
    return [text for text in TRACES if text in memory]


class TestWipe(unittest.TestCase):
    def setUp(self):
        self.said = []
        self._say, wipe._say = wipe._say, self.said.append

    def tearDown(self):
        wipe._say = self._say
        gc.collect()

    def test_all_is_blank_behind_it(self):
        chip = Chip(used())
        self.assertEqual(len(traces(chip.memory)), len(TRACES))
        command(chip)
        self.assertTrue(start(chip))
        self.assertTrue(is_blank(chip.memory))
        self.assertEqual(self.said, [{"event": "wiping"}, {"event": "wiped"}])
        self.assertFalse(start(chip))

    def test_cut_at_every_operation_it_finishes_or_has_not_begun(self):
        ends = []
        for whole, way, left in cuts(used()):
            chip = Chip(left)
            storage = chip.storage()
            if start(chip):
                ends.append("finishes")
            elif not traces(left):
                ends.append("wiped")
                self.assertTrue(storage.identity.blank and not storage.settings.lost)
            else:
                ends.append("not begun")
                self.assertEqual(storage.settings.document()["wifi_password"], PASSWORD)
                command(chip)
                self.assertTrue(start(chip), (whole, way))
            self.assertEqual(traces(left), [], (whole, way))
            blank = chip.storage()
            blank.start(POWER_ON)
            self.assertTrue(blank.identity.blank and not blank.identity.keyed)
            self.assertFalse(blank.faulty(), (whole, way))
            self.assertEqual((blank.settings.document(), blank.boot), ({}, 1))
        self.assertEqual(set(ends), {"not begun", "finishes", "wiped"})

    def test_what_does_not_get_blank_is_told_and_tried_at_the_next_start(self):
        chip = Chip(used())
        command(chip)
        chip.deaf = "history"
        first = PLACES["history"][0] * SECTOR
        chip.memory[first : first + 9] = b"remainder"
        for _ in range(2):
            self.assertTrue(start(chip))
            self.assertEqual(self.said[-1], {"event": "wiping", "failed": ["history"]})
        chip.deaf = ""
        self.assertTrue(start(chip))
        self.assertTrue(is_blank(chip.memory))

    def test_only_who_knows_the_key_wipes_and_a_challenge_takes_no_second_guess(self):
        chip = Chip(used())
        before = sha256(chip.memory).digest()
        storage = chip.storage()
        challenge = storage.identity.challenge()
        right = proof(KEY, challenge, "wipe")
        for word in ("", SERIAL, proof(SECRET, challenge, "wipe"), right):
            with self.assertRaises(NotAuthorised):
                wipe.begin(storage, word)
        self.assertEqual(sha256(chip.memory).digest(), before)

    def test_without_a_key_it_takes_the_serial_number(self):
        chip = Chip(used(keyed=False))
        for word in ("", "TM-000124"):
            with self.assertRaises(ValueError):
                wipe.begin(chip.storage(), word)
        wipe.begin(chip.storage(), SERIAL)
        self.assertTrue(start(chip))

    def test_while_flash_may_not_be_erased_nothing_is_and_the_same_proof_is_good_later(self):
        chip = Chip(used())
        storage = chip.storage()
        before = sha256(chip.memory).digest()
        word = proof(KEY, storage.identity.challenge(), "wipe")
        storage.settings.copies._window = self
        self.open = False
        with self.assertRaises(FlashBusy):
            wipe.begin(storage, word)
        self.assertEqual(sha256(chip.memory).digest(), before)
        self.open = True
        wipe.begin(storage, word)
        self.assertTrue(start(chip))

    def take(self):
        return self.open

    def settle(self):
        pass


if __name__ == "__main__":
    unittest.main()
