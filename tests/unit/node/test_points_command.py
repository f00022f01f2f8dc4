"""node.points_command: every value by name, in its own resolution."""

import unittest

from echonet_bench import Bench

from tomoshibi.core.events import WELDED
from tomoshibi.node.points_command import points


def shown(bench, wanted=""):
    return points(bench.node.objects[0].node, wanted)


class TestPoints(unittest.TestCase):
    def test_a_circuit_shows_what_no_protocol_has_rounded(self):
        bench = Bench()
        bench.measure(2, -340_501, voltage_mv=99_949, current_ma=3_449, wh=12)
        bench.branches[1].load.fault = WELDED
        circuit = shown(bench)["circuit"]
        self.assertEqual(circuit["units"]["power"], "mW")
        self.assertEqual(circuit["units"]["energy_import"], "Wh")
        two = circuit["2"]
        self.assertEqual((two["power"], two["voltage"], two["current"]), (-340_501, 99_949, 3_449))
        self.assertEqual((two["energy_import"], two["fault"], two["on"]), (12, "switch", True))
        self.assertEqual(circuit["1"]["power"], None)

    def test_a_streetlight_shows_lamp_photocell_and_node(self):
        bench = Bench("streetlight")
        bench.lamp.level_permille = 3
        bench.daylight.valid = bench.daylight.overflow = True
        answer = shown(bench)
        self.assertEqual(answer["lamp"]["1"]["light_level"], 3)
        self.assertEqual(answer["lamp"]["units"]["light_level"], "0.1 %")
        self.assertEqual(answer["photocell"]["1"]["illuminance"], "overflow")
        self.assertEqual(answer["node"]["1"]["serial"], "S-0001")
        self.assertEqual(answer["node"]["1"]["unique_id"], "021122334455")

    def test_one_part_can_be_asked_for(self):
        bench = Bench("main")
        bench.main.reading.valid, bench.main.reading.power_mw = True, 1_234_567
        answer = shown(bench, "whole")
        self.assertEqual(sorted(answer), ["event", "whole"])
        self.assertEqual(answer["whole"]["1"]["power"], 1_234_567)
        self.assertRaises(ValueError, shown, bench, "roof")
