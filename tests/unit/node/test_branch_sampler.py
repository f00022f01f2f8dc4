"""node.branch_sampler with a chip that answers, garbles and falls silent as a test says.

Counts by hand: 1000 W are 3 125 000 counts of 0.32 mW; 320 energy counts at 3200 pulses/kWh are
1 Wh (11 250 mJ each).
"""

import unittest

from tomoshibi.core.branch import Branch
from tomoshibi.core.errors import ChipSilent, PacketCorrupt
from tomoshibi.core.loads import Load
from tomoshibi.core.readings import Counts
from tomoshibi.node.branch_sampler import MeterGroup

KILOWATT = 3_125_000
WATT_HOUR = 320
COUNT_MJ = 11_250


class FakeChip:
    def __init__(self):
        self.power = KILOWATT
        self.forward = 0
        self.fault = None
        self.configured = 0

    def _meet(self):
        if self.fault is not None:
            raise self.fault

    def configure(self, *_configuration):
        self._meet()
        self.configured += 1

    def read_power(self, counts):
        self._meet()
        for channel in counts:
            channel.power = self.power

    def read_all(self, counts):
        self.read_power(counts)
        for channel in counts:
            channel.voltage, channel.current, channel.frequency = 10_100, 9_901, 5_000

    def read_reactive_energy(self, counts):
        self._meet()
        for channel in counts:
            channel.reactive_forward, channel.reactive_reverse = 2 * WATT_HOUR, 0

    def read_energy(self, counts):
        self._meet()
        for channel in counts:
            channel.forward, channel.reverse = self.forward, 0
        self.forward = 0


class TestMeterGroup(unittest.TestCase):
    def setUp(self):
        self.chip = FakeChip()
        self.branches = [Branch(n + 1, Load("load", 2, 1_500)) for n in range(3)]
        for branch in self.branches:
            branch.load.closed = True
        self.group = self.make(self.chip, self.branches)

    def make(self, chip, branches, counts=None):
        counts = counts or tuple(Counts() for _ in range(3))
        return MeterGroup(chip, branches, (1, 2, 50, 3), COUNT_MJ, counts)

    def test_the_first_round_configures_and_reads_everything(self):
        self.group.sample(1, False)
        reading = self.branches[2].reading
        self.assertEqual(self.chip.configured, 1)
        self.assertTrue(reading.valid)
        self.assertEqual((reading.voltage_mv, reading.current_ma), (101_000, 9_901))
        self.assertEqual((reading.power_mw, reading.frequency_mhz), (1_000_000, 50_000))
        self.assertEqual(
            (self.branches[2].load.power_w, self.branches[2].load.peak_w), (1_000,) * 2
        )

    def test_energy_is_counted_once(self):
        self.chip.forward = WATT_HOUR
        self.group.sample(1, True)
        self.group.sample(11, True)
        self.assertEqual([branch.energy.import_wh for branch in self.branches], [1, 1, 1])

    def test_energy_is_read_every_round_and_reactive_energy_with_all_else(self):
        self.group.sample(1, True)
        self.chip.forward = WATT_HOUR
        self.group.sample(2, False)
        self.assertEqual([branch.energy.import_wh for branch in self.branches], [1, 1, 1])
        self.assertEqual([branch.reactive.import_wh for branch in self.branches], [2, 2, 2])
        self.assertEqual((self.group.net_mj, self.group.net_reactive_mj), (3 * 3_600_000, 0))

    def test_two_groups_may_share_counts(self):
        counts = tuple(Counts() for _ in range(3))
        other_branches = [Branch(n + 4, Load("load", 2, 1_500)) for n in range(3)]
        other_chip = FakeChip()
        one = self.make(self.chip, self.branches, counts)
        two = self.make(other_chip, other_branches, counts)
        self.chip.forward, other_chip.forward = WATT_HOUR, 3 * WATT_HOUR
        for now_s in (1, 2, 3):
            one.sample(now_s, True)
            two.sample(now_s, True)
        self.assertEqual(self.branches[0].energy.import_wh, 1)
        self.assertEqual(other_branches[0].energy.import_wh, 3)

    def test_a_garbled_read_leaves_the_last_values_and_the_chips_settings(self):
        self.group.sample(1, True)
        self.chip.fault = PacketCorrupt("chip", 1, 2)
        self.group.sample(2, False)
        self.assertTrue(self.branches[0].reading.valid)
        self.assertEqual(self.group.missed, 1)
        self.chip.fault = None
        self.group.sample(3, False)
        self.assertEqual(self.chip.configured, 1)

    def test_a_silent_chip_is_configured_again(self):
        self.group.sample(1, True)
        self.chip.fault = ChipSilent("chip", 0, 2)
        self.group.sample(2, False)
        self.chip.fault = None
        self.group.sample(3, False)
        self.assertEqual(self.chip.configured, 2)

    def test_after_five_seconds_of_silence_nothing_is_known(self):
        self.group.sample(1, True)
        self.chip.fault = ChipSilent("chip", 0, 2)
        for now_s in range(2, 8):
            self.group.sample(now_s, False)
        branch = self.branches[1]
        self.assertFalse(branch.reading.valid)
        self.assertEqual((branch.load.power_w, branch.load.peak_w), (0, 0))

    def test_the_round_after_the_silence_reads_everything(self):
        self.test_after_five_seconds_of_silence_nothing_is_known()
        self.chip.fault = None
        self.group.sample(20, False)
        self.assertTrue(self.branches[1].reading.valid)

    def test_an_open_load_keeps_its_peak(self):
        load = self.branches[0].load
        self.group.sample(1, True)
        load.closed = False
        self.chip.power = 0
        for now_s in range(2, 300):
            self.group.sample(now_s, False)
        self.assertEqual((load.power_w, load.peak_w), (0, 1_000))
