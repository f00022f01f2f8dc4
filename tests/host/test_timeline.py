"""The timeline's lanes: what the world makes of each event, and what a wrong one is told.

Lines and times are counted by hand in the text of each case.
"""

import tomllib

import pytest

from tests.desk_bridge import ROOT
from tomo.scenario.lanes import KINDS, LANES, LOAD_FAULTS
from tomo.scenario.read import ScenarioError, read
from tomo.scenario.timeline import edges
from tomo.world.lockstep import Lockstep, Report
from tomo.world.site import World

SITE = """\
site = { name = "x", latitude = 35, longitude = 139, start = 2026-06-21T12:00:00, duration = "00:10:00" }
inverter = { continuous_w = 1500 }
battery = { capacity_wh = 6000, soc_percent = 80 }
grid = { wander_v = 0, line_ohm = 0, nominal_v = 100 }
pv = { profile = { watts = 400 } }
[[node]]
name = "panel"
board = "submeter6"
load = [
  { name = "pump", tier = 1, rated_w = 500, power_factor = 1, profile = { watts = 500 } },
  { name = "fan", tier = 3, rated_w = 100, power_factor = 1, profile = { watts = 100 } },
]
[[node]]
name = "small"
board = "submeter3"
[[node]]
name = "lamp"
board = "streetlight"
lamp = [{ name = "gate" }]
"""  # noqa: E501 (one line, one table)
EVENTS_AT = SITE.count("\n") + 1  # the line of the first event's header


@pytest.fixture
def given(tmp_path):
    """given(event, …): the site with these events, read; each is its lines but for the header."""

    def scenario(*events, site=SITE):
        path = tmp_path / "x.toml"
        path.write_text(site + "".join(f"[[event]]\n{event}" for event in events))
        return read(path)

    return scenario


@pytest.fixture
def told(given):
    """told(event, …): the problems told, as (line from the first event's header on, words)."""

    def problems(*events, site=SITE):
        with pytest.raises(ScenarioError) as error:
            given(*events, site=site)
        split = [one.split(":", 2) for one in error.value.problems]
        return [(int(line) - EVENTS_AT, words.strip()) for _, line, words in split]

    return problems


def event(kind, rest="", at="00:01:00"):
    """The lines of an event; its keys are separated by semicolons."""
    keys = "".join(f"{key.strip()}\n" for key in rest.split(";") if key)
    return f'at = "{at}"\nkind = "{kind}"\n{keys}'


def world_at(scenario, minutes):
    """Its world, with the panel's first two relays closed from the start on."""
    world = World(scenario)
    for relay in ("relay1", "relay2"):
        world.command("panel", relay, 1, 0)
    world.advance(round(minutes * 60_000))
    return world


PUMP = 'node = "panel"; circuit = 1'
CHIP1 = 'node = "panel"; part = "chip1"'
CELL = 'node = "lamp"; part = "photocell"'


def test_the_case_of_every_fault_has_every_fault():
    case = tomllib.loads((ROOT / "scenarios" / "cases" / "every_fault.toml").read_text("utf-8"))
    assert {one["kind"] for one in case["event"]} >= set(LANES["fault"].kinds)


def test_the_documentation_has_every_kind_of_event_with_its_keys():
    lines = (ROOT / "docs" / "scenarios.md").read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("|")]
    for name, kind in KINDS.items():
        row = next(row for row in rows if f"`{name}`" in row.split("|")[1])
        # That every fault needs a node is said above their table.
        keys = {key.name for key in kind.keys} - (
            {"node"} if name in LANES["fault"].kinds else set()
        )
        assert [key for key in keys if f"`{key}`" not in row] == [], name


