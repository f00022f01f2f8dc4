"""A short form of `make powercut`: the power cut at every flash operation of a minute of writing.

What may be lost is the promise in the README: nothing that was acknowledged, and of energy at most
1 Wh a branch.
"""

import pytest

from proofs.powercut.run import SHORT, broken, prove

pytestmark = [pytest.mark.powercut, pytest.mark.usefixtures("desk32")]


@pytest.fixture(scope="module")
def report():
    return prove(SHORT)


def test_nothing_is_lost_wherever_the_power_is_cut(report):
    assert broken(report) == []


def test_a_report_of_any_loss_or_of_nothing_seen_is_told(report):
    assert broken(report | {"decreases": 1}) == ["cuts: decreases 1"]
    assert broken(report | {"max_loss_mwh": 1_001}) == ["cuts: max_loss_mwh 1001"]
    assert broken(report | {"hold_ups": 0}) == ["nothing was seen of: hold_ups"]
    for part in ("flips", "years"):
        hurt = report[part] | {"half_hours_lost": 2}
        assert broken(report | {part: hurt}) == [f"{part}: half_hours_lost 2"]
