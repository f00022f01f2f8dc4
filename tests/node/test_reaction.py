"""A few losses of the grid of `make reaction`."""

from collections import Counter

import pytest

from proofs.reaction.run import HELD, Loss, by_kind, live, missed, unmet


@pytest.mark.usefixtures("desk32")
def test_a_busy_node_at_half_its_speed_cuts_all_loads_in_time():
    life = live(3, 4, 20_000)
    assert Counter(loss.kind for loss in life.losses) == dict.fromkeys(
        ("plain", "collection", "erase", "slow", "document"), 4
    )
    assert missed(life.losses) == []
    assert unmet(life.losses) == []
    assert min(loss.us for loss in life.losses if loss.kind == "plain") > 15_000
    # The erase that takes 400 ms is in the way, or nothing is proved of the shorter one.
    assert max(loss.held_us for loss in life.losses if loss.kind == "slow") > 45_000


def test_what_is_too_late_or_never_is_missed_but_for_the_slow_chip():
    late = [Loss("erase", 1, us, "", 0) for us in (100_000, 100_001, 2_000_000)]
    assert missed([*late, Loss("slow", 1, 400_000, "", 0)]) == late[1:]


def test_a_kind_that_met_too_little_of_what_it_is_named_for_is_told():
    losses = [Loss(kind, 1, 30_000, "", 40_000) for kind in HELD if kind != "erase"]
    assert unmet(losses) == ["erase"]
    losses += [Loss("erase", 1, 30_000, "", held_us) for held_us in (20_000, 0, 0, 999)]
    assert unmet(losses) == ["erase"]
    assert unmet([*losses, Loss("erase", 1, 30_000, "", 1_000)]) == []


def test_a_spread_tells_quantiles_and_the_worst():
    losses = [Loss("plain", 0, 1_000 * ms, "", 0) for ms in range(1, 101)]
    (spread,) = by_kind(losses).values()
    assert (spread["p50_ms"], spread["p99_ms"], spread["worst_ms"]) == (50, 99, 100)
    assert spread["histogram_ms"] == {0: 9, **dict.fromkeys(range(10, 100, 10), 10), 100: 1}
