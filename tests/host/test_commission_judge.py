"""What readings of a fitted node say of its wiring: each finding by name, with its circuits."""

import pytest

from tomo.commission import judge
from tomo.commission.records import RIGHT, WRONG, Expected, Reading, Trial

SENSES = frozenset({"grid", "load", "contact"})
PANEL = Expected("submeter6", 100, 50, (1, 2, 3), SENSES, names={1: "lights", 2: "fridge"})
GOOD = Reading({1: 40.0, 2: 120.0, 3: 900.0}, dict.fromkeys((1, 2, 3), 101.0))
SET = {"line_v": 100, "line_hz": 50}


def found(checks):
    """(kind, circuits) of all findings."""
    checks = list(checks)
    assert all((one.state == WRONG) == bool(one.finding) for one in checks)
    return [(one.finding.kind, one.finding.circuits) for one in checks if one.finding]


def panel(**ct):
    """Trials of circuits 1 to 3 (40, 120, 900 W); ct: c1 = (branch that its CT is on, turn)."""
    watts = {1: 40.0, 2: 120.0, 3: 900.0}

    def seen(off):
        at = {circuit: ct.get(f"c{circuit}", (circuit, 1)) for circuit in watts}
        return {
            circuit: watts.get(branch, 0.0) * turn * (branch != off)
            for circuit, (branch, turn) in at.items()
        }

    return {circuit: Trial(circuit, seen(0), seen(circuit)) for circuit in watts}


@pytest.mark.parametrize(
    ("ct", "findings"),
    [
        ({}, []),
        ({"c2": (2, -1)}, [("ct-reversed", (2,))]),
        ({"c1": (2, 1), "c2": (1, 1)}, [("cts-swapped", (1, 2))] * 2),
        ({"c2": (0, 1)}, [("no-load", (2,))]),
        (
            {"c1": (2, 1), "c2": (3, 1), "c3": (1, 1)},
            [("ct-elsewhere", (1, 3)), ("ct-elsewhere", (2, 1)), ("ct-elsewhere", (3, 2))],
        ),
    ],
)
def test_a_branch_is_told_by_whose_watts_go_with_its_load(ct, findings):
    assert found(judge.branches(PANEL, panel(**ct)).values()) == findings


def test_swapped_cts_of_which_one_is_reversed_are_told_as_both():
    checks = list(judge.branches(PANEL, panel(c1=(2, -1), c2=(1, 1))).values())
    assert found(checks) == [("cts-swapped", (1, 2))] * 2
    says = [one.finding.says for one in checks if one.finding]
    assert "circuit 1 (lights) and circuit 2 (fridge) are swapped" in says[0]
    assert ["reversed, too" in one for one in says] == [False, True]


def test_a_load_that_goes_by_itself_meanwhile_is_not_taken_for_the_one_switched():
    trial = Trial(1, {1: 40.0, 3: 900.0}, {1: 0.0, 3: 0.0})
    assert judge.followed(trial) == 1


def test_one_that_comes_on_meanwhile_is_not_either():
    assert judge.followed(Trial(1, {1: 40.0, 3: 0.0}, {1: 0.0, 3: 900.0})) == 1


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [(None, None, "silent-meter"), (40.0, None, "silent-meter"), (40.0, 40.0, "not-switched")],
)
def test_a_meter_that_is_silent_and_a_relay_that_stays_closed(before, after, kind):
    trial = Trial(1, {1: before, 2: 0.0}, {1: after, 2: 0.0})
    assert found(judge.branches(PANEL, {1: trial}).values()) == [(kind, (1,))]


def test_volts_are_those_of_the_site():
    assert found(judge.meters(PANEL, GOOD)) == []
    seen = Reading({}, {1: 101.0, 2: 202.0, 3: None})
    assert found(judge.meters(PANEL, seen)) == [("wrong-voltage", (2,)), ("silent-meter", (3,))]


@pytest.mark.parametrize(
    ("settings", "sense", "kinds"),
    [
        (SET, "", []),
        (SET | {"line_hz": 60}, "", ["wrong-frequency"]),
        (SET | {"line_v": 200}, "", ["wrong-voltage"]),
        (SET, "grid frequency out of its band, or line_hz wrong", ["wrong-frequency"]),
        (SET, "grid voltage out of its band: loads wait", ["wrong-voltage"]),
    ],
)
def test_hertz_and_volts_that_the_node_is_set_to_or_doubts(settings, sense, kinds):
    seen = Reading({}, {}, sense=sense)
    assert [kind for kind, _ in found(judge.line(PANEL, settings, seen))] == kinds


@pytest.mark.parametrize(
    ("grid", "volts", "kind"),
    [
        ("normal", 101.0, None),
        ("restoring", 101.0, None),
        ("islanded", 101.0, "dead-sense"),
        ("dead", 101.0, "dead-sense"),
        ("dead", 0.0, "no-mains"),
    ],
)
def test_a_sense_that_is_dead_beside_mains(grid, volts, kind):
    kinds = [one for one, _ in found(judge.senses(PANEL, Reading({}, {1: volts}, grid)))]
    assert kinds == ([kind] if kind else [])


@pytest.mark.parametrize(("lamp_w", "kind"), [(30.0, "dead-sense"), (0.5, "no-mains")])
def test_a_lamp_that_is_lit_shows_that_there_is_mains(lamp_w, kind):
    seen = Reading({}, {}, "islanded", lamp_permille=500, lamp_w=lamp_w)
    assert [one for one, _ in found(judge.senses(PANEL, seen))] == [kind]


def test_a_contact_that_is_closed_beside_the_grid():
    words = "the inverter feeds the loads alone: what is above its limit waits"
    assert found(judge.senses(PANEL, Reading({}, {1: 101.0}, sense=words))) == [
        ("wrong-contact", ())
    ]


@pytest.mark.parametrize(
    ("grid", "volts", "kind", "names"),
    [
        ("islanded", 101.0, None, ""),
        ("normal", 101.0, "dead-sense", "grid sense"),
        ("dead", 101.0, "dead-sense", "load sense"),
        ("dead", 0.0, "no-island", "inverter"),
    ],
)
def test_what_an_outage_by_hand_shows(grid, volts, kind, names):
    check = judge.outage(Reading({}, {1: volts}, grid))
    assert (check.finding.kind if check.finding else None) == kind
    assert names in (check.finding.says if check.finding else "")


def test_a_contact_that_changes_nothing_is_dead():
    assert judge.contact(Reading({}, {}, "islanded")).state == RIGHT
    assert found([judge.contact(Reading({}, {}, "normal"))]) == [("dead-sense", ())]


def lit(permille, watts):
    return Reading({}, {}, lamp_permille=permille, lamp_w=watts)


@pytest.mark.parametrize(
    ("before", "locked", "last", "kind"),
    [
        (60.0, 0.0, (1000, 60.0), None),
        (-60.0, 0.0, (1000, -60.0), "ct-reversed"),
        (None, None, (1000, None), "silent-meter"),
        (0.1, 0.0, (1000, 0.1), "no-load"),
        (60.0, 60.0, (1000, 60.0), "not-switched"),
        (60.0, 0.0, (300, 20.0), "lamp-dark"),
    ],
)
def test_a_lamp_goes_and_comes_back(before, locked, last, kind):
    check = judge.lamp(lit(1000, before), lit(0, locked), [lit(300, 20.0), lit(*last)])
    assert (check.finding.kind if check.finding else None) == kind
