"""node.apply_settings: what a row says applies at once does, and nothing else moves."""

import _desk
import unittest

from tomoshibi.core.branch import Branch
from tomoshibi.core.events import COMMAND, CONSOLE, LIMIT, EventRing
from tomoshibi.core.lamp import Lamp
from tomoshibi.core.loads import Load
from tomoshibi.core.uptime import Uptime
from tomoshibi.node import apply_settings
from tomoshibi.node.control import Control
from tomoshibi.node.flash_window import FlashWindow
from tomoshibi.node.lamp_control import LampControl
from tomoshibi.node.load_control import LoadControl
from tomoshibi.node.places_job import PlacesJob
from tomoshibi.policy.grid import ISLANDED, NORMAL, RETURN_WAIT, GridState
from tomoshibi.policy.lamp import MAIN_ROAD, IslandLight
from tomoshibi.policy.plan import ShedPlan
from tomoshibi.policy.staging import Staging
from tomoshibi.settings.declared import LOAD_SETTINGS, SETTINGS
from tomoshibi.settings.places import Places
from tomoshibi.settings.store import Settings

CYCLE_MS = 20
# Where the smallest number, or the second choice, is the default or none.
OTHERS = {
    "step_gap_s": 9, "short_hold_s": 9, "island_surge_w": 9, "locked_off": 1, "name": "x",
    "lamp_role": "other",
}  # fmt: skip


class Senses:
    """Both sides alive, or the loads fed by an inverter alone."""

    calibrated = True

    def __init__(self):
        self.grid = True

    def grid_alive(self):
        return self.grid

    def load_alive(self):
        return True

    def islanded(self):
        return not self.grid

    def grid_mv(self):
        return -1


class Relay:
    def __init__(self):
        self.closed = False

    def close(self):
        self.closed = True

    def open(self):
        self.closed = False


class Dimmer:
    def set_permille(self, level):
        pass


class NoDelay:
    def below(self, _count):
        return 0