@pytest.mark.parametrize(
    ("kind", "keys", "node", "quantity", "values"),
    [
        # Before, during and after.
        ("chip-silent", CHIP1, "panel", "chip1_silent", (None, 1, 0)),
        ("chip-silent", CELL, "lamp", "photocell_silent", (None, 1, 0)),
        ("bus-stuck", CELL, "lamp", "photocell_stuck", (None, 1, 0)),
        ("ct-reversed", PUMP, "panel", "p1_mw", (500_000, -500_000, 500_000)),
        ("ct-open", PUMP, "panel", "p1_mw", (500_000, 0, 500_000)),
        ("ct-open", PUMP, "panel", "i1_ma", (5_000, 0, 5_000)),
        ("ct-open", 'node = "lamp"; circuit = 1', "lamp", "lamp_mw", (60_000, 0, 60_000)),
        ("ct-swapped", f"{PUMP}; with_circuit = 2", "panel", "p1_mw", (500_000, 100_000, 500_000)),
        ("ct-swapped", f"{PUMP}; with_circuit = 2", "panel", "i2_ma", (1_000, 5_000, 1_000)),
        ("grid-sense-dead", 'node = "panel"', "panel", "grid_mv", (100_000, 0, 100_000)),
        ("sense-chatter", 'node = "lamp"; falls_a_ms = 3', "lamp", "grid_chatter", (None, 3, 0)),
        (
            "contact-bounce",
            'node = "panel"; bounce_ms = 9',
            "panel",
            "islanded_bounce_ms",
            (None, 9, 0),
        ),
        (
            "adc-gain",
            'node = "panel"; gain_permille = 950',
            "panel",
            "adc_gain_permille",
            (None, 950, 1_000),
        ),
        ("adc-offset", 'node = "panel"; offset_mv = -5', "panel", "adc_offset_mv", (None, -5, 0)),
        ("adc-noise", 'node = "panel"; noise_mv = 5', "panel", "adc_noise_mv", (None, 5, 0)),
        ("adc-uncalibrated", 'node = "panel"', "panel", "adc_fuses", (None, 0, 1)),
    ],
)
def test_a_fault_is_felt_from_its_begin_to_its_end(given, kind, keys, node, quantity, values):
    world = world_at(given(event(kind, f"{keys}; lasts_ms = 1000")), 0.5)
    seen = [world.quantities(node).get(quantity)]
    for now_ms in (60_000, 61_000):
        world.advance(now_ms - 1)
        assert world.quantities(node).get(quantity) == seen[-1]
        assert world.next_change_ms() == now_ms
        world.advance(now_ms)
        seen.append(world.quantities(node).get(quantity))
    assert tuple(seen) == values


def test_a_dead_contact_hides_the_island(given):
    dead = event("contact-dead", 'node = "panel"; lasts_ms = 1000')
    world = world_at(given(event("grid-lost", at="00:00:50"), dead), 0.9)
    seen = [world.quantities("panel")["islanded"]]
    for now_ms in (60_000, 61_000):
        world.advance(now_ms)
        seen.append(world.quantities("panel")["islanded"])
    assert seen == [1, 0, 1]


@pytest.mark.parametrize("other", [1, 3])
def test_a_ct_is_swapped_with_that_of_another_load(told, other):
    swapped = event("ct-swapped", f"{PUMP}; with_circuit = {other}")
    assert told(swapped) == [(5, f"event[1].with_circuit: expected one of 2, got {other}")]


def test_what_happens_to_a_chip_once_is_told_once_each_time(given):
    damaged = f"{CHIP1}; answers = 3"
    again = event("chip-corrupt", damaged, "00:02:00")
    world = world_at(
        given(event("chip-corrupt", damaged), again, event("chip-reset", CHIP1, "00:01:00")), 0.5
    )
    assert world.strokes("panel") == {}
    world.advance(60_000)
    assert world.strokes("panel") == {"chip1_corrupt": 3, "chip1_reset": 1}
    assert (world.strokes("panel"), world.strokes("lamp")) == ({}, {})
    world.advance(120_000)
    assert world.strokes("panel") == {"chip1_corrupt": 3}


def test_clouds_take_the_same_part_from_the_roof_and_from_the_photocell(given):
    world = world_at(given(event("sun-clouded", "to_percent = 25; lasts_ms = 60000")), 0.5)
    clear = world.lux
    for now_ms, pv_w in ((60_000, 100), (119_999, 100), (120_000, 400)):
        world.advance(now_ms)
        assert world.flows.pv_w == pv_w
        assert world.lux == pytest.approx(clear * pv_w / 400, rel=0.01)  # the sun moves, too
        lux_milli = world.quantities("lamp")["lux_milli"]
        assert lux_milli == pytest.approx(world.lux * 60, abs=1)  # daylight_factor 0.06


def test_a_load_draws_what_it_is_told_while_it_is_on(given):
    both = (
        event("load-draws", f"{PUMP}; watts = 900; lasts_ms = 60000"),
        event("load-draws", "node = 'panel'; circuit = 2; watts = 0", "00:01:30"),
    )
    world = world_at(given(*both), 0.5)
    for now_ms, watts in ((60_000, 1_060), (90_000, 960), (119_999, 960), (120_000, 560)):
        world.advance(now_ms)
        assert world.load_w == watts
    world.command("panel", "relay2", 0, 120_000)
    world.command("panel", "relay1", 0, 120_000)
    world.advance(130_000)
    assert world.load_w == 60


