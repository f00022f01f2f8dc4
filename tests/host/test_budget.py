"""make budget's gate: what grows fails, what shrinks passes. Nothing is run on RV32 here."""

import pytest

from proofs.budget import __main__ as budget
from proofs.budget import gate, ratio

KEPT = {"plan, 6 loads": 10_000, gate.REACTION: 2_000_000}


def wrong(**counted):
    return gate.wrong(gate.rows(KEPT | counted, KEPT))


@pytest.mark.parametrize("counted", [10_000, 10_500, 9_000, 1])
def test_what_is_no_slower_by_more_than_a_twentieth_passes(counted):
    assert wrong(**{"plan, 6 loads": counted}) == []


def test_a_planted_slow_down_fails_and_is_named():
    assert wrong(**{"plan, 6 loads": 10_501}) == [
        "plan, 6 loads has grown by 5.0 %, from 10000 to 10501"
    ]


@pytest.mark.parametrize("name", [gate.REACTION, gate.STACK])
def test_more_than_its_limit_fails_whatever_is_kept(name):
    most = gate.MOST[name]
    over = {name: most + 1}
    assert gate.wrong(gate.rows(over, over)) == [f"{name} takes {most + 1}, {most} at most"]
    assert gate.wrong(gate.rows({name: most}, {name: most})) == []


def test_the_limits_are_those_of_the_chip():
    # 20 ms at 160 MHz; a task of 16 KiB less 1 KiB (ports/esp32), and 2 KiB to spare.
    assert gate.MOST[gate.REACTION] == 160_000_000 // 50
    assert gate.MOST[gate.STACK] == 16_384 - 1_024 - 2_048


def test_what_is_not_kept_or_not_counted_fails():
    assert gate.wrong(gate.rows({"a": 1}, {"b": 1})) == [
        "a has no figure",
        "b is not counted any more",
    ]


def test_each_compiler_has_its_own_figures(tmp_path):
    path = tmp_path / "figures.json"
    assert gate.read("gcc 12.2.0", path) == {}
    gate.renew("gcc 12.2.0", KEPT, path)
    gate.renew("gcc 14.2.0", {"plan, 6 loads": 1}, path)
    assert gate.read("gcc 12.2.0", path) == KEPT
    assert gate.read("gcc 14.2.0", path) == {"plan, 6 loads": 1}


def test_the_kept_figures_are_within_the_limit():
    for kept in gate._all(gate.FIGURES).values():
        assert gate.wrong(gate.rows(kept, kept)) == []


@pytest.fixture
def counts(tmp_path, monkeypatch):
    """What the two programs say, to be changed; figures of its own beside them."""
    counts = dict(KEPT)
    opened = {"node": {"counts": counts, "opened": 6}, "rooms": {"counts": {}}}
    desk = {"node": dict(KEPT), "rooms": {}}
    opened["stack"] = {"counts": {}, "answered": 1}
    monkeypatch.setattr(budget, "run", lambda program, *_: opened[program])
    monkeypatch.setattr(budget.on_desk, "run", lambda program, _build: {"counts": desk[program]})
    monkeypatch.setattr(budget, "ROOT", tmp_path)
    monkeypatch.setattr(budget.rv32, "compiler", lambda: "gcc 12.2.0")
    monkeypatch.setattr(gate, "FIGURES", tmp_path / "figures.json")
    monkeypatch.setattr(gate.read, "__defaults__", (tmp_path / "figures.json",))
    monkeypatch.setattr(gate.renew, "__defaults__", (tmp_path / "figures.json",))
    monkeypatch.delenv("RENEW", raising=False)
    (tmp_path / "build").mkdir()
    return counts


def test_figures_are_renewed_when_asked_and_then_hold(counts, monkeypatch, capsys):
    assert budget.main() == 1
    monkeypatch.setenv("RENEW", "1")
    assert budget.main() == 0
    monkeypatch.delenv("RENEW")
    assert budget.main() == 0
    counts["plan, 6 loads"] = 20_000  # still twice of what the desk counts, which is allowed
    capsys.readouterr()
    assert budget.main() == 1
    assert "over budget: plan, 6 loads has grown by 100.0 %" in capsys.readouterr().err


def test_what_the_costed_clock_counts_far_wrong_fails_and_is_named(counts, monkeypatch, capsys):
    monkeypatch.setenv("RENEW", "1")
    counts["plan, 6 loads"] = 20_001
    assert budget.main() == 1
    said = capsys.readouterr()
    assert "costed clock: plan, 6 loads takes 2.00 of what desk32 counts" in said.err
    assert "2.00" in said.out


@pytest.mark.parametrize("build", ratio.KNOWN)
def test_an_operation_that_is_known_to_be_long_in_c_has_limits_of_its_own(build):
    for name, (least, most) in (("plan, 6 loads", ratio.USUAL), *ratio.KNOWN[build].items()):
        for count, good in (
            (least, True),
            (most, True),
            (least * 0.99, False),
            (most * 1.01, False),
        ):
            counted = {name: round(count * 1_000)}
            found = ratio.ratios(counted, {name: 1_000})
            assert (ratio.wrong(found, counted, build) == []) is good, (name, count)


def test_what_the_desk_does_not_count_fails():
    found = ratio.ratios(KEPT, {"plan, 6 loads": 10_000})
    assert ratio.wrong(found, KEPT, "desk32") == ["reaction is not counted on desk32"]
