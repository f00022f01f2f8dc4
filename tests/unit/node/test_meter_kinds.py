"""node.meter_job with chips of other manners than those we have: the protocol carries them.

Each is a small driver on a fake bus, and no more of a chip than its manner: one that speaks
unasked, several with running counters on one line, one for direct current.
"""

import asyncio
import unittest

from fake_uart import FakeUART

import desk_clock
from tomoshibi.core.branch import Branch
from tomoshibi.core.errors import ChipSilent
from tomoshibi.core.loads import Load
from tomoshibi.core.readings import Counts
from tomoshibi.core.uptime import Uptime
from tomoshibi.meter.calibration import calibration
from tomoshibi.meter.circuits import Circuits
from tomoshibi.node.meter_job import MeterJob


class Driver:
    channels, answer_ms, window_ms, count_mj = 1, 0, 400, 0

    def factors(self):
        return 10**9, 10**9, 10**9

    def configure(self):
        pass

    def confirm(self):
        pass

    def ask(self, full):
        pass


class Talker(Driver):
    """Sends frames of "V" and a u24 of mW all the time; understands nothing."""

    answer_ms = 100

    def __init__(self, uart):
        self._uart = uart
        self._frame = bytearray(64)

    def ask(self, full):
        while self._uart.any():
            self._uart.readinto(self._frame)

    def collect(self, counts):
        got = self._uart.readinto(self._frame) or 0
        for at in range(got - 4, -1, -1):
            if self._frame[at] == 0x56:
                counts[0].power = int.from_bytes(self._frame[at + 1 : at + 4], "big")
                return True
        raise ChipSilent("talker", got, 4)


class OneOfSeveral(Driver):
    """Answers to its address on a line that it shares, with W and a running counter of Wh."""

    answer_ms, count_mj = 100, 3_600_000

    def __init__(self, uart, address):
        self._uart = uart
        self._address = address
        self._seen_wh = None

    def ask(self, full):
        self._uart.write(bytes((self._address,)))

    def collect(self, counts):
        answer = bytearray(3)
        if self._uart.readinto(answer) != 3 or answer[0] != self._address:
            raise ChipSilent("one", 0, 3)
        if self._seen_wh is not None:
            counts[0].forward = (answer[2] - self._seen_wh) & 0xFF
        self._seen_wh = answer[2]
        counts[0].power = answer[1] * 1000
        return True


class Line(FakeUART):
    """The far end of several: who is asked answers. `wh` counts up with each answer, and wraps."""

    def __init__(self, watts):
        super().__init__()
        self.watts = watts
        self.wh = dict.fromkeys(watts, 250)

    def write(self, data):
        address = data[0]
        if address in self.watts:
            self.wh[address] += 1
            self.put(bytes((address, self.watts[address], self.wh[address] & 0xFF)))
        return 1


class Direct(Driver):
    def __init__(self):
        self.current_ma = -2_000

    def collect(self, counts):
        counts[0].voltage, counts[0].current = 12_000, self.current_ma
        counts[0].power = 12 * self.current_ma
        return True


class TestKinds(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, 800_000_000)

    def run_for(self, seconds, chips, each_50_ms=lambda: None):
        uptime = Uptime()
        branches = [Branch(n + 1, Load("load", 2, 1_500)) for n in range(len(chips))]
        counts = (Counts(),)
        ratios = calibration(chips[0].factors())
        meters = [
            (chip, Circuits([branch], ratios, chip.count_mj), counts)
            for chip, branch in zip(chips, branches)
        ]
        job = MeterJob("line", meters, uptime, 1_000, lambda: None)

        async def main():
            task = asyncio.create_task(job.run())
            for _ in range(seconds * 20):
                await asyncio.sleep_ms(50)
                uptime.update()
                each_50_ms()
            task.cancel()

        asyncio.run(main())
        return job, branches

    def test_a_chip_that_speaks_unasked(self):
        uart = FakeUART()
        job, (branch,) = self.run_for(
            20, [Talker(uart)], lambda: uart.put(b"V" + (60_000).to_bytes(3, "big"))
        )
        self.assertEqual(job.missed, 0)
        self.assertEqual(branch.reading.power_mw, 60_000)
        self.assertAlmostEqual(branch.energy.import_mj, 20 * 60_000, delta=120_000)

    def test_several_on_one_line_of_which_one_is_not_there(self):
        line = Line({1: 10, 3: 30})
        job, branches = self.run_for(20, [OneOfSeveral(line, address) for address in (1, 2, 3)])
        self.assertEqual([one.reading.power_mw for one in branches], [10_000, 0, 30_000])
        self.assertEqual([one.reading.valid for one in branches], [True, False, True])
        # A Wh for each answer but the first, which there is nothing to be compared with.
        want = [line.wh[1] - 251, 0, line.wh[3] - 251]
        self.assertTrue(want[0] >= 15)
        self.assertEqual([one.energy.import_wh for one in branches], want)

    def test_direct_current_that_flows_back(self):
        _job, (branch,) = self.run_for(20, [Direct()])
        reading = branch.reading
        self.assertEqual((reading.voltage_mv, reading.current_ma), (12_000, -2_000))
        self.assertEqual((reading.power_mw, branch.energy.import_mj), (-24_000, 0))
        self.assertAlmostEqual(branch.energy.export_mj, 20 * 24_000, delta=48_000)