def test_a_weld_that_ends_lets_its_contact_follow_the_relay(given):
    world = world_at(given(event("relay-welded", f"{PUMP}; lasts_ms = 60000")), 1)
    world.command("panel", "relay1", 0, 60_000)
    for now_ms, watts in ((119_999, 660), (120_000, 160)):
        world.advance(now_ms)
        assert world.load_w == watts


def test_what_a_load_says_of_itself_is_in_the_fault_lane(given):
    pump, fan = 'name = "pump",', 'name = "fan",'
    for fault, kind in LOAD_FAULTS.items():
        says = f'fault = "{fault}", fault_at = "00:01:00",'
        scenario = given(site=SITE.replace(pump, pump + says).replace(fan, fan + says))
        assert {(edge.t_ms, edge.kind) for edge in edges(scenario)} >= {(60_000, kind)}


def test_the_timeline_tells_who_is_meant_and_ends_before_it_begins(given):
    scenario = given(
        event("ct-reversed", f"{PUMP}; lasts_ms = 60000"),
        event("ct-open", PUMP, "00:02:00"),
        event("chip-corrupt", f"{CHIP1}; answers = 3", "00:03:00"),
    )
    assert [(edge.t_ms // 60_000, edge.says) for edge in edges(scenario)] == [
        (1, "pump: its meter sees the power backward"),
        (2, "pump: its meter sees the power as it is"),
        (2, "pump: its meter sees no current"),
        (3, "answers of panel's chip1 are damaged: 3"),
        (10, "pump: its meter sees the current again"),
    ]


@pytest.mark.parametrize(
    ("kind", "keys", "line", "words"),
    [
        ("chip-slient", CHIP1, 2, "did you mean chip-silent?"),
        ("chip-silent", 'part = "chip1"', 0, "event[1]: chip-silent needs node"),
        ("chip-silent", 'node = "panel"', 0, "event[1]: chip-silent needs part"),
        ("chip-silent", f"{CHIP1}; circuit = 1", 5, "event[1].circuit: means nothing for chip-sil"),
        ("chip-silent", f"{CHIP1}; curcuit = 1", 5, "unknown key; did you mean circuit?"),
        (
            "chip-silent",
            'node = "pane"; part = "chip1"',
            3,
            "one of panel, small, lamp, got 'pane'",
        ),
        ("chip-silent", 'node = "panel"; part = "chip3"', 4, "one of chip1, chip2, got 'chip3'"),
        ("chip-silent", 'node = "lamp"; part = "x"', 4, "one of meter, photocell, got 'x'"),
        ("chip-corrupt", f"{CELL}; answers = 1", 4, "expected one of meter, got 'photocell'"),
        ("chip-corrupt", f"{CHIP1}; answers = 0", 5, "answers: expected 1 to 10000, got 0"),
        ("bus-stuck", CHIP1, 4, "event[1].part: there is none here, got 'chip1'"),
        ("ct-open", 'node = "panel"; circuit = 3', 4, "circuit: expected one of 1, 2, got 3"),
        ("ct-open", 'node = "panel"; circuit = "1"', 4, "circuit: expected 1 to 99, got '1'"),
        ("relay-welded", 'node = "lamp"; circuit = 1', 4, "circuit: there is none here, got 1"),
        (
            "contact-bounce",
            'node = "small"; bounce_ms = 1',
            3,
            "event[1].node: its board submeter3 has no sense 'contact'",
        ),
        ("adc-noise", 'node = "panel"; noise_mv = 0', 4, "noise_mv: expected 1 to 1000 mV, got 0"),
        ("sun-clouded", "to_percent = 101", 3, "to_percent: expected 0 to 100 %, got 101"),
        ("sun-clouded", "", 0, "event[1]: sun-clouded needs to_percent"),
        ("load-draws", 'node = "lamp"; circuit = 1; watts = 1', 4, "there is none here, got 1"),
        ("load-draws", f"{PUMP}; watts = -1", 5, "watts: expected 0 to 100000 W, got -1"),
        ("grid-lost", 'node = "panel"', 3, "event[1].node: means nothing for grid-lost"),
    ],
)
def test_a_wrong_event_is_told_in_one_line_with_its_place(told, kind, keys, line, words):
    problems = told(event(kind, keys))
    assert [one for one, _ in problems] == [line]
    assert words in problems[0][1]


def test_a_kind_that_is_no_text_is_told_and_nothing_else_of_its_event(told):
    problems = told('at = "00:01:00"\nkind = ["chip-silent"]\nnode = "panel"\n')
    assert [line for line, _ in problems] == [2]
    assert "event[1].kind: expected one of grid-lost, grid-back" in problems[0][1]


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (
            ("chip-silent", f"{CHIP1}; lasts_ms = 60001"),
            ("chip-corrupt", f"{CHIP1}; answers = 1"),
            "overlaps the chip-silent before it",
        ),
        (
            ("ct-reversed", PUMP),
            ("ct-open", PUMP),
            "overlaps the ct-reversed before it, which lasts to the end",
        ),
        (("ct-reversed", PUMP), ("ct-open", PUMP.replace("1", "2")), None),
        (("ct-reversed", PUMP), ("relay-welded", PUMP), None),
        (("chip-silent", CHIP1), ("chip-silent", CHIP1.replace("chip1", "chip2")), None),
        (("chip-silent", CHIP1), ("chip-reset", CHIP1), None),
        (("chip-silent", CHIP1), ("grid-lost", "lasts_ms = 1"), None),
        (
            ("sun-clouded", "to_percent = 1"),
            ("sun-clouded", "to_percent = 2"),
            "overlaps the sun-clouded before it, which lasts to the end",
        ),
        (
            ("load-draws", f"{PUMP}; watts = 1; lasts_ms = 60001"),
            ("load-draws", f"{PUMP}; watts = 2"),
            "overlaps the load-draws before it",
        ),
        (
            ("load-draws", f"{PUMP}; watts = 1"),
            ("load-draws", "node = 'panel'; circuit = 2; watts = 2"),
            None,
        ),
        (("load-draws", f"{PUMP}; watts = 1"), ("ct-open", PUMP), None),
        (("chip-silent", f"{CHIP1}; lasts_ms = 60000"), ("chip-silent", CHIP1), None),
    ],
)
def test_events_clash_if_they_claim_the_same_of_one_lane(given, told, first, second, words):
    events = event(*first), event(*second, at="00:02:00")
    if words is None:
        assert len(given(*events).event) == 2
    else:
        line = 1 + events[0].count("\n") + 1
        assert told(*events) == [(line, f"event[2].at: {words}")]


