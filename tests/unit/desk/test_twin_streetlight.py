"""The twin of board streetlight through the pins that its board.py names.

The board's shunt of 1 mOhm gives 251213.465 counts/A (BL0942 example); its divider of 1.95 MOhm
over 510 Ohm gives 73989 / 1.218 * 510 / 1950510 * 1000 = 15883.4 counts/V.
"""

import time
import unittest
from machine import I2C, PWM, UART, Pin

import desk_board

import desk_clock

desk_board.use("streetlight")

import board  # noqa: E402 (found by the line above)
from twin import Twin  # noqa: E402


class Streetlight(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, 800_000_000)
        self.twin = Twin()
        self.twin.set({"grid_mv": 101_000, "load_mv": 100_000, "load_mhz": 50_000})

    def test_the_lamps_power_crosses_the_uart(self):
        self.twin.set({"lamp_ma": 500, "lamp_mw": 50_000})
        uart = UART(1, baudrate=9_600, tx=17, rx=16)
        time.sleep_ms(800)
        uart.write(b"\x58\xaa")
        time.sleep_ms(40)
        packet = uart.read()
        self.assertEqual(len(packet), 23)
        current = packet[1] | packet[2] << 8 | packet[3] << 16
        voltage = packet[4] | packet[5] << 8 | packet[6] << 16
        self.assertAlmostEqual(current, 125_607, delta=1)
        self.assertAlmostEqual(voltage, 1_588_340, delta=40)

    def test_the_photocell_answers_at_its_address(self):
        self.twin.set({"lux_milli": 100_000})
        i2c = I2C(0, scl=Pin(22), sda=Pin(21))
        i2c.writeto(0x23, b"\x20")
        time.sleep_ms(180)
        self.assertEqual(i2c.readfrom(0x23, 2), bytes((0, 120)))

    def test_an_answer_of_the_photocell_carries_no_seal_and_cannot_be_damaged(self):
        self.twin.set({"meter_corrupt": 1, "photocell_silent": 1})
        with self.assertRaises(ValueError):
            self.twin.set({"photocell_corrupt": 1})

    def test_in_reset_the_lamp_burns_at_full_light(self):
        self.assertEqual(self.twin.outputs.names, ["relay1", "duty"])
        self.assertEqual(self.twin.outputs.values, [1, 65_535])
        self.assertEqual(self.twin.alone()["lamp_mw"], 60_000)

    def test_relay_and_dimmer_are_heard(self):
        changes = []
        self.twin.outputs.on_change = lambda: changes.append(list(self.twin.outputs.values))
        pwm = PWM(Pin(25), freq=1_000, duty_u16=32_768)
        Pin(board.RELAYS[0][1], Pin.OUT, value=1)
        pwm.deinit()
        self.assertEqual(changes, [[1, 32_768], [0, 32_768], [0, 65_535]])
        Pin(board.RELAYS[0][1], Pin.IN)

    def test_alone_the_lamp_follows_its_dimmer(self):
        pwm = PWM(Pin(25), freq=1_000, duty_u16=0)
        self.assertEqual(self.twin.alone()["lamp_mw"], 500)
        pwm.duty_u16(32_768)
        self.assertAlmostEqual(self.twin.alone()["lamp_mw"], 30_250, delta=60)
        pwm.deinit()


if __name__ == "__main__":
    unittest.main()
