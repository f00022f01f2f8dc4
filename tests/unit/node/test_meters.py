"""node.meters on a board that nobody has built: two BL0942 on one line, each behind a relay, and an
ATM90E32 with a lamp.

The real drivers and the chips of the desk, soldered from the same rows.
"""

import asyncio
import sys
import unittest
from time import ticks_ms

import desk_clock


class Board:
    NAME = "mixed"
    BUSES = (
        ("plug-uart", "uart", 1, 17, 16, 9_600),
        ("panel-spi", "spi", 2, 18, 23, 19, 1_000_000),
    )
    METERS = (
        ("plug", "bl0942", "plug-uart", 0, (7,), (1_000, 1_950_000, 510)),
        ("other", "bl0942", "plug-uart", 3, (8,), (1_000, 1_950_000, 510)),
        ("panel", "atm90e32", "panel-spi", 5, (1, 9), (7_305, 11_143, 3_200)),
    )


WORLD = (("p7_mw", 400_000), ("p8_mw", 700_000), ("p1_mw", 250_000), ("lamp_mw", 60_000))

sys.modules["board"] = Board

import twin_chips  # noqa: E402 - they look at the board, too
from tomoshibi.core.branch import Branch  # noqa: E402
from tomoshibi.core.energy import EnergyCounter  # noqa: E402
from tomoshibi.core.lamp import Lamp  # noqa: E402
from tomoshibi.core.loads import Load  # noqa: E402
from tomoshibi.core.uptime import Uptime  # noqa: E402
from tomoshibi.node.meters import meter_jobs  # noqa: E402


def total_mj(energy):
    return energy.import_wh * 3_600_000 + energy.import_mj


class TestMixedBoard(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, 800_000_000)
        setters = self.setters = {}
        self.soldered = [twin_chips.solder_meter(row, setters, [9]) for row in Board.METERS]
        for meter in self.soldered:
            meter.set_voltage(101_000)
            meter.chip.line_mhz = 50_000
        for name, value in WORLD:
            setters[name](value)
        self.uptime = Uptime()
        self.plug, self.other, self.branch, self.lamp = (
            Branch(7, Load("plug", 2, 1_500)),
            Branch(8, Load("other", 2, 1_500)),
            Branch(1, Load("panel", 2, 1_500)),
            Lamp(),
        )
        self.circuits = {1: self.branch, 7: self.plug, 8: self.other, 9: self.lamp}
        self.whole = EnergyCounter()
        settings = {"line_hz": 50, "sample_ms": 1_000}
        self.jobs = meter_jobs(
            self.circuits, settings, self.uptime, lambda: None, (self.whole, EnergyCounter())
        )

    def run_for(self, seconds, look=lambda second: None):
        async def main():
            tasks = [asyncio.create_task(job.run()) for job in self.jobs]
            for tenth in range(10 * seconds):
                await asyncio.sleep_ms(100)
                self.uptime.update()
                look(tenth)
            for task in tasks:
                task.cancel()

        asyncio.run(main())

    def test_a_job_for_each_bus(self):
        self.assertEqual([job.name for job in self.jobs], ["plug-uart", "panel-spi"])

    def test_every_circuit_gets_its_reading_and_energy_whatever_measures_it(self):
        self.run_for(30)
        drawn = (self.plug, self.other, self.branch, self.lamp)
        for circuit, (_name, power_mw) in zip(drawn, WORLD):
            reading = circuit.reading
            self.assertTrue(reading.valid)
            self.assertAlmostEqual(reading.power_mw, power_mw, delta=power_mw // 1_000)
            self.assertAlmostEqual(reading.voltage_mv, 101_000, delta=20)
            self.assertEqual(reading.frequency_mhz, 50_000)
            self.assertAlmostEqual(total_mj(circuit.energy), 30 * power_mw, delta=2 * power_mw)
        parts_mj = [total_mj(circuit.energy) for circuit in self.circuits.values()]
        # The bus that is not settled last may be a round ahead.
        self.assertAlmostEqual(sum(parts_mj), total_mj(self.whole), delta=1_400_000)

    def test_what_a_chip_does_not_feel_the_world_may_tell_all_the_same(self):
        self.setters["q7_mvar"](100_000)
        self.setters["p7_mw"](500_000)
        self.run_for(3)
        self.assertAlmostEqual(self.plug.reading.power_mw, 500_000, delta=500)

    def test_no_empty_window_is_a_reading_after_boot_or_a_reset_of_the_chips(self):
        seen = {number: set() for number in self.circuits}

        def look(tenth):
            if tenth == 697:
                for meter in self.soldered:
                    meter.chip.hard_reset(ticks_ms())
            for number, circuit in self.circuits.items():
                if circuit.reading.valid:
                    reading = circuit.reading
                    seen[number].add((reading.voltage_mv // 1_000, reading.power_mw // 1_000 > 0))

        self.run_for(75, look)
        # Its divider and the rounding of its figures: 101.00 V less a hundredth may be 100.
        for number in self.circuits:
            self.assertTrue(seen[number] <= {(100, True), (101, True)}, (number, seen[number]))
            self.assertTrue(self.circuits[number].reading.at_s >= 73)


if __name__ == "__main__":
    unittest.main()