def test_an_event_against_what_a_load_says_is_told_too(told):
    pump = 'name = "pump",'
    site = SITE.replace(pump, f'{pump} fault = "reversed",')
    words = "event[1].at: overlaps the ct-reversed before it, which lasts to the end"
    assert told(event("ct-open", PUMP), site=site) == [(1, words)]


def test_every_lasting_kind_says_how_it_is_over():
    lasting = [kind for kind in KINDS.values() if "lasts_ms" in {key.name for key in kind.keys}]
    assert [kind.says for kind in lasting if not kind.over] == []


class Told:
    """A node in lock-step that only listens."""

    def __init__(self, name):
        self.name = name
        self.grants = []

    def grant(self, until_ms, changed):
        self.grants.append((until_ms, changed))

    def report(self):
        return Report(self.grants[-1][0])


def test_in_lock_step_a_node_is_told_of_a_fault_at_its_very_moment_and_once(given):
    once = event("chip-reset", CHIP1, "00:00:02.003")
    nodes = [Told("panel"), Told("small"), Told("lamp")]
    scenario = given(event("chip-silent", f"{CHIP1}; lasts_ms = 4", "00:00:02"), once)
    Lockstep(World(scenario), nodes).run(3_000, lambda: None)
    ends = [0] + [until_ms for until_ms, _ in nodes[0].grants]
    heard = [
        (at_ms, name, changed[name])
        for at_ms, (_, changed) in zip(ends, nodes[0].grants, strict=False)
        for name in ("chip1_silent", "chip1_reset")
        if name in changed
    ]
    assert heard == [
        (2_000, "chip1_silent", 1),
        (2_003, "chip1_reset", 1),
        (2_004, "chip1_silent", 0),
    ]
    assert not [c for node in nodes[1:] for _, c in node.grants if c.keys() & {"chip1_silent"}]
