"""The control path of a streetlight: by hand from the roles' ladders and the lamp's watts.

60 W lamp, 0.5 W standby, share 400 Wh, evacuation route. Ten hours to dawn and a tenth to spare:
100 % needs 660 Wh, 50 % 333 Wh, 25 % 169 Wh.
"""

import _desk
import unittest

from no_heap import no_heap

from tomoshibi.core import events
from tomoshibi.core.events import LAMP_SUBJECT, LOAD_FAULT, SILENT, EventRing
from tomoshibi.core.lamp import Lamp
from tomoshibi.core.uptime import Uptime
from tomoshibi.node.control import Control
from tomoshibi.node.lamp_control import LampControl
from tomoshibi.node.senses import Senses
from tomoshibi.policy.grid import NORMAL, GridState
from tomoshibi.policy.lamp import EVACUATION, IslandLight

SIZES = ("desk32",)  # hours of virtual time; the chip's arithmetic is enough
CYCLE_MS = 20


class Side:
    def __init__(self):
        self.on = True

    def alive(self):
        return self.on


class Done:
    """What relay and dimmer did, in order, without what changed nothing; the first few of it."""

    def __init__(self):
        self._words = [None] * 8
        self._count = 0

    def put(self, word):
        if self._count < len(self._words):
            self._words[self._count] = word
            self._count += 1

    def words(self):
        return self._words[: self._count]


class FakeRelay:
    def __init__(self, done):
        self.closed = True
        self.moves = 0
        self._done = done

    def open(self):
        self._move(False, "open")

    def close(self):
        self._move(True, "close")

    def _move(self, closed, word):
        if closed != self.closed:
            self.moves += 1
            self._done.put(word)
        self.closed = closed


class FakeDimmer:
    def __init__(self, done):
        self.permille = 1000
        self._done = done

    def set_permille(self, level):
        if level != self.permille:
            self._done.put(level)
        self.permille = level


class NoDelay:
    def below(self, _count):
        return 0


