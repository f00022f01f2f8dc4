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


def test_a_boot_is_cut_too_and_its_reads_are_told_for_the_device(report):
    assert report["second_cuts"] > 100
    reads_ms = report["recovery_reads_max"] * 0.03 + report["recovery_read_bytes_max"] / 10_000
    assert report["recovery_reads_device_ms"] == pytest.approx(reads_ms, abs=0.06)


def test_a_report_of_any_loss_or_of_nothing_seen_is_told(report):
    assert broken(report | {"decreases": 1}) == ["cuts: decreases 1"]
    assert broken(report | {"max_loss_mwh": 1_001}) == ["cuts: max_loss_mwh 1001"]
    for key in ("hold_ups", "second_cuts"):
        assert broken(report | {key: 0}) == [f"nothing was seen of: {key}"]
    for part in ("flips", "years"):
        hurt = report[part] | {"half_hours_lost": 2}
        assert broken(report | {part: hurt}) == [f"{part}: half_hours_lost 2"]
