"""The stand-in for `machine`: wires, limits and timing of the ESP32 port.

UART times: ten bits a byte, so 23 bytes at 9600 baud take 23.96 ms, and 2 bytes 2.08 ms.
"""

import asyncio
import errno
import machine
import time
import unittest
from machine import ADC, I2C, PWM, RTC, SPI, UART, Pin, Timer

import desk_clock
import machine_buses
from bl0942 import BL0942
from machine_pins import adc_is, listen_duty

EPOCH_S = 800_000_000


class Echo:
    """A chip on an UART that answers each pair of bytes with 23."""

    BAUD = 9_600
    ANSWER_DELAY_MS = 1

    def feed(self, data, _now_ms):
        return bytes(range(23)) if len(data) == 2 else b""


class Light:
    """A chip on I2C that answers 0x12 0x34."""

    def __init__(self):
        self.heard = b""

    def answers(self, _now_ms):
        return True

    def write(self, data, _now_ms):
        self.heard += bytes(data)
        return True

    def read(self, into, _now_ms):
        into[0] = 0x12
        into[1] = 0x34
        return True


class Mirror:
    """A chip on SPI mode 3 that answers the complement of what it hears."""

    POLARITY = 1
    PHASE = 1
    MAX_BAUD = 1_000_000

    def select(self):
        pass

    def deselect(self, _now_ms):
        pass

    def exchange(self, out, into, _now_ms):
        for i in range(len(into)):
            into[i] = out[i] ^ 0xFF


