"""node.meter_job in virtual time, with chips that answer, garble and fall silent as a test says.

Power in counts of a mW; energy counts of 11 250 mJ, 320 a Wh. Energy by hand: W times hours.
"""

import asyncio
import unittest
from time import ticks_add, ticks_diff, ticks_ms

import desk_clock
from tomoshibi.core.branch import Branch
from tomoshibi.core.energy import EnergyCounter
from tomoshibi.core.errors import ChipSilent, PacketCorrupt
from tomoshibi.core.lamp import Lamp
from tomoshibi.core.loads import Load
from tomoshibi.core.readings import Counts
from tomoshibi.core.uptime import Uptime
from tomoshibi.meter.calibration import calibration
from tomoshibi.meter.circuits import Circuits
from tomoshibi.meter.peak import RollingPeaks
from tomoshibi.node.meter_job import MeterJob

SILENT = ChipSilent("chip", 0, 2)
CORRUPT = PacketCorrupt("chip", 1, 2)
FACTORS = (10**9, 10**9, 10**9)
WATT_HOUR = 320


class FakeChip:
    """Draws `power_mw` on each channel; answers once for a request, `answer_ms` after it.

    Its registers hold nothing until `window_ms` after it was configured. `calls` are its first.
    """

    def __init__(self, channels=1, answer_ms=40, count_mj=0):
        self.channels = channels
        self.answer_ms = answer_ms
        self.window_ms = 400
        self.count_mj = count_mj
        self.power_mw = 60_000
        self.fault = None
        self.calls = []
        self.asked = []
        self.forward = 0
        self._asked_ms = None
        self._ready_ms = ticks_ms()

    def configure(self):
        self._call("configure")
        if self.answer_ms == 0 and self.fault is not None:
            raise self.fault

    def confirm(self):
        self._answer("confirm")
        self._ready_ms = ticks_add(ticks_ms(), self.window_ms)

    def ask(self, full):
        self._call("ask")
        self.full = full
        if len(self.asked) < 100:
            self.asked.append(full)

    def collect(self, counts):
        self._answer("collect")
        measured = ticks_diff(ticks_ms(), self._ready_ms) >= 0
        for i in range(self.channels):
            counts[i].power = self.power_mw if measured else 0
            counts[i].voltage = 101_000 if measured else 0
            if self.count_mj:
                counts[i].forward = self.forward
        self.forward = 0
        return self.full or not self.count_mj

    def _call(self, call):
        if len(self.calls) < 100:
            self.calls.append(call)
        self._asked_ms = ticks_ms()

    def _answer(self, call):
        asked_ms = self._asked_ms
        self._call(call)
        self._asked_ms = None
        if self.fault is not None:
            raise self.fault
        if asked_ms is None or ticks_diff(ticks_ms(), asked_ms) < self.answer_ms:
            raise SILENT


def uart_chip():
    return FakeChip()


def spi_chip(channels=1):
    return FakeChip(channels, 0, 11_250)


class Bench(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, 800_000_000)
        self.uptime = Uptime()
        self.told = []
        self.valid = []  # (uptime, mW, mV) whenever the readings are valid
        self.net = [0, 0]

    def tell(self):
        reading = self.first.reading
        self.told.append((reading.power_mw, reading.at_s))

    def measure(self, *meters, period_ms=1_000, whole=None):
        """Meters of (chip, circuits)."""
        self.first = meters[0][1][0]
        rows = []
        for chip, circuits in meters:
            peaks = RollingPeaks(len(circuits)) if circuits[0].load else None
            taken = Circuits(circuits, calibration(FACTORS), chip.count_mj, peaks, self.net)
            rows.append((chip, taken, tuple(Counts() for _ in circuits)))
        self.job = MeterJob("bus", rows, self.uptime, period_ms, self.tell, whole)

    def one(self, chip, circuit):
        self.chip, self.circuit = chip, circuit
        self.measure((chip, [circuit]))

    def run_for(self, *scenes):
        """Scenes of (seconds, mW, or the fault of a first chip that does not answer)."""

        async def main():
            chip = self.job._meters[0][0]
            task = asyncio.create_task(self.job.run())
            for span_s, what in scenes:
                chip.fault = None if isinstance(what, int) else what
                if isinstance(what, int):
                    chip.power_mw = what
                for _ in range(span_s * 10):
                    await asyncio.sleep_ms(100)
                    self.uptime.update()
                    reading = self.first.reading
                    if reading.valid and len(self.valid) < 200:
                        self.valid.append(
                            (self.uptime.seconds, reading.power_mw, reading.voltage_mv)
                        )
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                pass

        asyncio.run(main())