class LampCase(unittest.TestCase):
    def setUp(self):
        _desk.hold(0)
        self.grid_side, self.load_side = Side(), Side()
        self.lamp, self.done = Lamp(), Done()
        self.relay, self.dimmer = FakeRelay(self.done), FakeDimmer(self.done)
        self.control = Control(
            Uptime(), Senses(self.grid_side, self.load_side), GridState(), EventRing()
        )
        self.light = LampControl(
            self.control,
            self.lamp,
            self.relay,
            self.dimmer,
            IslandLight(EVACUATION, 60_000, 500),
            400,
            30,
            NoDelay(),
        )
        self.control.outputs = (self.light,)
        self.control.grid.outage_ms = 0  # a start after which nobody waits
        self.light.by_program = True
        self.light.to_dawn_s = self.light.to_sunrise_s = 36_000

    def tearDown(self):
        _desk.follow()

    def run_for(self, span_ms):
        for _ in range(span_ms // CYCLE_MS):
            _desk.advance(CYCLE_MS)
            self.control.cycle()

    def start(self):
        self.run_for(6_000)
        self.assertEqual(self.control.grid.state, NORMAL)


class TestMeter(LampCase):
    def test_one_without_a_reading_for_10_s_is_told_and_so_is_its_next(self):
        self.start()
        before = self.control.events.total
        self.lamp.reading.at_s = self.control.uptime.seconds
        self.run_for(10_000)
        self.assertEqual(self.control.faults(), [])
        self.run_for(2_000)
        self.assertEqual(self.control.faults(), [(1, SILENT)])
        self.lamp.reading.at_s = self.control.uptime.seconds
        self.run_for(2_000)
        self.assertEqual(self.control.faults(), [])
        ring = self.control.events
        records = [ring.read(number) for number in range(before, ring.total)]
        told = [(r[3], r[5], r[6]) for r in records if r[2] == LOAD_FAULT]
        self.assertEqual(told, [(LAMP_SUBJECT, 1, SILENT), (LAMP_SUBJECT, 0, SILENT)])


class TestProgram(LampCase):
    def test_before_anybody_knows_better_there_is_full_light(self):
        self.run_for(1_000)
        self.assertEqual((self.dimmer.permille, self.relay.closed), (1000, True))

    def test_the_program_is_followed_with_the_grid(self):
        self.start()
        self.light.program_permille = 700
        self.run_for(1_000)
        self.assertEqual(self.dimmer.permille, 700)

    def test_by_day_it_dims_at_once_and_opens_its_relay_after_ten_minutes(self):
        self.start()
        self.light.dark = False
        self.run_for(2_000)
        self.assertEqual((self.dimmer.permille, self.relay.closed), (0, True))
        self.run_for(600_000)
        self.assertFalse(self.relay.closed)

    def test_a_flickering_photocell_moves_the_relay_not_at_all(self):
        self.start()
        for second in range(300):
            self.light.dark = second % 2 == 0
            self.run_for(1_000)
        self.assertEqual(self.relay.moves, 0)


class TestRelayAndLight(LampCase):
    """The contacts never make or break under load: closed before light, opened after it."""

    def test_the_relay_closes_before_there_is_light(self):
        self.start()
        self.light.dark = False
        self.run_for(602_000)
        self.light.dark = True
        self.run_for(1_000)
        self.assertEqual(self.done.words(), [0, "open", "close", 1000])

    def test_so_it_does_when_the_lamp_is_lit_from_a_grid_event(self):
        self.start()
        self.light.dark = False
        self.run_for(602_000)
        self.light.dark = True
        # Less than a second to the next look: the island comes first.
        self.grid_side.on = False
        self.run_for(100)
        self.assertEqual(self.done.words(), [0, "open", "close", 500])

    def test_a_lamp_that_is_locked_off_dims_before_its_relay_opens(self):
        self.start()
        self.light.lock(True)
        self.run_for(1_000)
        self.assertEqual(self.done.words(), [0, "open"])
        self.light.lock(False)
        self.run_for(1_000)
        self.assertEqual(self.done.words(), [0, "open", "close", 1000])

    def moves_told(self):
        """(relay closed, cause, actor) of every movement in the ring of events."""
        ring = self.control.events
        records = [ring.read(number) for number in range(ring.total)]
        return [(one[5], one[6], one[10]) for one in records if one[2] == events.LAMP_RELAY]

    def test_each_movement_of_the_relay_is_told_once_with_its_cause(self):
        self.start()
        self.light.dark = False
        self.run_for(603_000)
        self.assertEqual(self.moves_told(), [(0, events.STANDBY, events.NODE)])
        self.light.dark = True
        self.run_for(3_000)
        self.light.lock(True)
        self.run_for(3_000)
        told = self.moves_told()
        self.assertEqual(
            told[1:], [(1, events.PROGRAM, events.NODE), (0, events.COMMAND, events.CONSOLE)]
        )
        self.assertEqual(self.relay.moves, len(told))

    def test_while_it_is_lit_the_relay_is_told_again_every_second(self):
        self.start()
        self.relay.closed = False  # a glitch
        self.run_for(1_000)
        self.assertTrue(self.relay.closed)

    def test_light_and_driver_seconds_and_times_lit_are_counted_once(self):
        self.start()
        began = list(self.light._counts)
        self.run_for(100_000)
        self.light.dark = False
        self.run_for(700_000)
        self.light.dark = True
        self.run_for(50_000)
        burnt, driven, lit = (now - then for now, then in zip(self.light._counts, began))
        self.assertAlmostEqual(burnt, 150, delta=2)
        # The relay stays closed for ten minutes after the light has gone.
        self.assertAlmostEqual(driven, 750, delta=3)
        self.assertEqual(lit, 1)

    def test_an_island_spends_each_second_once(self):
        self.start()
        self.lamp.reading.valid = True
        self.lamp.reading.power_mw = 60_000
        self.grid_side.on = False
        self.run_for(600_000)
        # 60 W for 600 s are 10 Wh, 36 MJ/1000.
        spent = self.light._spent
        spent_j = spent.import_wh * 3_600 + spent.import_mj // 1000
        self.assertAlmostEqual(spent_j, 36_000, delta=120)


class TestIsland(LampCase):
    def island(self, span_ms=1_000):
        self.grid_side.on = False
        self.run_for(span_ms)

    def test_the_level_is_what_the_share_carries(self):
        self.start()
        self.island()
        self.assertEqual(self.dimmer.permille, 500)

    def test_in_a_dip_nothing_changes(self):
        self.start()
        self.grid_side.on = self.load_side.on = False
        self.run_for(100)
        self.assertEqual(self.dimmer.permille, 1000)

    def test_the_program_resumes_when_the_grid_has_proved_itself(self):
        self.start()
        self.island(5_000)
        self.grid_side.on = True
        self.run_for(299_000)
        self.assertEqual(self.dimmer.permille, 500)
        self.run_for(3_000)
        self.assertEqual((self.dimmer.permille, self.control.grid.state), (1000, NORMAL))

    def test_a_second_island_soon_after_has_only_what_is_left(self):
        self.start()
        self.lamp.reading.valid = True
        self.lamp.reading.power_mw = 300_000
        # 300 W for 40 min is 200 Wh: 200 of 400 are left, and 50 % needs 333.
        self.island(2_400_000)
        self.grid_side.on = True
        self.run_for(310_000)
        self.assertEqual(self.dimmer.permille, 1000)
        self.island()
        self.assertEqual(self.dimmer.permille, 250)

    def test_after_six_hours_on_the_grid_the_share_is_whole_again(self):
        self.test_a_second_island_soon_after_has_only_what_is_left()
        self.grid_side.on = True
        self.run_for(310_000)
        _desk.advance(21_600_000)
        self.run_for(1_000)
        self.lamp.reading.power_mw = 0
        self.island()
        self.assertEqual(self.dimmer.permille, 500)

    def test_a_silent_meter_does_not_make_energy(self):
        self.start()
        self.island()
        # 30.25 W by the model for 5 h: 151 Wh gone, 249 left; 5 h to dawn at 50 % need 166 Wh,
        # at 100 % 330 Wh.
        self.light.to_dawn_s = self.light.to_sunrise_s = 18_000
        self.run_for(18_000_000)
        self.assertEqual(self.dimmer.permille, 500)

    def test_a_dark_site_spends_nothing(self):
        self.start()
        self.grid_side.on = self.load_side.on = False
        self.run_for(14_400_000)
        self.load_side.on = True
        self.run_for(1_000)
        self.assertEqual(self.dimmer.permille, 500)

    def test_a_reversed_ct_does_not_make_energy_either(self):
        self.start()
        self.lamp.reading.valid = True
        self.lamp.reading.power_mw = -300_000
        self.island(2_400_000)
        self.assertEqual(self.dimmer.permille, 250)

    def test_a_boot_in_an_island_chooses_the_first_level_with_the_clock_read(self):
        self.grid_side.on = False
        self.light.to_dawn_s = self.light.to_sunrise_s = 18_000
        self.run_for(100)
        self.assertEqual(self.dimmer.permille, 1000)

    def test_a_clock_that_becomes_known_in_an_island_is_heeded_at_once(self):
        self.light.by_program = False
        self.light.to_dawn_s = self.light.to_sunrise_s = 86_400
        self.grid_side.on = False
        self.run_for(60_000)
        # 24 h at 25 % and a tenth are 406 Wh.
        self.assertEqual(self.dimmer.permille, 250)
        self.light.to_dawn_s = self.light.to_sunrise_s = 18_000
        self.light.by_program = True
        self.run_for(1_000)
        self.assertEqual(self.dimmer.permille, 1000)

    def test_a_watt_hour_that_has_begun_is_gone(self):
        # 50 % for 10 h and a tenth are 332.75 Wh: carried by 333, not by what is left of them.
        self.light._energy_wh = 333
        self.start()
        self.light._spent.add(1_000, 1_000)
        self.light._on_grid_s = self.control.uptime.seconds
        self.island()
        self.assertEqual(self.dimmer.permille, 250)

    def test_the_whole_island_allocates_nothing(self):
        self.start()
        grid_side, cycle, advance = self.grid_side, self.control.cycle, _desk.advance
        with no_heap:
            for second in range(400):
                grid_side.on = not 10 <= second < 40
                for _ in range(50):
                    advance(CYCLE_MS)
                    cycle()
        self.assertEqual(self.control.grid.state, NORMAL)
