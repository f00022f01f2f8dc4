"""tomo.world: physics against arithmetic done by hand in each test."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desk_bridge import ROOT
from tests.host.sites import load, lost, site, switched_on
from tomo import checkout
from tomo.scenario import records
from tomo.scenario.lanes import LANES
from tomo.scenario.measures import MEASURES
from tomo.world.daylight import altitude, lux
from tomo.world.measures import Window, measure, works_out
from tomo.world.site import World


def seen(world, name, node="panel"):
    return world.quantities(node)[name]


@pytest.fixture
def main_board(tmp_path, monkeypatch):
    """A board of two relays whose third channel is on the main conductor."""
    text = (ROOT / "boards" / "submeter3" / "board.py").read_text(encoding="utf-8")
    text = text.replace("(1, 2, 3)", "(1, 2, 0)").replace("    (3, 27, 0, 1),\n", "")
    folder = tmp_path / "main"
    folder.mkdir()
    (folder / "board.py").write_text(text.replace("submeter3", "main"), encoding="utf-8")
    monkeypatch.setenv(checkout.OWN_BOARDS, str(folder))
    return "main"


def test_every_measure_of_a_scenario_is_worked_out_and_no_other():
    assert works_out() == set(MEASURES)


def test_each_lane_of_the_timeline_has_one_part_of_the_world():
    assert [one.lane for one in World(site([load()])).lanes] == list(LANES)


class TestSupply:
    def test_with_the_grid_the_load_side_is_the_grid_less_the_drop_of_the_line(self):
        # 1010 W at 101 V are 10 A; over 0.02 ohm they lose 0.2 V.
        world = switched_on(site([load(watts=1_010)], grid={"line_ohm": 0.02}))
        world.advance(1_000)
        assert seen(world, "grid_mv") == 101_000
        assert seen(world, "load_mv") == 100_800
        assert seen(world, "load_mhz") == 50_000
        assert seen(world, "p1_mw") == 1_010_000
        assert seen(world, "i1_ma") == pytest.approx(1_010 / 100.8 * 1000, abs=1)

    def test_a_contact_follows_its_command_12_ms_later(self):
        world = switched_on(site([load()]))
        world.advance(11)
        assert seen(world, "p1_mw") == 0
        world.advance(12)
        assert seen(world, "p1_mw") == 1_000_000

    def test_reactive_power_lags(self):
        # Power factor 0.8: Q = 0.75 P, S = 1.25 P.
        world = switched_on(site([load(power_factor=0.8)], grid={"nominal_v": 100.0}))
        world.advance(1_000)
        assert seen(world, "q1_mvar") == 750_000
        assert seen(world, "i1_ma") == 12_500

    def test_a_main_conductor_carries_all_loads_in_and_out_of_phase(self, main_board):
        # 800 W at power factor 0.8 (600 var) and 800 W at 1: 1600 W, 600 var, 1708.8 VA at 100 V.
        loads = [load(watts=800, power_factor=0.8), load("second", watts=800)]
        scenario = site(loads, grid={"nominal_v": 100.0})
        node = replace(scenario.node[0], board=main_board)
        world = switched_on(replace(scenario, node=(node,)))
        world.advance(1_000)
        assert seen(world, "p0_mw") == 1_600_000
        assert seen(world, "q0_mvar") == 600_000
        assert seen(world, "i0_ma") == 17_088

    def test_the_load_side_is_dead_for_the_transfer_time_and_then_an_island(self):
        world = switched_on(site([load(watts=750)], events=[lost()]))
        for t_ms, load_mv, islanded in ((9_999, 101_000, 0), (10_000, 0, 0), (10_019, 0, 0)):
            world.advance(t_ms)
            assert (seen(world, "load_mv"), seen(world, "islanded")) == (load_mv, islanded)
        world.advance(10_020)
        # Half the rating: half of the 2 % droop below 100 V.
        assert (seen(world, "load_mv"), seen(world, "islanded")) == (99_000, 1)
        assert (seen(world, "grid_mv"), seen(world, "grid_mhz")) == (0, 0)
        assert seen(world, "load_mhz") == 50_000
        assert measure(world.trace, "dark_ms_max") == 20

    def test_a_short_loss_ends_before_a_slow_inverter_starts(self):
        slow = site([load()], events=[lost(lasts_ms=100)], inverter={"transfer_ms": 300})
        world = switched_on(slow)
        world.advance(60_000)
        assert [source for _, source in world.trace.sources] == ["tied", "gap", "tied"]
        assert world.trace.dark[-1] == (10_000, 10_100)

    def test_the_grid_gets_the_loads_back_after_it_was_healthy_for_the_whole_wait(self):
        events = [
            lost(lasts_ms=60_000),
            records.Event(100_000, "grid-voltage", 1_000, figures={"volts": 90.0}),
        ]
        world = switched_on(site([load()], events=events))
        # Healthy from 70 s, ill at 100 s, healthy from 101 s; 150 s later is 251 s.
        world.advance(250_999)
        assert world.inverter.source == "island"
        world.advance(251_000)
        assert world.inverter.source == "tied"

    @pytest.mark.parametrize(
        ("percent", "lasts_ms", "sources"),
        [
            (70.0, 900, ["tied"]),  # ridden through
            (70.0, 1_100, ["tied", "gap", "island"]),  # below 80 % for 1 s
            (85.0, 60_000, ["tied"]),
            (10.0, 500, ["tied", "gap", "island"]),
        ],
    )
    def test_dips(self, percent, lasts_ms, sources):
        dip = records.Event(10_000, "grid-dip", lasts_ms, figures={"to_percent": percent})
        world = switched_on(site([load()], events=[dip]))
        world.advance(20_000)
        assert [source for _, source in world.trace.sources] == sources


class TestOverload:
    def test_above_the_rating_it_trips_after_5_s_and_tries_again_after_30_s(self):
        world = switched_on(site([load(watts=2_000)], events=[lost()]))
        world.advance(60_000)
        assert world.trace.sources[2:5] == [
            (10_020, "island"),
            (15_020, "tripped"),
            (45_020, "island"),
        ]
        assert measure(world.finish(), "over_budget_ms_max") == 5_000

    def test_above_the_surge_rating_it_trips_after_300_ms(self):
        world = switched_on(site([load(watts=3_001)], events=[lost()]))
        world.advance(20_000)
        assert world.trace.sources[3] == (10_320, "tripped")

    def test_a_load_cut_in_time_keeps_it_running(self):
        world = switched_on(site([load("big", watts=3_001), load("small", 0)], events=[lost()]))
        world.advance(10_060)
        world.command("panel", "relay1", 0, 10_060)
        world.advance(60_000)
        trace = world.finish()
        assert measure(trace, "inverter_trips") == 0
        assert measure(trace, "outage_to_command_ms") == 60
        # From the island's start at 20 ms to the contact at 60 + 12 ms.
        assert measure(trace, "over_budget_ms_max") == 52
        assert measure(trace, "tier0_interruptions") == 0

    def test_a_trip_interrupts_tier_0(self):
        world = switched_on(site([load("big", watts=3_001), load("small", 0)], events=[lost()]))
        world.advance(40_000)
        assert measure(world.finish(), "tier0_interruptions") == 1


class TestAnswer:
    """What counts as a node's answer to the loss of the grid."""

    def cut(self, world, at_ms, cause):
        world.advance(at_ms)
        world.command("panel", "relay1", 0, at_ms)
        told = {"node": "panel", "event": "load", "number": 1, "to": "off", "t": at_ms / 1000}
        world.trace.told.append(told | {"cause": cause})

    def test_a_lamps_relay_that_opens_for_standby_is_none(self):
        world = switched_on(site([load()], lamps=True, events=[lost()]))
        world.command("streetlight", "relay1", 1, 0)
        self.cut(world, 10_040, "over the island's limit")
        world.advance(40_000)
        world.command("streetlight", "relay1", 0, 40_000)
        assert measure(world.finish(), "outage_to_command_ms") == 40

    @pytest.mark.parametrize(
        ("cause", "answer_ms"),
        [("over the island's limit", 5_000), ("", 5_000), ("commanded", None)],
    )
    def test_what_the_node_did_for_another_reason_is_none(self, cause, answer_ms):
        world = switched_on(site([load()], events=[lost()]))
        self.cut(world, 15_000, cause)
        assert measure(world.finish(), "outage_to_command_ms") == answer_ms

    def test_an_island_that_a_brown_out_made_is_answered_like_any_other(self):
        # Below 80 % the inverter takes over after a second.
        sag = records.Event(10_000, "grid-voltage", 60_000, figures={"volts": 78.0})
        world = switched_on(site([load()], events=[sag]))
        self.cut(world, 11_080, "over the island's limit")
        world.advance(300_000)
        trace = world.finish()
        assert trace.losses() == [(11_000, 70_000)]
        assert measure(trace, "outage_to_command_ms") == 80
        assert measure(trace, "loads_shed") == 1

    def test_a_loss_of_the_grid_is_counted_once_whatever_the_inverter_makes_of_it(self):
        events = [lost(lasts_ms=21), lost(400_000, lasts_ms=10)]
        world = switched_on(site([load()], events=events))
        world.advance(500_000)
        assert world.finish().losses() == [(10_000, 10_021), (400_000, 400_010)]


