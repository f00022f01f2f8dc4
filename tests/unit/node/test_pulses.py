"""node.pulses under node.control: latching relays in the rounds of the control path."""

import _desk
import unittest

from fake_pin import FakePin

from tomoshibi.core.branch import Branch
from tomoshibi.core.draw import Draw
from tomoshibi.core.events import EventRing
from tomoshibi.core.loads import Load
from tomoshibi.core.uptime import Uptime
from tomoshibi.drivers.latching import Latching
from tomoshibi.node.control import Control
from tomoshibi.node.load_control import LoadControl
from tomoshibi.node.pulses import Pulses
from tomoshibi.node.senses import Senses
from tomoshibi.policy.grid import GridState
from tomoshibi.policy.plan import ShedPlan
from tomoshibi.policy.staging import Staging

CYCLE_MS = 20
PULSE_MS = 50
# Fits, and does not.
SITE = (("till", 0, 200), ("heater", 4, 2_000), ("oven", 4, 2_000))
BOTH = (True, True)


class Side:
    def __init__(self):
        self.on = True

    def alive(self):
        return self.on


class Broken:
    """An output that breaks every cycle off."""

    def restored(self):
        return False

    def on_second(self, _now_s):
        raise OSError(5)


class TestPulses(unittest.TestCase):
    def setUp(self):
        _desk.hold(0)
        self.grid_side, self.load_side = Side(), Side()
        branches = [Branch(i + 1, Load(*row, min_off_s=0)) for i, row in enumerate(SITE)]
        self.loads = [branch.load for branch in branches]
        self.control = control = Control(
            Uptime(),
            Senses(self.grid_side, self.load_side, None),
            GridState(return_hold_ms=1_000, trust_ms=0),
            EventRing(64),
        )
        self.pins = [(FakePin(), FakePin()) for _ in SITE]
        self.relays = [Latching(*pins, 1, PULSE_MS, False) for pins in self.pins]
        control.pulses = Pulses()
        for relay in self.relays:
            control.pulses.add(relay)
        staging = Staging(self.loads, 1, 0, Draw(b"\x00" * 6))
        switched = LoadControl(control, branches, self.relays, ShedPlan(self.loads), staging, 1_000)
        control.outputs = (switched,)
        self.driven_ms = [0] * len(SITE)  # in one piece, the longest of each relay
        self.piece_ms = [0] * len(SITE)
        self.pulses = [0] * len(SITE)

    def tearDown(self):
        _desk.follow()

    def cycle(self):
        _desk.advance(CYCLE_MS)
        self.control.cycle()

    def run_for(self, ms):
        for _ in range(0, ms, CYCLE_MS):
            before = self.driven()
            self.cycle()
            for i, now in enumerate(self.driven()):
                self.assertNotEqual((self.pins[i][0].level, self.pins[i][1].level), (1, 1))
                self.piece_ms[i] = self.piece_ms[i] + CYCLE_MS if before[i] else 0
                self.driven_ms[i] = max(self.driven_ms[i], self.piece_ms[i])
                self.pulses[i] += now and not before[i]

    def driven(self):
        return [bool(close.level or opening.level) for close, opening in self.pins]

    def close_all(self):
        for _ in range(1_000):
            self.run_for(CYCLE_MS)
            if all(load.closed for load in self.loads) and not self.control.pulses.running():
                return
        self.fail("not closed")

    def test_the_cycle_that_cuts_drives_the_coils_and_allocates_nothing(self):
        self.close_all()
        # Cycles run with the heap locked: what allocates breaks them off.
        self.assertEqual(self.control.broken, 0)
        self.grid_side.on = False
        for _ in range(10):
            self.cycle()
            if not self.loads[1].closed:
                break
        self.assertEqual(self.driven(), [False, True, True])
        self.assertEqual([pins[1].level for pins in self.pins], [0, 1, 1])
        for _ in range(3):
            self.cycle()
        self.assertEqual(self.driven(), [False] * 3)
        self.assertEqual(self.control.broken, 0)

    def test_holding_a_state_keeps_no_coil_hot_and_refreshes_one_contact_at_a_time(self):
        self.close_all()
        self.driven_ms, self.pulses = [0] * 3, [0] * 3
        for _ in range(900):
            self.run_for(200)
            self.assertTrue(sum(self.driven()) <= 1)
        # 180 s, a refresh each 30 s, in turn.
        self.assertEqual(self.pulses, [2, 2, 2])
        self.assertEqual(self.driven_ms, [60] * 3)
        self.assertEqual([pins[1].level for pins in self.pins], [0] * 3)

    def test_no_job_holds_things_up_while_a_coil_is_driven(self):
        self.close_all()
        self.assertTrue(self.control.calm())
        self.relays[0].refresh()
        self.assertFalse(self.control.calm())
        self.run_for(60)
        self.assertTrue(self.control.calm())

    def test_cycles_that_break_off_end_their_pulses(self):
        self.close_all()
        self.control.outputs = (Broken(),)
        self.relays[0].open()
        for _ in range(100):
            _desk.advance(CYCLE_MS)
            try:
                self.control.cycle()
            except OSError:
                pass
        self.assertTrue(self.control.broken > 0)
        self.assertEqual(self.driven(), [False] * 3)


if __name__ == "__main__":
    unittest.main()
