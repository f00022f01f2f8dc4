"""The supply lane: what a node's failing supply does to a site, by hand-made sums."""

from dataclasses import replace

import pytest

from tests.host.sites import load, lost, site, switched_on
from tomo import checkout
from tomo.scenario.check_timeline import check_timeline
from tomo.scenario.records import Event
from tomo.world.lockstep import Lockstep, Report
from tomo.world.measures import measure
from tomo.world.site import World

VOLTS = ("grid_mv", "load_mv")


def fails(at=10_000, lasts_ms: int | None = 5_000, node="panel", hold_up_ms=0, torn=False):
    figures = {"hold_up_ms": hold_up_ms, "torn": torn}
    return Event(at, "supply-lost", lasts_ms, node, figures=figures)


def back(at, node="panel"):
    return Event(at, "supply-back", node=node)


def test_relays_fall_when_the_hold_up_is_over_and_not_before():
    world = switched_on(site([load(watts=1_000)], events=[fails(hold_up_ms=200)]))
    seen = []
    for at_ms in (9_999, 10_000, 10_199, 10_212):
        world.advance(at_ms)
        quantities = world.quantities("panel")
        seen.append(([quantities[name] > 0 for name in VOLTS], world.load_w))
    assert seen == [
        ([True, True], 1_000),
        ([False, False], 1_000),
        ([False, False], 1_000),
        ([False, False], 0),
    ]
    assert world.supplies.out == {"panel"}
    world.advance(15_000)
    assert world.supplies.out == set()
    assert [world.quantities("panel")[name] > 0 for name in VOLTS] == [True, True]


def test_a_supply_that_is_back_in_time_cuts_nothing():
    world = switched_on(site([load()], events=[fails(hold_up_ms=200, lasts_ms=200)]))
    world.advance(60_000)
    assert world.load_w == 1_000
    assert world.trace.lost_wh == []
    assert measure(world.trace, "tier0_interruptions") == 0


def test_a_lamp_without_power_gives_full_light_while_it_is_fed():
    events = [lost(at=12_000), fails(node="streetlight", lasts_ms=60_000)]
    scenario = site([load()], lamps=True, events=events, inverter={"transfer_ms": 1_000})
    world = World(scenario)
    world.command("streetlight", "relay1", 0, 0)
    world.command("streetlight", "duty", 0, 0)
    light = []
    for at_ms in (9_000, 10_012, 12_500, 13_000):
        world.advance(at_ms)
        light.append(world.lamps["streetlight"][0].light_permille)
    assert light == [0, 1_000, 0, 1_000]


def test_latching_relays_stay(tmp_path, monkeypatch):
    text = (checkout.board_folder("submeter3") / "board.py").read_text(encoding="utf-8")
    relays = "((1, 25, 1, 0, 26, 50), (2, 27, 1, 0), (3, 33, 1, 0, 13, 50), (3, 14, 1, 0))"
    head, _, rest = text.partition("RELAYS = ")
    rest = rest.partition("\n)\n")[2]
    (tmp_path / "mixed").mkdir()
    text = head.replace("submeter3", "mixed") + f"RELAYS = {relays}\n" + rest
    (tmp_path / "mixed" / "board.py").write_text(text, encoding="utf-8")
    monkeypatch.setenv(checkout.OWN_BOARDS, str(tmp_path / "mixed"))
    scenario = site([load(str(n), watts=100 * n) for n in (1, 2, 4)], events=[fails()])
    node = replace(scenario.node[0], board="mixed")
    world = switched_on(replace(scenario, node=(node,)))
    world.advance(11_000)
    # The third circuit has a pole that falls.
    assert world.load_w == 100


def test_what_falls_is_an_interruption_and_no_deed_of_the_node():
    world = switched_on(site([load(tier=0)], events=[lost(at=5_000), fails()]))
    world.advance(20_000)
    told = {
        what: measure(world.trace, what)
        for what in ("tier0_interruptions", "loads_shed", "tier0_opened_early", "relay_moves")
    }
    assert told == {
        "tier0_interruptions": 1, "loads_shed": 0, "tier0_opened_early": 0, "relay_moves": 1,
    }  # fmt: skip
    # Of the close at the start, no node has told a thing.
    assert measure(world.trace, "moves_without_event") == 1
    assert measure(world.trace, "outage_to_command_ms") is None


