"""The node's end of the world link in lock-step, with files in place of the pipes.

The world's frames are written before the test; the node's are read after it. Times are the
grants' own.
"""

import asyncio
import json
import unittest
from esp32 import Partition
from machine import Pin, Timer
from time import sleep_ms

import desk_clock
import world_link
from twin_parts import Outputs, Poles, Sense


class Twin:
    """One relay (pin 13, closed by 1) and one sense (pin 34, 15 ms)."""

    name = "test board"

    def __init__(self):
        self.outputs = Outputs()
        self.felt = []
        self.sense = Sense(34, 15)
        Poles(self.outputs, "relay1", [(1, 13, 1, 0)])

    def set(self, quantities):
        self.felt.append((desk_clock.uptime_ms(), quantities))
        self.sense.feel(quantities["grid_mv"])


class Lockstep(unittest.TestCase):
    def setUp(self):
        Pin(13, Pin.OUT, value=0)
        desk_clock.install(desk_clock.LOCKSTEP, 800_000_000)

    def play(self, frames, script):
        """Run `script` until the world ends; return what the node sent."""
        with open("to_node", "w") as file:
            for frame in frames:
                file.write(json.dumps(frame) + "\n")
        self.incoming = open("to_node", "rb")  # noqa: SIM115 (only their numbers are used)
        self.outgoing = open("to_world", "wb")  # noqa: SIM115
        self.twin = Twin()
        link = world_link.WorldLink(self.incoming.fileno(), self.outgoing.fileno(), self.twin)
        with self.assertRaises(SystemExit) as end:
            link.open()
            asyncio.run(script())
        self.assertEqual(end.exception.args[0], 0)
        with open("to_world") as file:
            return [json.loads(line) for line in file]

    def test_never_past_the_grant(self):
        seen = []

        async def script():
            Timer(0).init(period=20, callback=lambda _timer: seen.append(desk_clock.uptime_ms()))
            while True:
                await asyncio.sleep_ms(7)
                seen.append(desk_clock.uptime_ms())

        sent = self.play(
            [{"until_ms": 100, "set": {"grid_mv": 101_000}}, {"until_ms": 250}], script
        )
        self.assertEqual(sent[0], {"hello": "test board"})
        self.assertEqual([frame["at_ms"] for frame in sent[1:]], [100, 250])
        self.assertTrue(max(seen) <= 250)
        self.assertIn(240, seen)

    def test_stops_at_the_instant_an_output_changes(self):
        async def script():
            await asyncio.sleep_ms(40)
            Pin(13)(1)
            await asyncio.sleep_ms(1_000)

        sent = self.play(
            [
                {"until_ms": 100, "set": {"grid_mv": 101_000}},
                {"until_ms": 100, "set": {"grid_mv": 0}},
                {"until_ms": 200},
            ],
            script,
        )
        self.assertEqual(sent[1], {"at_ms": 40, "out": [[40, "relay1", 1]], "lines": []})
        self.assertEqual([frame["at_ms"] for frame in sent[2:]], [100, 200])
        self.assertEqual(self.twin.felt[1], (40, {"grid_mv": 0}))

    def test_a_node_that_sleeps_past_its_grant_says_how_far_it_came(self):
        async def script():
            await asyncio.sleep_ms(40)
            sleep_ms(150)
            Pin(13)(1)
            await asyncio.sleep_ms(1_000)

        sent = self.play(
            [{"until_ms": 100, "set": {"grid_mv": 101_000}}, {"until_ms": 250}], script
        )
        self.assertEqual(sent[1], {"at_ms": 190, "out": [[190, "relay1", 1]], "lines": []})
        self.assertEqual(sent[2]["at_ms"], 250)

    def test_the_presence_pin_holds_and_rises_late(self):
        edges = []

        async def script():
            pin = Pin(34, Pin.IN)
            pin.irq(lambda pin: edges.append((desk_clock.uptime_ms(), pin.value())))
            await asyncio.sleep_ms(10_000)

        self.play(
            [
                {"until_ms": 100, "set": {"grid_mv": 101_000}},
                {"until_ms": 200, "set": {"grid_mv": 0}},
                {"until_ms": 205, "set": {"grid_mv": 101_000}},
                {"until_ms": 300, "set": {"grid_mv": 0}},
                {"until_ms": 400, "set": {"grid_mv": 90_000}},
            ],
            script,
        )
        # Gone at 100, felt at 115; back at 200, seen at 210; gone again at 205: not for long
        # enough, as it had not come back yet; gone at 205 + 15, back at 300 + 10.
        self.assertEqual(edges, [(115, 0), (310, 1)])

    def test_a_node_whose_supply_fails_as_it_writes_says_so_and_no_more(self):
        written = []

        async def script():
            part = Partition.find(Partition.TYPE_DATA, label="registers")[0]
            await asyncio.sleep_ms(150)
            part.writeblocks(1, bytes(64), 0)
            written.append("the second")
            await asyncio.sleep_ms(150)
            part.writeblocks(2, bytes(64), 0)
            written.append("the third")

        sent = self.play(
            [
                {"until_ms": 100, "set": {"grid_mv": 101_000, "flash_torn": 3}},
                {"until_ms": 120, "set": {"grid_mv": 101_000, "flash_torn": 0}},
                {"until_ms": 200},
                {"until_ms": 400, "set": {"grid_mv": 0, "flash_torn": 7}},
                {"until_ms": 500},
                {"until_ms": 600},
            ],
            script,
        )
        self.assertEqual(written, ["the second"])
        self.assertEqual([frame["at_ms"] for frame in sent[1:]], [100, 120, 200, 300])
        self.assertEqual(sent[-1]["out"], [[300, "supply", 0]])
        # Some of its bits are programmed, some not: neither as they were nor as they should be.
        torn = bytearray(64)
        Partition.find(Partition.TYPE_DATA, label="registers")[0].readblocks(2, torn, 0)
        self.assertTrue(torn not in (bytes(64), b"\xff" * 64))


if __name__ == "__main__":
    unittest.main()