def branch(number=1):
    return Branch(number, Load("load", 2, 1_500))


def both():
    """The two chips of today, each with a branch and with a lamp."""
    for make in (uart_chip, spi_chip):
        for circuit in (branch(), Lamp()):
            yield make(), circuit


class TestFirstWindow(Bench):
    def test_nothing_is_valid_before_the_first_full_window_of_any_chip(self):
        for chip, circuit in both():
            self.setUp()
            self.one(chip, circuit)
            self.run_for((3, 60_000))
            self.assertTrue(len(self.valid) > 20)
            self.assertEqual({row[1:] for row in self.valid}, {(60_000, 101_000)})

    def test_nor_after_a_chip_has_reset_itself(self):
        for chip, circuit in both():
            self.setUp()
            self.one(chip, circuit)
            self.run_for((3, 60_000), (1, SILENT), (3, 60_000))
            self.assertTrue(chip.calls.count("configure") > 1)
            self.assertEqual({row[1:] for row in self.valid}, {(60_000, 101_000)})
            self.assertTrue(self.valid[-1][0] >= 6)

    def test_the_first_round_after_it_reads_everything(self):
        self.one(spi_chip(), branch())
        self.run_for((15, 60_000))
        self.assertEqual(self.chip.asked[:12], [True] + [False] * 9 + [True, False])


class TestFaults(Bench):
    def test_a_chip_is_configured_before_the_first_question(self):
        for chip, circuit in both():
            self.setUp()
            self.one(chip, circuit)
            self.run_for((3, 60_000))
            self.assertEqual(chip.calls[:4], ["configure", "confirm", "ask", "collect"])
            self.assertEqual(chip.calls.count("configure"), 1)

    def test_garbled_words_cost_no_counted_energy(self):
        # To configure is to reset it, with what it has counted and not handed over.
        self.one(spi_chip(), branch())
        self.run_for((3, 60_000), (1, CORRUPT), (3, 60_000))
        self.assertEqual(self.chip.calls.count("configure"), 1)
        self.assertEqual(self.job.missed, 1)

    def test_a_chip_without_energy_is_configured_after_every_miss(self):
        self.one(uart_chip(), Lamp())
        self.run_for((3, 60_000), (1, CORRUPT), (3, 60_000))
        calls = self.chip.calls
        again = len(calls) - calls[::-1].index("configure")
        self.assertTrue(again > 6)
        self.assertEqual(calls[again : again + 3], ["confirm", "ask", "collect"])
        self.assertEqual(self.job.missed, 1)

    def test_a_silent_chip_is_counted_and_its_last_reading_is_good_for_five_seconds(self):
        for chip, circuit in both():
            self.setUp()
            self.one(chip, circuit)
            self.run_for((10, 60_000), (4, SILENT))
            told = len(self.told)
            self.assertTrue(circuit.reading.valid)
            self.assertAlmostEqual(self.job.missed, 4, delta=1)
            self.assertEqual(self.job.counts(), {"missed_samples": self.job.missed})
            self.run_for((4, SILENT))
            self.assertFalse(circuit.reading.valid)
            self.assertEqual(len(self.told), told)

    def test_it_beats_while_its_chip_is_silent(self):
        self.one(uart_chip(), Lamp())
        self.run_for((60, SILENT))
        self.assertEqual(self.job.late_ms(), 0)


