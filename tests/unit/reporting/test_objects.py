"""The objects: maps, identity and values, from docs/echonet-lite.md, "Objects".

What is mandatory comes from the tables of the ECHONET Lite Appendix named under "Sources" there.
"""

import unittest

from echonet_bench import Bench, octets, spaced

from tomoshibi.wire.echonet_map import read_map

METERS = (0x028D01, 0x028D06, 0x028701)
DEVICES = {"submeter": METERS, "streetlight": (0x029101, 0x000D01)}
# The Appendix, device super class and class tables: what must be readable.
MANDATORY = {
    0x0EF0: (0x80, 0x82, 0x83, 0x8A, 0x9D, 0x9E, 0x9F, 0xD3, 0xD4, 0xD6, 0xD7),
    0x028D: (0xD4, 0xD7, 0xE0, 0xE1, 0xE2, 0xE3, 0xE4, 0xE7, 0xE8, 0xEA, 0xEB),
    0x0287: (0xC0, 0xC1, 0xC2),
    0x0291: (),
    0x000D: (0xE0, 0xE1),
}
MANDATORY_DEVICE = (0x80, 0x81, 0x82, 0x88, 0x8A, 0x9D, 0x9E, 0x9F)
# 2026-11-22 is day 9822 since 2000-01-01 (26 years of 365 days, 7 leap days, 325 days).
DAY = 26 * 365 + 7 + 325


class ObjectCase(unittest.TestCase):
    def maps(self, bench, eoj):
        return [read_map(octets(bench.get(eoj, epc))) for epc in (0x9D, 0x9E, 0x9F)]


class TestMaps(ObjectCase):
    def test_everything_mandatory_is_readable(self):
        for kind, devices in DEVICES.items():
            bench = Bench(kind)
            for eoj in devices + (0x0EF001,):
                with self.subTest(object="%06X" % eoj):
                    must = MANDATORY[eoj >> 8]
                    if eoj != 0x0EF001:
                        must += MANDATORY_DEVICE
                    readable = self.maps(bench, eoj)[2]
                    self.assertEqual([epc for epc in must if epc not in readable], [])

    def test_everything_in_the_get_map_answers_and_nothing_else_does(self):
        for day in (0, DAY):
            for kind, devices in DEVICES.items():
                bench = Bench(kind)
                bench.calendar.day = day
                for eoj in devices + (0x0EF001,):
                    readable = self.maps(bench, eoj)[2]
                    for epc in range(0x100):
                        with self.subTest(object="%06X" % eoj, epc="%02X" % epc):
                            answered = bench.get(eoj, epc) is not None
                            self.assertEqual(answered, epc in readable)

    def test_announced_are_80_81_88_and_in_the_profile_80_d5(self):
        for kind, devices in DEVICES.items():
            bench = Bench(kind)
            for eoj in devices:
                self.assertEqual(bench.get(eoj, 0x9D), "03 80 81 88")
            self.assertEqual(bench.get(0x0EF001, 0x9D), "02 80 D5")

    def test_settable_are_the_place_and_the_history_day_only(self):
        bench = Bench()
        self.assertEqual(bench.get(0x028D01, 0x9E), "02 81 E0")
        self.assertEqual(bench.get(0x028701, 0x9E), "01 81")
        self.assertEqual(bench.get(0x0EF001, 0x9E), "00")
        self.assertEqual(Bench("streetlight").get(0x029101, 0x9E), "01 81")

    def test_the_profile_reads_what_is_mandatory_and_who_it_is(self):
        # The eleven that are mandatory, and 88 8C 8D.
        self.assertEqual(
            Bench().get(0x0EF001, 0x9F), "0F 80 82 83 88 8A 8C 8D 9D 9E 9F D3 D4 D6 D7 F0"
        )

    def test_the_profile_shows_the_head_of_the_event_logs_chain(self):
        bench = Bench()
        # Of a log without an event: none, and what the first one hangs on.
        self.assertEqual(bench.get(0x0EF001, 0xF0), "00 00 00 00 " + spaced(b"TOMOSHIBI EVENTS"))
        self.assertTrue(bench.log.ring.prepare() and bench.log.append((1,) + (0,) * 15))
        record = bytearray(64)
        bench.log.ring.flash.readblocks(bench.log.ring.newest, record, 64)
        self.assertEqual(bench.get(0x0EF001, 0xF0), "00 00 00 01 " + spaced(record[48:]))

    def test_time_and_date_exist_only_while_the_clock_is_set(self):
        bench = Bench()
        self.assertNotIn(0x97, self.maps(bench, 0x028D01)[2])
        self.assertEqual(bench.get(0x028D01, 0x97), None)
        bench.calendar.day = DAY
        bench.calendar.second = 3 * 3_600 + 30 * 60  # 03:30 UTC is 12:30 in Japan
        self.assertIn(0x98, self.maps(bench, 0x028D01)[2])
        self.assertEqual(bench.get(0x028D01, 0x97), "0C 1E")
        self.assertEqual(bench.get(0x028D01, 0x98), "07 EA 0B 16")