class TestTold:
    """Which movements a node told a cause of; a lamp's relay counts like any other."""

    def lamp_opens(self, event):
        world = World(site(lamps=True, events=[lost()]))
        world.command("streetlight", "relay1", 1, 0)
        world.advance(20_000)
        world.command("streetlight", "relay1", 0, 20_000)
        told = {"node": "streetlight", "t": 20.1, "cause": "night program"}
        world.trace.told.append(told | event)
        trace = world.finish()
        return measure(trace, "sheds_without_event"), measure(trace, "moves_without_event")

    def test_a_lamps_relay_that_opens_in_an_outage_needs_a_cause(self):
        assert self.lamp_opens({"event": "sense"}) == (1, 1)

    def test_its_light_that_goes_is_not_its_relay_that_opens(self):
        assert self.lamp_opens({"event": "lamp", "to_permille": 0}) == (1, 1)
        assert self.lamp_opens({"event": "lamp relay", "to": "on"}) == (1, 1)

    def test_what_the_node_says_of_its_relay_is_the_cause(self):
        assert self.lamp_opens({"event": "lamp relay", "to": "off"}) == (0, 0)

    def test_closing_without_a_cause_is_counted_too(self):
        trace = switched_on(site([load()])).finish()
        assert measure(trace, "moves_without_event") == 1
        assert measure(trace, "sheds_without_event") == 0


