"""node.storage through restarts: a new Storage on the same flash is what a restart is."""

import unittest

from ram_partitions import RamPartitions

from tomoshibi.core.energy import EnergyCounter
from tomoshibi.core.refusals import PartitionMissing
from tomoshibi.node.boot_cause import BROWN_OUT, COMMANDED, CRASH, POWER_ON, WATCHDOG
from tomoshibi.node.storage import IDENTITY, SETTINGS, Storage, find_partition, running, saved
from tomoshibi.wire import registers

PAPERS = '{"serial": "TM-000123", "hardware": "B", "secret": "%s"}' % ("5a" * 32)
BOOTS = {
    POWER_ON: registers.POWER_ON_BOOTS,
    BROWN_OUT: registers.BROWN_OUT_BOOTS,
    WATCHDOG: registers.WATCHDOG_BOOTS,
    CRASH: registers.CRASH_BOOTS,
    COMMANDED: registers.COMMANDED_BOOTS,
}


class StorageCase(unittest.TestCase):
    def setUp(self):
        self.flash = RamPartitions()
        self.storage = self.open()

    def open(self):
        return Storage(registers.BRANCHES, 2, self.flash)

    def restart(self, cause=POWER_ON):
        self.storage = self.open()
        self.storage.start(cause)
        return self.storage


class TestStart(StorageCase):
    def test_opening_writes_nothing_on_a_blank_chip_or_a_used_one(self):
        self.assertEqual(self.flash.done, [])
        self.restart()
        self.storage.settings.change("line_hz", 60)
        del self.flash.done[:]
        self.open()
        self.assertEqual(self.flash.done, [])

    def test_boots_are_counted_apart_by_cause_and_numbered_through(self):
        causes = (POWER_ON, CRASH, POWER_ON, BROWN_OUT, WATCHDOG, WATCHDOG, COMMANDED, POWER_ON)
        for number, cause in enumerate(causes, 1):
            self.assertEqual(self.restart(cause).boot, number)
        storage = self.open()
        counts = {cause: storage.view(number, 1)[0] for cause, number in BOOTS.items()}
        expected = {POWER_ON: 3, BROWN_OUT: 1, WATCHDOG: 2, CRASH: 1, COMMANDED: 1}
        self.assertEqual(counts, expected)

    def test_the_note_of_a_wanted_reset_holds_for_one_start(self):
        self.assertFalse(self.restart().reset_was_asked_for())
        self.storage.note_reset()
        again = self.open()
        self.assertTrue(again.reset_was_asked_for())
        again.start(COMMANDED)
        self.assertFalse(self.open().reset_was_asked_for())

    def test_a_wanted_reset_loses_no_millijoule(self):
        self.restart()
        EnergyCounter(*running(self.storage.journal, 2, registers.IMPORT)).put(7, 8, 123, 456)
        self.storage.note_reset()
        kept = EnergyCounter(*running(self.restart().journal, 2, registers.IMPORT))
        found = (kept.import_wh, kept.export_wh, kept.import_mj, kept.export_mj)
        self.assertEqual(found, (7, 8, 123, 456))

    def test_what_counts_runs_ahead_of_what_may_be_shown(self):
        journal = self.restart().journal
        counter = EnergyCounter(*running(journal, 1, registers.IMPORT))
        shown = EnergyCounter(*saved(journal, 1, registers.IMPORT))
        counter.add_mj(5_000_000)
        self.assertEqual((shown.import_wh, shown.import_mj), (0, 0))
        self.assertTrue(journal.save_all())
        # 5 kJ are 1 Wh (3.6 kJ) and 1.4 kJ.
        self.assertEqual((shown.import_wh, shown.import_mj), (1, 1_400_000))

    def test_a_view_is_the_registers_themselves(self):
        self.restart().view(registers.RELAY_MOVES, 2)[1] = 41
        self.assertEqual(self.open().view(registers.RELAY_MOVES, 2)[1], 0)
        self.assertTrue(self.storage.keeper.step())
        self.assertEqual(list(self.open().view(registers.RELAY_MOVES, 2)), [0, 41])

    def test_sectors_are_made_ready_one_at_a_time_and_once(self):
        storage = self.restart()
        storage.journal.save_all()
        del self.flash.done[:]
        erased = []
        while storage.prepare():
            erases = [label for label, erase in self.flash.done if erase]
            self.assertEqual(len(erases), 1)
            erased += erases
            del self.flash.done[:]
        # What cannot wait for the grid after a start has been made ready by it.
        self.assertEqual(erased, ["history"])
        self.assertEqual([ring.ahead for ring in storage.rings], [1, 1, 1])
        self.assertEqual(self.flash.done, [])


