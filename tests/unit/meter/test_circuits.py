"""meter.circuits: what becomes of the counts of one chip, for loads and lamps alike.

Counts by hand: power 0.32 mW a count, 3 125 000 are 1000 W; 320 energy counts, 11 250 mJ each, are
1 Wh.
"""

import unittest
from time import sleep_ms

from no_heap import no_heap

import desk_clock
from tomoshibi.core.branch import Branch
from tomoshibi.core.lamp import Lamp
from tomoshibi.core.loads import Load
from tomoshibi.core.readings import Counts
from tomoshibi.drivers.atm90e32 import ATM90E32
from tomoshibi.meter.calibration import calibration
from tomoshibi.meter.circuits import Circuits
from tomoshibi.meter.peak import RollingPeaks

KILOWATT = 3_125_000
WATT_HOUR = 320
COUNT_MJ = 11_250
RATIOS = calibration(ATM90E32.factors(None))


class Bench(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, 800_000_000)
        self.branches = [Branch(n + 1, Load("load", 2, 1_500)) for n in range(3)]
        for branch in self.branches:
            branch.load.closed = True
        self.counts = tuple(Counts() for _ in range(3))
        self.net = [0, 0]
        self.circuits = self.make(self.branches, COUNT_MJ)
        self.power(KILOWATT)

    def make(self, circuits, count_mj):
        return Circuits(circuits, RATIOS, count_mj, RollingPeaks(len(circuits)), self.net)

    def power(self, counts):
        for channel in self.counts:
            channel.power = counts
            channel.voltage, channel.current, channel.frequency_mhz = 10_100, 9_901, 50_000

    def take(self, now_s, full=True):
        self.circuits.take(self.counts, full, now_s)

    def pass_ms(self, ms):
        sleep_ms(ms)


class TestReading(Bench):
    def test_a_full_answer_is_a_reading(self):
        self.assertFalse(self.circuits.valid())
        self.take(7)
        reading, load = self.branches[2].reading, self.branches[2].load
        self.assertTrue(self.circuits.valid() and reading.valid)
        self.assertEqual((reading.voltage_mv, reading.current_ma), (101_000, 9_901))
        self.assertEqual((reading.power_mw, reading.frequency_mhz), (1_000_000, 50_000))
        self.assertEqual((reading.at_s, load.power_w, load.peak_w), (7, 1_000, 1_000))

    def test_power_alone_makes_no_reading_valid(self):
        self.take(1, full=False)
        self.assertFalse(self.branches[0].reading.valid)

    def test_after_five_seconds_without_an_answer_nothing_is_known(self):
        self.take(1)
        self.circuits.age(6)
        self.assertTrue(self.branches[1].reading.valid)
        self.circuits.age(7)
        load = self.branches[1].load
        self.assertFalse(self.branches[1].reading.valid)
        self.assertEqual((load.power_w, load.peak_w), (0, 0))

    def test_an_open_load_keeps_its_peak_whatever_is_measured_or_not(self):
        load = self.branches[0].load
        self.take(1)
        load.closed = False
        self.power(0)
        for now_s in range(2, 300):
            self.take(now_s, False)
        self.circuits.age(400)
        self.assertEqual((load.power_w, load.peak_w), (0, 1_000))

    def test_a_start_makes_no_peak(self):
        load = self.branches[0].load
        load.starting = 1
        self.take(1)
        self.assertEqual((load.power_w, load.peak_w), (1_000, 0))


class TestCountedEnergy(Bench):
    def test_it_is_counted_once_each_way_and_into_the_sums(self):
        for channel in self.counts:
            channel.forward, channel.reverse = 3 * WATT_HOUR, WATT_HOUR
            channel.reactive_forward, channel.reactive_reverse = WATT_HOUR, 2 * WATT_HOUR
        for now_s in (1, 2, 3):
            self.pass_ms(1_000)
            self.take(now_s)
        for branch in self.branches:
            self.assertEqual((branch.energy.import_wh, branch.energy.export_wh), (3, 1))
            self.assertEqual((branch.reactive.import_wh, branch.reactive.export_wh), (1, 2))
        self.assertEqual(self.net, [3 * 2 * 3_600_000, 3 * -3_600_000])

    def test_full_registers_allocate_nothing(self):
        self.counts[0].forward = self.counts[0].reverse = 0xFFFF
        self.branches[0].energy.put(0, 0, 3_599_999, 3_599_999)
        self.take(0)
        self.branches[0].energy.put(0, 0, 3_599_999, 3_599_999)
        self.counts[0].forward = self.counts[0].reverse = 0xFFFF
        with no_heap:
            self.take(1)
        # 65535 * 11250 + 3599999 = 740 868 749 = 205 * 3600000 + 2868749
        energy = self.branches[0].energy
        self.assertEqual((energy.import_wh, energy.import_mj), (205, 2_868_749))
        self.assertEqual(energy.export_wh, 205)

    def test_a_lamp_behind_such_a_chip_counts_too(self):
        lamp = Lamp()
        self.circuits = Circuits([lamp], RATIOS, COUNT_MJ)
        self.counts[0].forward, self.counts[0].reactive_forward = WATT_HOUR, WATT_HOUR
        self.take(1)
        self.take(2)
        self.circuits.age(20)
        self.assertEqual((lamp.energy.import_wh, lamp.reading.power_mw), (1, 1_000_000))
        self.assertFalse(lamp.reading.valid)


class TestIntegratedEnergy(Bench):
    def setUp(self):
        super().setUp()
        self.circuits = self.make(self.branches, 0)
        self.take(0)

    def test_power_times_the_time_since_the_last_answer(self):
        self.pass_ms(1_000)
        self.take(1)
        self.power(-KILOWATT)
        self.pass_ms(500)
        self.take(1)
        energy = self.branches[1].energy
        self.assertEqual((energy.import_mj, energy.export_mj), (1_000_000, 500_000))
        self.assertEqual(self.net, [3 * 500_000, 0])

    def test_a_gap_of_more_than_half_a_minute_is_not_guessed(self):
        self.pass_ms(30_001)
        self.take(30)
        self.assertEqual(self.branches[0].energy.import_mj, 0)
        self.pass_ms(30_000)
        self.take(60)
        self.assertEqual(self.branches[0].energy.import_wh * 3_600_000, 28_800_000)

    def test_energy_counts_that_are_not_believed_are_not_counted(self):
        self.counts[0].forward = self.counts[0].reactive_forward = WATT_HOUR
        self.take(1)
        self.assertEqual(self.branches[0].energy.import_mj, 0)
        self.assertEqual(self.branches[0].reactive.import_mj, 0)