class TestIdentity(ObjectCase):
    def test_the_node_lists_its_objects_and_classes_consistently(self):
        bench = Bench()
        instances = "07 02 8D 01 02 8D 02 02 8D 03 02 8D 04 02 8D 05 02 8D 06 02 87 01"
        self.assertEqual(bench.get(0x0EF001, 0xD6), instances)
        self.assertEqual(bench.get(0x0EF001, 0xD3), "00 00 07")
        self.assertEqual(bench.get(0x0EF001, 0xD4), "00 03")  # two and the profile's own
        self.assertEqual(bench.get(0x0EF001, 0xD7), "02 02 87 02 8D")
        light = Bench("streetlight")
        self.assertEqual(light.get(0x0EF001, 0xD6), "02 02 91 01 00 0D 01")
        self.assertEqual(light.get(0x0EF001, 0xD7), "02 00 0D 02 91")

    def test_every_object_has_an_identification_of_its_own(self):
        bench = Bench()
        # FE, maker, unique id, class and instance, four zeros (docs/echonet-lite.md, 83).
        self.assertEqual(
            bench.get(0x028D03, 0x83), "FE FF FF FF 02 11 22 33 44 55 02 8D 03 00 00 00 00"
        )
        seen = {bench.get(eoj, 0x83) for eoj in METERS + (0x0EF001,)}
        self.assertEqual(len(seen), 4)

    def test_versions_maker_product_and_serial(self):
        bench = Bench()
        self.assertEqual(bench.get(0x028D01, 0x82), "00 00 52 00")
        self.assertEqual(bench.get(0x0EF001, 0x82), "01 0E 01 00")
        self.assertEqual(bench.get(0x0EF001, 0x8A), "FF FF FF")
        self.assertEqual(octets(bench.get(0x0EF001, 0x8C)), b"submeter\0\0\0\0")
        self.assertEqual(octets(bench.get(0x028701, 0x8D)), b"S-0001\0\0\0\0\0\0")


class TestBranch(ObjectCase):
    def test_before_the_first_measurement_everything_is_no_data(self):
        bench = Bench()
        self.assertEqual(bench.get(0x028D01, 0xE1), "FF FF FF FE")
        self.assertEqual(bench.get(0x028D01, 0xE3), "FF FF FF FE")
        self.assertEqual(bench.get(0x028D01, 0xE7), "7F FF FF FE")
        self.assertEqual(bench.get(0x028D01, 0xE8), "7F FE 7F FE")
        self.assertEqual(bench.get(0x028D01, 0xE9), "FF FE FF FE")
        self.assertEqual(bench.get(0x028D01, 0xEA), "FF FF FF FF FF FF FF FF FF FF FE")

    def test_a_branch_has_one_phase_and_two_wires(self):
        bench = Bench()
        bench.measure(1, -250_400, voltage_mv=101_260, current_ma=2_473, wh=12_345_678)
        bench.branches[0].energy.put(12_345_678, 1)
        self.assertEqual(bench.get(0x028D01, 0xD4), "03")  # a count is 0.001 kWh
        self.assertEqual(bench.get(0x028D01, 0xD7), "08")
        self.assertEqual(bench.get(0x028D01, 0xE1), "00 BC 61 4E")  # 12 345 678
        self.assertEqual(bench.get(0x028D01, 0xE3), "00 00 00 01")
        self.assertEqual(bench.get(0x028D01, 0xE7), "FF FF FF 06")  # -250 W
        self.assertEqual(bench.get(0x028D01, 0xE8), "00 19 7F FE")  # 2.5 A; T no data
        self.assertEqual(bench.get(0x028D01, 0xE9), "03 F5 FF FE")  # 101.3 V; S-T no data

    def test_a_chip_that_falls_silent_keeps_its_energy(self):
        bench = Bench()
        bench.measure(1, 100_000, wh=7)
        bench.branches[0].reading.valid = False
        self.assertEqual(bench.get(0x028D01, 0xE1), "00 00 00 07")
        self.assertEqual(bench.get(0x028D01, 0xE7), "7F FF FF FE")

    def test_80_is_the_relay(self):
        bench = Bench()
        self.assertEqual(bench.get(0x028D02, 0x80), "30")
        bench.branches[1].load.closed = False
        self.assertEqual(bench.get(0x028D02, 0x80), "31")