class TestDamage(StorageCase):
    def setUp(self):
        super().setUp()
        self.restart()
        self.storage.settings.change("line_hz", 60)
        self.storage.identity.write(PAPERS, "")

    def test_a_blank_chip_and_a_whole_one_are_no_damage(self):
        for storage in (Storage(registers.BRANCHES, 2, RamPartitions()), self.restart()):
            self.assertEqual(storage.damage(), [])
            self.assertFalse(storage.faulty())

    def test_one_damaged_copy_loses_nothing_and_is_mended_at_the_start(self):
        for copy in (0, 1):
            for label in ("settings", "identity"):
                self.flash.spoil(label, copy)
            self.restart()
            self.assertEqual(self.storage.damage(), [])
            # Mended: now the other one may go.
            for label in ("settings", "identity"):
                self.flash.spoil(label, 1 - copy)
            self.restart()
            self.assertEqual(self.storage.damage(), [])
            self.assertEqual(self.storage.settings.load()["line_hz"], 60)
            self.assertEqual(self.storage.identity.serial, "TM-000123")

    def test_settings_lost_in_both_copies_are_told_and_defaults_count(self):
        self.flash.spoil("settings", 0)
        self.flash.spoil("settings", 1)
        self.restart()
        self.assertEqual(self.storage.damage(), [SETTINGS])
        self.assertTrue(self.storage.faulty())
        settings = self.storage.settings.load()
        self.assertEqual((settings["line_hz"], settings.refused), (50, []))
        self.assertEqual(self.storage.identity.serial, "TM-000123")
        # It stays told until somebody has put settings there again.
        self.assertEqual(self.restart().damage(), [SETTINGS])
        self.storage.settings.change("line_hz", 60)
        self.assertEqual(self.restart().damage(), [])

    def test_an_identity_lost_in_both_copies_is_told(self):
        self.flash.spoil("identity", 0)
        self.flash.spoil("identity", 1)
        self.assertEqual(self.restart().damage(), [IDENTITY])
        self.assertTrue(self.storage.faulty())
        self.assertEqual(self.storage.settings.load()["line_hz"], 60)
        self.flash.spoil("settings", 0)
        self.flash.spoil("settings", 1)
        self.assertEqual(self.restart().damage(), [SETTINGS, IDENTITY])

    def test_records_that_do_not_read_back_are_counted(self):
        self.assertEqual(self.storage.flash_faults(), 0)
        self.flash.refusing = ("registers",)
        self.storage.view(registers.SUPPLY_LOSSES, 1)[0] = 1
        self.assertFalse(self.storage.journal.save_all())
        self.assertGreater(self.storage.flash_faults(), 0)


class TestPartitions(unittest.TestCase):
    def test_the_desk_has_the_partitions_and_a_missing_one_is_named(self):
        # 256 KiB of registers, 8 KiB of identity: boards/flash_map.
        self.assertEqual(find_partition("registers").ioctl(4, 0), 64)
        self.assertEqual(find_partition("identity").ioctl(4, 0), 2)
        with self.assertRaises(PartitionMissing) as refused:
            find_partition("registry")
        self.assertEqual(refused.exception.args[0], "registry")
