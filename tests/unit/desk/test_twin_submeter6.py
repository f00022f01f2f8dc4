"""The twin of board submeter6 through the pins that its board.py names.

SPI words are those of the ATM90E32's register table: Urms 0xD9 upwards in 0.01 V, P 0xB1 upwards
in 0.00032 W.
"""

import asyncio
import time
import unittest
from machine import ADC, SPI, Pin

import desk_board

import desk_clock

desk_board.use("submeter6")

import board  # noqa: E402 (found by the line above)
from twin import Twin  # noqa: E402

PINS = {row[0]: row[1] for row in board.SENSES}
U_GAIN, I_GAIN, _ = board.METERS[0][5]
ALIVE = {"grid_mv": 101_000, "load_mv": 101_000, "load_mhz": 50_000}


class Submeter(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, 800_000_000)
        self.twin = Twin()
        self.twin.set(ALIVE)
        self.spi = SPI(2, baudrate=1_000_000, polarity=1, phase=1, sck=18, mosi=23, miso=19)
        self.selects = [Pin(cs, Pin.OUT, value=1) for cs in [row[3] for row in board.METERS]]
        for chip in (0, 1):
            self.write(chip, 0x7F, 0x55AA)
            self.write(chip, 0x00, 1)
            for phase in range(3):
                self.write(chip, 0x61 + 4 * phase, U_GAIN)
                self.write(chip, 0x62 + 4 * phase, I_GAIN)

    def transfer(self, chip, data):
        answer = bytearray(4)
        self.selects[chip](0)
        self.spi.write_readinto(data, answer)
        self.selects[chip](1)
        return answer[2] << 8 | answer[3]

    def write(self, chip, address, value):
        self.transfer(chip, bytes((0, address, value >> 8, value & 0xFF)))

    def read(self, chip, address):
        return self.transfer(chip, bytes((0x80, address, 0, 0)))

    def test_each_branch_has_its_phase(self):
        for branch in range(1, 7):
            self.twin.set({"p%d_mw" % branch: branch * 10_000})
        time.sleep_ms(640)
        for branch in range(1, 7):
            chip, phase = divmod(branch - 1, 3)
            counts = self.read(chip, 0xB1 + phase) << 16 | self.read(chip, 0xC1 + phase)
            self.assertEqual(counts, branch * 31_250)  # 10 W / 0.00032 W
            self.assertEqual(self.read(chip, 0xD9 + phase), 10_100)

    async def test_a_sense_sees_one_half_cycle_and_nothing_shorter(self):
        sense = Pin(PINS["load"], Pin.IN)
        self.twin.set({"load_mv": 0})
        await asyncio.sleep_ms(100)
        for fed_ms, seen_ms in ((9, 0), (10, 15), (30, 35)):
            self.twin.set({"load_mv": 101_000})
            high_ms = 0
            for ms in range(100):
                if ms == fed_ms:
                    self.twin.set({"load_mv": 0})
                high_ms += sense.value()
                await asyncio.sleep_ms(1)
            self.assertEqual(high_ms, seen_ms)

    def test_relays_are_open_in_reset_and_heard_when_driven(self):
        changes = []
        self.twin.outputs.on_change = lambda: changes.append(list(self.twin.outputs.values))
        self.assertEqual(self.twin.outputs.names[5], "relay6")
        Pin(board.RELAYS[1][1], Pin.OUT, value=1)
        Pin(board.RELAYS[1][1]).off()
        self.assertEqual(changes, [[0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]])

    def test_the_grid_level_is_a_hundredth(self):
        level = ADC(Pin(PINS["grid-level"]), atten=ADC.ATTN_11DB)
        self.assertEqual(level.read_uv(), 1_010_000)

    def test_the_islands_contact(self):
        self.twin.set({"islanded": 1})
        self.assertEqual(Pin(PINS["contact"]).value(), 1)

    def test_each_side_has_its_sense(self):
        grid, load = Pin(PINS["grid"], Pin.IN), Pin(PINS["load"], Pin.IN)
        self.assertEqual((grid.value(), load.value()), (1, 1))

    def test_alone_an_open_branch_draws_nothing(self):
        Pin(board.RELAYS[2][1], Pin.OUT, value=1)
        alone = self.twin.alone()
        self.assertEqual((alone["p3_mw"], alone["p4_mw"]), (100_000, 0))
        Pin(board.RELAYS[2][1]).off()

    def test_an_unknown_quantity_is_refused(self):
        with self.assertRaises(ValueError):
            self.twin.set({"lux_milli": 1})

    def test_a_chip_can_be_silenced(self):
        self.twin.set({"chip2_silent": 1})
        self.assertEqual(self.read(0, 0x00), 1)
        self.assertEqual(self.read(1, 0x00), 0xFFFF)


if __name__ == "__main__":
    unittest.main()