def test_lost_energy_is_what_flew_in_a_life_less_what_its_counters_gained():
    world = switched_on(site([load(watts=3_600)], events=[fails(), fails(at=30_000)]))
    assert measure(world.trace, "energy_lost_wh_max") is None
    # 1 Wh a second, from the contact's 12 ms on to the failure.
    world.advance(10_000)
    world.kept("panel", {1: 9.5})
    assert measure(world.trace, "energy_lost_wh_max") == pytest.approx(0.488)
    # Without power till 15 s, 20 s off; the relay closes again for 5 s.
    world.advance(25_000)
    world.command("panel", "relay1", 1, 25_000)
    world.advance(30_000)
    world.kept("panel", {1: 9.5 + 4})
    assert [round(lost_wh, 3) for _, lost_wh in world.trace.lost_wh] == [0.488, 0.988]


def test_what_a_chip_had_counted_before_is_neither_lost_nor_gained():
    world = switched_on(site([load(watts=3_600)], events=[fails()]))
    world.counted("panel", {1: 4_711.0})
    world.advance(10_000)
    world.kept("panel", {1: 4_711.0 + 9.5})
    assert measure(world.trace, "energy_lost_wh_max") == pytest.approx(0.488)


def test_one_nodes_supply_is_nothing_to_another():
    events = [fails(lasts_ms=None), fails(at=11_000, lasts_ms=None, node="panel 2")]
    events += [back(12_000, "panel 2"), back(14_000)]
    scenario = site([load(str(n)) for n in range(7)], events=events)
    assert list(check_timeline(scenario)) == []
    world = World(scenario)
    out = []
    for at_ms in (10_500, 11_500, 12_500, 14_500):
        world.advance(at_ms)
        out.append(world.supplies.out.copy())
    assert out == [{"panel"}, {"panel", "panel 2"}, {"panel"}, set()]


@pytest.mark.parametrize(
    ("events", "key"),
    [
        ([fails(node="nobody")], "node"),
        ([fails(), fails(at=12_000)], "at"),
        ([fails(), back(12_000)], "at"),
        ([back(12_000)], "kind"),
        ([fails(lasts_ms=None), fails(at=12_000)], "kind"),
        ([fails(torn=True)], "torn"),
    ],
)
def test_what_cannot_be_is_told(events, key):
    problems = list(check_timeline(site([load()], events=events)))
    assert [path[-1] for path, _ in problems] == [key]


class Mortal:
    """A node in lock-step that does nothing; its supply fails of itself at `torn_ms`."""

    name = "panel"

    def __init__(self, torn_ms=None):
        self.torn_ms = torn_ms
        self.heard = []
        self.changed = []

    def grant(self, until_ms, changed):
        self.until_ms = until_ms
        self.heard.append(until_ms)
        self.changed.append(changed)

    def report(self):
        at_ms = self.torn_ms
        if at_ms is None or at_ms > self.until_ms:
            return Report(self.until_ms)
        return Report(at_ms, [(at_ms, "supply", 0)])

    def cut(self):
        self.heard.append("cut")
        return {1: 0.0}

    def boot(self, now_ms):
        self.torn_ms = None
        self.heard.append(("boot", now_ms))
        self.changed.append({})


def played(node, **supply):
    scenario = site([load()], events=[fails(at=2_000, lasts_ms=3_000, **supply)])
    Lockstep(World(scenario), [node], {"panel": node}).run(6_000, lambda: None)
    died = node.heard.index("cut")
    assert node.heard[died + 1] == ("boot", 5_000)
    assert node.heard[-1] == 6_000
    return node.heard[died - 1]


def test_in_lock_step_a_node_without_power_is_cut_and_booted_and_told_all_again():
    node = Mortal()
    assert played(node) == 2_000
    # A cut changes nothing for it, a boot is noted in both lists.
    boot = node.heard.index(("boot", 5_000)) - 1
    assert node.changed[boot + 1] == node.changed[0]


def test_in_lock_step_a_node_that_fails_while_it_writes_is_granted_nothing_more():
    node = Mortal(torn_ms=2_003)
    assert played(node, hold_up_ms=1_000, torn=True) >= 2_003
    assert [c["flash_torn"] > 0 for c in node.changed if "flash_torn" in c] == [True, False]