class TestBattery:
    def test_an_hour_of_island_takes_load_and_own_use_with_losses(self):
        world = switched_on(
            site(
                [load(watts=905)], events=[lost(0)], duration=4_000_000, inverter={"transfer_ms": 0}
            )
        )
        world.advance(12)  # the contact
        before = world.battery.stored_wh
        world.advance(3_600_012)
        # 905 W + 15 W own use over 0.92 are 1000 Wh an hour.
        assert before - world.battery.stored_wh == pytest.approx(1_000, abs=0.01)

    def test_at_its_floor_the_island_ends_exactly_there(self):
        # 20 Wh above the floor at 1000 W from the cells last 72 s.
        world = switched_on(
            site(
                [load(watts=905)],
                events=[lost(10_000)],
                battery={"soc_percent": 10.0 + 20 / 60},
            )
        )
        world.advance(200_000)
        at_ms, source = world.trace.sources[-1]
        assert source == "empty"
        assert at_ms == pytest.approx(82_020, abs=2)
        assert measure(world.finish(), "soc_min_percent") == pytest.approx(10.0, abs=1e-6)
        assert seen(world, "load_mv") == 0

    def test_surplus_sun_charges_and_the_rest_is_sold(self):
        sunny = site([load(watts=500)], battery={"max_charge_w": 600})
        sunny = replace(sunny, pv=records.Pv(records.Profile(watts=2_000)))
        world = switched_on(sunny)
        world.advance(1_000)
        flows = world.flows
        assert (flows.battery_w, flows.grid_w, flows.pv_w) == (-600, -900, 2_000)
        before = world.battery.stored_wh
        world.advance(1_000 + 360_000)
        assert world.battery.stored_wh - before == pytest.approx(60 * 0.92, abs=0.01)