class TestPanel(ObjectCase):
    def test_totals_wait_for_every_branch(self):
        bench = Bench()
        bench.whole.put(20_000_001, 7)
        for number in range(1, 6):
            bench.measure(number, 100_000, wh=20_000_000)
        self.assertEqual(bench.get(0x028701, 0xC0), "FF FF FF FE")
        self.assertEqual(bench.get(0x028701, 0xC6), "7F FF FF FE")
        bench.measure(6, 900_000, wh=20_000_001)
        self.assertEqual(bench.get(0x028701, 0xC6), "00 00 05 78")  # 5 x 100 + 900 W
        self.assertEqual(bench.get(0x028701, 0xC0), "01 31 2D 01")  # 20 000 001
        self.assertEqual(bench.get(0x028701, 0xC1), "00 00 00 07")
        self.assertEqual(bench.get(0x028701, 0xC2), "03")
        self.assertEqual(bench.get(0x028701, 0xB1), "06")

    def test_the_current_follows_from_active_and_reactive_power(self):
        bench = Bench()
        for number in range(1, 7):
            bench.measure(number, 50_000, voltage_mv=100_000)
            bench.branches[number - 1].reading.reactive_mvar = 0
        # 300 W and 400 var at 100 V: 500 VA, 5.0 A.
        bench.branches[0].reading.reactive_mvar = 400_000
        self.assertEqual(bench.get(0x028701, 0xC7), "00 32 7F FE")
        self.assertEqual(bench.get(0x028701, 0xC8), "03 E8 FF FE")

    def test_a_channel_is_energy_and_current_of_its_branch(self):
        bench = Bench()
        bench.measure(6, 100_000, voltage_mv=100_000, wh=258)
        self.assertEqual(bench.get(0x028701, 0xD5), "00 00 01 02 00 0A 7F FE")
        self.assertEqual(bench.get(0x028701, 0xD0), "FF FF FF FE 7F FE 7F FE")
        self.assertEqual(bench.get(0x028701, 0xD6), None)


class TestStreetlight(ObjectCase):
    def test_the_lamp_shows_command_and_consumption(self):
        bench = Bench("streetlight")
        self.assertEqual(bench.get(0x029101, 0x80), "30")
        self.assertEqual(bench.get(0x029101, 0xB0), "64")
        self.assertEqual(bench.get(0x029101, 0x84), "FF FE")
        bench.lamp.level_permille = 600
        bench.lamp.reading.valid = True
        bench.lamp.reading.power_mw = 36_400
        bench.lamp.energy.put(1_000)
        self.assertEqual(bench.get(0x029101, 0xB0), "3C")
        self.assertEqual(bench.get(0x029101, 0x84), "00 24")
        self.assertEqual(bench.get(0x029101, 0x85), "00 00 03 E8")
        self.assertEqual(bench.poll(), [])

    def test_the_lamp_going_off_is_announced(self):
        bench = Bench("streetlight")
        bench.lamp.level_permille = 3
        self.assertEqual(bench.get(0x029101, 0xB0), "01")  # on, however dim, is not 0
        self.assertEqual(bench.poll(), [])
        bench.lamp.level_permille = 0
        self.assertEqual(bench.poll(), ["10 81 00 00 02 91 01 0E F0 01 73 01 80 01 31"])

    def test_daylight_in_lux_and_thousands_of_lux(self):
        bench = Bench("streetlight")
        self.assertEqual(bench.get(0x000D01, 0xE0), "FF FE")
        bench.daylight.valid = True
        bench.daylight.lux_milli = 12_345_600
        self.assertEqual(bench.get(0x000D01, 0xE0), "30 3A")  # 12 346
        self.assertEqual(bench.get(0x000D01, 0xE1), "00 0C")
        bench.daylight.lux_milli = 70_000_000
        self.assertEqual(bench.get(0x000D01, 0xE0), "FF FF")  # over range
        bench.daylight.lux_milli, bench.daylight.overflow = 54_612_500, True
        self.assertEqual(bench.get(0x000D01, 0xE0), "FF FF")
        self.assertEqual(bench.get(0x000D01, 0xE1), "FF FF")
