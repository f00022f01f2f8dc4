"""A short form of `make races`; and that it finds what is planted."""

import pytest

from proofs.races.run import race

pytestmark = pytest.mark.usefixtures("desk32")

# Of the thousand, struck less often.
COPIES = 1


def test_no_cycle_that_strikes_a_job_breaks_anything():
    report = race(1, COPIES, 1, instructions=40_000)
    assert report["first"] == []
    assert report["copies"] == COPIES
    assert report["strikes"] > 2_500
    assert report["events"] > 30


@pytest.mark.parametrize(
    ("plant", "seed", "found"),
    [("settings", 8, "settings half applied"), ("lock", 8, "lockout")],
)
def test_a_planted_race_is_found(plant, seed, found):
    assert found in race(seed, 1, 1, plant)["first"][0]