class TestLamp:
    def test_in_reset_it_is_full_and_dimmed_it_follows_the_line_above_standby(self):
        world = World(site([load()], lamps=True))
        assert seen(world, "lamp_mw", "streetlight") == 60_000
        world.command("streetlight", "duty", 32_768, 0)
        # 0.5 + 59.5 * 32768 / 65535
        assert seen(world, "lamp_mw", "streetlight") == pytest.approx(30_250, abs=1)
        world.command("streetlight", "relay1", 0, 0)
        world.advance(12)
        assert seen(world, "lamp_mw", "streetlight") == 0

    def test_without_supply_it_is_dark(self):
        world = World(site([load()], lamps=True, events=[lost()]))
        world.advance(10_010)
        window = Window(9_000, 10_010, "lamp")
        assert measure(world.trace, "light_min_permille", window) == 0

    def test_its_own_light_reaches_its_photocell_as_far_as_it_is_lit(self):
        scenario = site([load()], lamps=True)
        panel, node = scenario.node
        lamp = replace(node.lamp[0], own_lux=500.0, daylight_factor=0.0001)
        world = World(replace(scenario, node=(panel, replace(node, lamp=(lamp,)))))
        sky = seen(world, "lux_milli", "streetlight") - 500_000
        world.command("streetlight", "duty", 32_768, 0)
        assert seen(world, "lux_milli", "streetlight") == sky + 250_000
        world.command("streetlight", "duty", 0, 0)
        assert seen(world, "lux_milli", "streetlight") == sky


class TestLoadFaults:
    def faulty(self, fault):
        world = switched_on(site([load(watts=1_000), load("b", fault=fault, fault_at=5_000)]))
        world.advance(4_999)
        assert (seen(world, "p2_mw"), world.next_change_ms()) == (1_000_000, 5_000)
        world.advance(5_000)
        return world

    def test_a_welded_contact_opens_no_more(self):
        world = self.faulty("welded")
        for relay in ("relay1", "relay2"):
            world.command("panel", relay, 0, 5_000)
        world.advance(6_000)
        assert (seen(world, "p1_mw"), seen(world, "p2_mw")) == (0, 1_000_000)
        assert world.load_w == 1_000

    def test_a_contact_that_is_open_does_not_weld(self):
        world = World(site([load(fault="welded")]))
        world.advance(1_000)
        assert seen(world, "p1_mw") == 0

    def test_a_reversed_meter_sees_the_same_power_out_of_the_load(self):
        world = self.faulty("reversed")
        assert (seen(world, "p1_mw"), seen(world, "p2_mw")) == (1_000_000, -1_000_000)
        assert world.load_w == 2_000

    def test_a_silent_meter_is_that_of_a_whole_chip(self):
        assert seen(self.faulty("silent"), "chip1_silent") == 1