class Node:
    """Two loads and a lamp that live by the defaults."""

    def __init__(self):
        self.senses, self.events = Senses(), EventRing()
        grid = GridState(short_hold_ms=5_000)
        self.control = Control(Uptime(), self.senses, grid, self.events)
        self.loads = [Load("load 1", 4, 1_500), Load("load 2", 4, 1_500)]
        branches = [Branch(i + 1, load) for i, load in enumerate(self.loads)]
        for branch in branches:
            branch.reading.at_s = 1 << 28  # no meter is ever silent
        self.relays = [Relay(), Relay()]
        self.staging = Staging(self.loads, 5, 30, NoDelay())
        plan = ShedPlan(self.loads)
        self.switched = LoadControl(self.control, branches, self.relays, plan, self.staging, 1_350)
        self.island = IslandLight(MAIN_ROAD, 60_000, 500)
        self.light = LampControl(
            self.control, Lamp(), Relay(), Dimmer(), self.island, 400, 30, NoDelay()
        )
        self.control.outputs = (self.switched, self.light)

    def state(self):
        """Every number and word that the parts hold."""
        owners = [self.control.grid, self.switched, self.switched.budget, self.switched._starts]
        owners += [self.staging, self.light, self.island] + self.loads
        return [
            sorted((k, v) for k, v in one.__dict__.items() if isinstance(v, (int, str, tuple)))
            for one in owners
        ]

    def set(self, document):
        settings = Settings(document)
        assert not settings.refused, settings.refused
        apply_settings.apply("", settings, self.control)

    def run(self, span_ms):
        for _ in range(span_ms // CYCLE_MS):
            _desk.advance(CYCLE_MS)
            self.control.cycle()

    def closed(self):
        return [relay.closed for relay in self.relays]


def other(row):
    """A value that is not the default."""
    if row[0] in OTHERS:
        return OTHERS[row[0]]
    if row[1] == "address":
        return "192.0.2.1"
    return row[3][1] if row[1] == "choice" else row[2]


class TestApply(unittest.TestCase):
    def setUp(self):
        _desk.hold(0)
        self.node = Node()

    def tearDown(self):
        _desk.follow()

    def test_the_defaults_are_what_the_parts_are_made_with(self):
        before = self.node.state()
        self.node.set({"loads": [{}, {}]})
        self.assertEqual(self.node.state(), before)

    def test_every_row_that_says_so_is_seen_by_somebody_and_no_other(self):
        before = self.node.state()
        for row in SETTINGS:
            if row[1] == "secret" or row[0] in ("name", "wifi_ssid"):
                continue  # the node's own name is whole_node's, the network waits for a restart
            with self.subTest(name=row[0]):
                self.node.set({row[0]: other(row)})
                self.assertEqual(self.node.state() != before, row[6] == "at once")
                self.node.set({})
                self.assertEqual(self.node.state(), before)
        for row in LOAD_SETTINGS:
            with self.subTest(name="loads.1." + row[0]):
                self.node.set({"loads": [{}, {row[0]: other(row)}]})
                self.assertEqual(self.node.state() != before, row[6] == "at once")
                self.node.set({"loads": [{}, {}]})
                self.assertEqual(self.node.state(), before)

    def test_a_lower_limit_opens_what_does_not_fit_and_a_higher_one_brings_it_back(self):
        node = self.node
        node.set({"island_limit_w": 3_100, "return_hold_s": 5, "loads": [{"tier": 1}, {}]})
        node.run(60_000)
        self.assertEqual((node.control.grid.state, node.closed()), (NORMAL, [True, True]))
        node.senses.grid = False
        node.run(2_000)
        self.assertEqual((node.control.grid.state, node.closed()), (ISLANDED, [True, True]))
        node.set({"island_limit_w": 1_600})
        node.run(CYCLE_MS)
        self.assertEqual(node.closed(), [True, False])
        told = [node.events.read(i) for i in range(node.events.total)]
        limit = [record for record in told if record[2] == LIMIT][-1]
        self.assertEqual((limit[4], limit[5], limit[6]), (3_100, 1_600, COMMAND))
        self.assertEqual(limit[10], CONSOLE)
        # The other is the more important one now.
        node.set({"island_limit_w": 1_600, "loads": [{"tier": 4}, {"tier": 0, "min_off_s": 0}]})
        node.run(9_000)
        self.assertEqual(node.closed(), [False, True])
        node.set({"island_limit_w": 3_100, "loads": [{"min_off_s": 0}, {}]})
        node.run(9_000)
        self.assertEqual(node.closed(), [True, True])

    def test_a_start_counts_as_long_whatever_an_outage_is_now(self):
        self.node.set({"confirm_ms": 60_000, "return_hold_s": 60})
        self.node.run(59_000)
        self.assertEqual(self.node.control.grid.state, RETURN_WAIT)
        self.node.run(2_000)
        self.assertTrue(self.node.control.grid.state != RETURN_WAIT)

    def test_a_role_with_fewer_levels_leaves_no_lamp_beyond_its_ladder(self):
        self.assertEqual(self.node.island.level(0, 0, 36_000, 36_000), 0)
        self.node.set({"lamp_role": "other"})
        self.assertEqual(self.node.island.level(1, 0, 36_000, 36_000), 0)
        self.node.set({"lamp_role": "evacuation"})
        self.assertEqual(self.node.island.level(2, 0, 36_000, 36_000), 250)

    def test_a_change_of_another_setting_leaves_the_lamp_at_its_level(self):
        self.node.island.level(0, 0, 36_000, 36_000)
        self.node.set({"ride_ms": 500})
        # Judged afresh it would have the best level.
        self.assertEqual(self.node.island.level(1, 10_000, 36_000, 36_000), 0)

    def test_a_place_is_shown_at_once_and_those_of_a_controller_stay(self):
        written = []
        places = Places({0x028701: b"\x08"}, written.append)
        job = PlacesJob(places, FlashWindow(self.node.control), self.node.control.uptime)
        places.put(0x028701, b"\x10")  # by a controller, not in flash yet
        settings = Settings({"places": {"028701": "08", "028D01": "60"}})
        apply_settings.apply("places.028D01", settings, self.node.control, (job,))
        self.assertEqual((places.of(0x028D01), places.of(0x028701)), (b"\x60", b"\x10"))
        self.assertTrue(places.unsaved)
        places.store()
        apply_settings.apply("places.028701", settings, self.node.control, (job,))
        self.assertEqual((places.of(0x028701), places.unsaved), (b"\x08", False))

    def test_a_queue_that_is_full_is_waited_for(self):
        turned_away = []

        def crowded(callback, argument):
            if len(turned_away) < 3:
                turned_away.append(callback)
                raise RuntimeError("schedule queue full")
            schedule(callback, argument)

        schedule, apply_settings.schedule = apply_settings.schedule, crowded
        try:
            self.node.set({"ride_ms": 500})
        finally:
            apply_settings.schedule = schedule
        self.assertEqual((len(turned_away), self.node.control.grid.ride_ms), (3, 500))