class Pins(unittest.TestCase):
    def test_one_object_a_pin(self):
        self.assertIs(Pin(13), Pin(13, Pin.OUT, value=1))
        self.assertEqual(Pin(13).value(), 1)

    def test_input_only_pins_do_not_drive(self):
        with self.assertRaises(ValueError):
            Pin(34, Pin.OUT)

    def test_pins_of_the_flash_do_not_exist(self):
        for number in (6, 11, 20, 24, 40):
            with self.subTest(number=number):
                with self.assertRaises(ValueError):
                    Pin(number)

    def test_in_reset_the_boards_resistor_decides(self):
        Pin.wire(26).rest(1)
        self.assertEqual(Pin.wire(26).value(), 1)
        Pin(26, Pin.OUT, value=0)
        self.assertEqual(Pin(26).value(), 0)

    def test_edges_reach_the_handler_they_were_meant_for(self):
        edges = []
        pin = Pin(35, Pin.IN)
        pin.irq(handler=lambda _pin: edges.append("fall"), trigger=Pin.IRQ_FALLING)
        for level in (1, 0, 0, 1, 0):
            Pin.wire(35).drive(level)
        self.assertEqual(edges, ["fall", "fall"])

    def test_pull_up_is_weaker_than_a_wire(self):
        pin = Pin(21, Pin.IN, Pin.PULL_UP)
        self.assertEqual(pin.value(), 1)
        Pin.wire(21).drive(0)
        self.assertEqual(pin.value(), 0)

    def test_duty_is_heard_and_bounded(self):
        heard = []
        listen_duty(25, heard.append)
        pwm = PWM(Pin(25), freq=1_000, duty_u16=0)
        pwm.duty_u16(65_535)
        pwm.deinit()
        self.assertEqual(heard, [0, 65_535, None])
        with self.assertRaises(ValueError):
            pwm.duty_u16(65_536)

    def test_adc_ends_at_the_range_of_its_attenuation(self):
        # 4095 counts of 1100 * scale / 4096 / 65536 mV above the offset, in mV.
        Pin.wire(39).microvolts = lambda: 1_900_000
        self.assertEqual(ADC(Pin(39)).read_uv(), 1_039_000)
        self.assertEqual(ADC(Pin(39), atten=ADC.ATTN_6DB).read_uv(), 1_877_000)
        self.assertEqual(ADC(Pin(39), atten=ADC.ATTN_11DB).read_uv(), 1_900_000)
        with self.assertRaises(ValueError):
            ADC(Pin(5))

    def test_adc_sees_nothing_below_its_offset(self):
        Pin.wire(39).microvolts = lambda: 0
        adc = ADC(Pin(39), atten=ADC.ATTN_11DB)
        self.assertEqual((adc.read(), adc.read_uv()), (0, 142_000))

    def test_adc_is_as_good_as_it_is_said_to_be(self):
        Pin.wire(39).microvolts = lambda: 1_000_000
        adc = ADC(Pin(39), atten=ADC.ATTN_11DB)
        try:
            adc_is(gain_permille=950, offset_mv=20)
            self.assertEqual(adc.read_uv(), 970_000)
            adc_is(gain_permille=1_000, offset_mv=0, noise_mv=10)
            seen = [adc.read_uv() // 1000 for _ in range(200)]
            self.assertTrue(989 <= min(seen) < 995)
            self.assertTrue(1_005 < max(seen) <= 1_011)
        finally:
            adc_is(gain_permille=1_000, offset_mv=0, noise_mv=0)

    def test_adc_without_calibration_only_counts(self):
        Pin.wire(39).microvolts = lambda: 1_010_000
        adc = ADC(Pin(39), atten=ADC.ATTN_11DB)
        try:
            adc_is(fuses=0)
            with self.assertRaises(OSError):
                adc.read_uv()
            self.assertEqual(adc.read_u16() >> 4, 1_077)  # (1010 - 142) / 0.8056
        finally:
            adc_is(fuses=1)

    def test_what_the_desk_lacks_is_missing(self):
        self.assertFalse(hasattr(machine, "lightsleep"))
        with self.assertRaises(ValueError):
            Timer(4)


class Serial(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, EPOCH_S)
        machine_buses.plug_uart(1, 17, 16, Echo())
        self.uart = UART(1, baudrate=9_600, tx=17, rx=16)

    def test_bytes_arrive_at_the_pace_of_the_line(self):
        # The request takes 3 ms (rounded up), the chip 1 ms, the answer 24 ms.
        self.uart.write(b"\x58\xaa")
        self.assertEqual(self.uart.any(), 0)
        self.assertIsNone(self.uart.read())
        time.sleep_ms(4 + 12)
        self.assertEqual(self.uart.any(), 11)  # 12 ms * 9600 / 10 bits
        self.assertEqual(self.uart.read(5), bytes(range(5)))
        time.sleep_ms(12)
        self.assertEqual(self.uart.read(), bytes(range(5, 23)))

    def test_a_waiting_task_is_woken(self):
        async def run():
            self.uart.write(b"\x58\xaa")
            data = await asyncio.StreamReader(self.uart).readexactly(23)
            return data, desk_clock.uptime_ms()

        self.assertEqual(asyncio.run(run()), (bytes(range(23)), 3 + 1 + 24))

    def test_readinto_takes_a_whole_packet(self):
        packet = bytearray(23)
        self.uart.write(b"\x58\xaa")
        time.sleep_ms(40)
        self.assertEqual(self.uart.readinto(packet), 23)
        self.assertEqual(packet, bytes(range(23)))
        self.assertIsNone(self.uart.readinto(packet))

    def test_the_wrong_speed_reaches_nobody(self):
        uart = UART(1, baudrate=4_800, tx=17, rx=16)
        uart.write(b"\x58\xaa")
        time.sleep_ms(100)
        self.assertEqual(uart.any(), 0)

    def test_several_chips_on_one_line_hear_the_same_and_one_answers(self):
        machine_buses.plug_uart(1, 17, 16, BL0942(1, 1, 2))
        uart = UART(1, baudrate=9_600, tx=17, rx=16)
        uart.write(b"\x5a\x19\x00")  # three bytes, so that the first says nothing
        time.sleep_ms(40)
        # MODE out of reset, and a sum that is 0xFF with command and register.
        self.assertEqual(uart.read(), bytes((0x87, 0, 0, 0xFF - (0x5A + 0x19 + 0x87))))
        uart.write(b"\x58\xaa")
        time.sleep_ms(40)
        self.assertEqual(uart.read(), bytes(range(23)))


class Buses(unittest.TestCase):
    def test_i2c_answers_at_its_address_only(self):
        chip = Light()
        machine_buses.plug_i2c(0, 22, 21, 0x23, chip)
        i2c = I2C(0, scl=Pin(22), sda=Pin(21))
        self.assertEqual(i2c.scan(), [0x23])
        i2c.writeto(0x23, b"\x10")
        self.assertEqual(chip.heard, b"\x10")
        self.assertEqual(i2c.readfrom(0x23, 2), b"\x12\x34")
        with self.assertRaises(OSError) as refused:
            i2c.writeto(0x24, b"\x10")
        self.assertEqual(refused.exception.errno, 19)  # ENODEV

    def test_a_stuck_i2c_bus_holds_everything_up_for_100_ms_a_byte_and_100_more(self):
        desk_clock.install(desk_clock.VIRTUAL, 0)
        machine_buses.plug_i2c(0, 22, 21, 0x23, Light())
        i2c = I2C(0, scl=Pin(22), sda=Pin(21))
        machine_buses.stick_i2c(0, True)
        for transfer, took_ms in (
            (lambda: i2c.writeto(0x23, b"\x10"), 200),
            (lambda: i2c.readfrom_into(0x23, bytearray(2)), 300),
        ):
            before = time.ticks_ms()
            with self.assertRaises(OSError) as stuck:
                transfer()
            self.assertEqual(stuck.exception.errno, errno.ETIMEDOUT)
            self.assertEqual(time.ticks_diff(time.ticks_ms(), before), took_ms)
        machine_buses.stick_i2c(0, False)
        self.assertEqual(i2c.readfrom(0x23, 2), b"\x12\x34")

    def test_spi_needs_select_mode_and_pins(self):
        machine_buses.plug_spi(2, 18, 23, 19, 5, Mirror())
        select = Pin(5, Pin.OUT, value=1)
        into = bytearray(2)
        pins = {"sck": Pin(18), "mosi": Pin(23), "miso": Pin(19)}
        right = SPI(2, baudrate=1_000_000, polarity=1, phase=1, **pins)
        wrong = SPI(2, baudrate=1_000_000, polarity=0, phase=0, **pins)
        right.write_readinto(b"\x0f\xf0", into)
        self.assertEqual(into, b"\xff\xff")
        select(0)
        right.write_readinto(b"\x0f\xf0", into)
        self.assertEqual(into, b"\xf0\x0f")
        wrong.write_readinto(b"\x0f\xf0", into)
        self.assertEqual(into, b"\xff\xff")

    def test_the_calendar_can_be_set_while_the_clock_is_held(self):
        desk_clock.install(desk_clock.VIRTUAL, 0)
        RTC().datetime((2025, 6, 7, 0, 8, 9, 10, 0))
        # 2025-06-07 was a Saturday.
        self.assertEqual(RTC().datetime(), (2025, 6, 7, 5, 8, 9, 10, 0))


if __name__ == "__main__":
    unittest.main()