class TestSun:
    # NOAA values for Tokyo (35.6895, 139.6917): sunset is at -0.833 degree, civil dusk at -6.
    @pytest.mark.parametrize(
        ("local", "degrees"),
        [
            ("2025-12-21T16:31:27", -0.833),
            ("2025-12-21T16:59:56", -6.0),
            ("2025-06-21T19:00:23", -0.833),
            ("2025-03-20T05:19:48", -6.0),
        ],
    )
    def test_altitude_at_known_moments(self, local, degrees):
        moment = datetime.fromisoformat(local).replace(tzinfo=UTC) - timedelta(hours=9)
        # 10 s of time are 0.03 degree here.
        assert altitude(moment, 35.6895, 139.6917) == pytest.approx(degrees, abs=0.03)

    def test_brightness_goes_through_the_table_and_never_falls_as_the_sun_rises(self):
        assert lux(-6) == pytest.approx(3.40)
        assert lux(-40) == pytest.approx(6.51e-4)
        levels = [lux(tenth / 10) for tenth in range(-200, 900)]
        assert levels == sorted(levels)


class TestColdLoad:
    def test_a_fridge_takes_more_after_a_long_time_off(self):
        fridge = load(watts=100, cold_factor=2.0, cold_s=60, cold_after_s=600)
        world = switched_on(site([fridge]))
        world.advance(1_000)
        assert seen(world, "p1_mw") == 100_000  # the first time it is not cold
        world.command("panel", "relay1", 0, 1_000)
        world.advance(700_000)
        world.command("panel", "relay1", 1, 700_000)
        world.advance(700_012)
        assert seen(world, "p1_mw") == 200_000
        world.advance(760_012)
        assert seen(world, "p1_mw") == 100_000


@given(
    st.lists(st.tuples(st.integers(1, 60_000), st.integers(1, 3), st.booleans()), max_size=30),
    st.floats(0, 4_000),
    st.floats(10, 100),
)
@settings(max_examples=60, deadline=None)
def test_energy_is_neither_made_nor_lost(commands, sun_w, soc_percent):
    """grid + pv + battery = load + own, and the cells lose what they gave plus their losses."""
    scenario = site(
        [load("a", 0, 300.0), load("b", 2, 900.0), load("c", 4, 2_500.0)],
        lamps=True,
        events=[lost(100_000, 300_000)],
        battery={"soc_percent": soc_percent, "capacity_wh": 100},
        inverter={"reconnect_s": 20},
    )
    world = World(replace(scenario, pv=records.Pv(records.Profile(watts=sun_w))))
    for gap_ms, number, closed in commands:
        world.advance(world.now_ms + gap_ms)
        world.command("panel", f"relay{number}", int(closed), world.now_ms)
        flows = world.flows
        paid_w = flows.grid_w + flows.pv_w + flows.battery_w
        assert paid_w == pytest.approx(flows.load_w + flows.own_w, abs=1e-6)
        assert flows.load_w == pytest.approx(world.load_w)
        assert world.battery.floor_wh <= world.battery.stored_wh <= 100
        if world.inverter.source != "tied":
            assert flows.grid_w == 0
    energy = world.trace.energy_wh
    paid_wh = sum(energy.get(name, 0.0) for name in ("grid", "pv", "battery"))
    assert paid_wh == pytest.approx(energy.get("load", 0.0) + energy.get("own", 0.0), abs=1e-6)


@given(st.integers(1, 200), st.integers(0, 2**31 - 1))
@settings(max_examples=20, deadline=None)
def test_the_steps_taken_do_not_change_the_outcome(step_ms, seed):
    """The world's own changes lie at fixed moments, however time is cut up."""

    def outcome(step):
        scenario = site([load(watts=1_600)], events=[lost()], duration=30_000, site={"seed": seed})
        world = switched_on(scenario)
        while world.now_ms < 30_000:
            world.advance(min(30_000, world.now_ms + step))
        return world.trace.sources, round(world.battery.stored_wh, 6)

    assert outcome(step_ms) == outcome(30_000)