class TestTime(Bench):
    def test_it_samples_once_a_period_without_drifting(self):
        self.one(uart_chip(), Lamp())
        self.run_for((300, 60_000))
        self.assertAlmostEqual(len(self.told), 300, delta=1)
        gaps = [after - before for (_, before), (_, after) in zip(self.told, self.told[1:])]
        self.assertTrue(max(gaps) <= 2)

    def test_rounds_longer_than_the_period_follow_each_other_and_leave_no_debt(self):
        # Six chips of 200 ms in a period of 200 ms. A debt of 2**29 ms, half the range of ticks,
        # would turn into a wait of a week.
        chips = [FakeChip(answer_ms=200) for _ in range(6)]
        self.measure(*((chip, [Lamp()]) for chip in chips), period_ms=200)
        rounds = []

        async def main():
            task = asyncio.create_task(self.job.run())
            await asyncio.sleep_ms(30_000)
            rounds.append(len(self.told))
            for chip in chips:
                chip.answer_ms = 0
            await asyncio.sleep_ms(10_000)
            rounds.append(len(self.told) - rounds[0])
            task.cancel()

        asyncio.run(main())
        self.assertTrue(22 <= rounds[0] <= 25, rounds)
        # Nothing is made up for: half a minute of debt would be 125 rounds at once.
        self.assertTrue(45 <= rounds[1] <= 51, rounds)


class TestEnergy(Bench):
    def drawn_mwh(self, energy):
        return energy.import_wh * 1000 + energy.import_mj // 3600

    def test_each_span_is_counted_once_with_its_own_power(self):
        # 300 s at 60 W, 150 s at 12 W, 150 s at none: 5 Wh, 0.5 Wh, 0.
        lamp = Lamp()
        self.one(uart_chip(), lamp)
        self.run_for((300, 60_000), (150, 12_000), (150, 0))
        self.assertAlmostEqual(self.drawn_mwh(lamp.energy), 5_500, delta=20)

    def test_a_short_silence_is_integrated_and_a_long_one_is_not(self):
        # 100 s + 20 s + 100 s at 60 W are 3.667 Wh; of 100 s + 200 s + 100 s, 200 s: 3.333 Wh.
        for silent_s, mwh in ((20, 3_667), (200, 3_333)):
            self.setUp()
            self.one(uart_chip(), Lamp())
            self.run_for((100, 60_000), (silent_s, SILENT), (100, 60_000))
            self.assertAlmostEqual(self.drawn_mwh(self.circuit.energy), mwh, delta=40)

    def test_counted_energy_is_read_every_round(self):
        self.one(spi_chip(), branch())
        for _ in range(3):
            self.chip.forward = WATT_HOUR
            self.run_for((2, 60_000))
        self.assertEqual(self.circuit.energy.import_wh, 3)

    def test_the_board_as_one_is_counted_by_the_sign_of_the_sum_over_all_buses(self):
        # 60 W into one bus and 40 W out of the other, by a chip that counts and one that does not.
        energy, reactive = EnergyCounter(), EnergyCounter()
        self.measure((uart_chip(), [branch()]))
        second = self.job
        chip = uart_chip()
        self.measure((chip, [branch(2)]), whole=(self.net, energy, reactive))

        async def main():
            second._meters[0][0].power_mw = -40_000
            tasks = [asyncio.create_task(job.run()) for job in (self.job, second)]
            await asyncio.sleep_ms(60_900)
            for task in tasks:
                task.cancel()

        asyncio.run(main())
        self.assertEqual(energy.export_mj, 0)
        self.assertAlmostEqual(energy.import_mj, 60 * 20_000, delta=70_000)


class TestMixedBus(Bench):
    def test_kinds_of_chips_share_a_bus_and_a_silent_one_costs_the_others_nothing(self):
        lamp, branches = Lamp(), [branch(n) for n in (1, 2, 3)]
        slow, fast = uart_chip(), spi_chip(3)
        fast.forward = WATT_HOUR
        self.measure((slow, [lamp]), (fast, branches))
        fast.power_mw = 700_000
        self.run_for((10, SILENT), (5, 60_000))
        self.assertEqual([one.energy.import_wh for one in branches], [1, 1, 1])
        self.assertEqual([one.load.power_w for one in branches], [700] * 3)
        self.assertEqual(lamp.reading.power_mw, 60_000)
        self.assertTrue(len(self.told) >= 14)
