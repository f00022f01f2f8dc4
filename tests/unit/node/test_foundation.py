"""node.foundation: what is the node's own reaches the parts that need it."""

import _desk
import unittest
from machine import PWRON_RESET, SOFT_RESET, Pin
from time import ticks_ms

import desk_board

desk_board.use("submeter6")

import board  # noqa: E402 (found by the line above)
from tomoshibi.node import foundation  # noqa: E402

GRID_LEVEL = next(row[1] for row in board.SENSES if row[0] == "grid-level")


class TestFoundation(unittest.TestCase):
    def base(self, unique_id=b"\x02\x11\x22\x33\x44\x55"):
        foundation.unique_id = lambda: unique_id
        return foundation.Foundation()

    def test_delays_of_nodes_whose_ids_differ_in_any_byte_differ(self):
        drawn = set()
        for place in range(6):
            unique_id = bytearray(b"\x02\x11\x22\x33\x44\x55")
            unique_id[place] += 1
            drawn.add(self.base(bytes(unique_id)).draw.below(10_000))
        self.assertEqual(len(drawn), 6)

    def test_the_trim_of_the_level_sense_is_the_settings(self):
        # A volt at the pin stands for 100 V.
        Pin.wire(GRID_LEVEL).microvolts = lambda: 1_000_000
        base = self.base()
        self.assertEqual(base.senses.grid_mv(), 100_000)
        base.storage.settings.change("grid_gain_permille", 950)
        self.assertEqual(self.base().senses.grid_mv(), 95_000)

    def test_uptime_counts_from_the_reset_and_from_here_after_a_soft_one(self):
        _desk.hold(0)
        _desk.advance(1_312)
        for cause in (PWRON_RESET, SOFT_RESET):
            foundation.reset_cause = lambda cause=cause: cause
            uptime = self.base().uptime
            told_ms = uptime.seconds * 1_000 + uptime.millis
            # What ran before the clock was held is in it, too.
            self.assertEqual(told_ms, ticks_ms() if cause == PWRON_RESET else 0)
            self.assertEqual(uptime.update(), 0)


if __name__ == "__main__":
    unittest.main()
