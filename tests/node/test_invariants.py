"""A short form of `make invariants`; and that its checks see what they are there for."""

import pytest

from proofs.invariants.run import drive

# Twenty sequences of the four thousand, in some seconds.
SEQUENCES = 20


# The log broke off as a load closed, and the inverter tripped before the next cycle.
BRIEF = 774


@pytest.mark.usefixtures("desk32")
def test_a_load_that_was_closed_for_one_broken_cycle_is_logged_twice():
    assert drive(BRIEF, 1, 1)["first"] == []


@pytest.mark.usefixtures("desk32")
def test_no_sequence_of_outages_and_faults_breaks_an_invariant():
    report = drive(1, SEQUENCES, 1)
    assert report["first"] == []
    assert (report["sequences"], report["violations"]) == (SEQUENCES, 0)
    assert report["steps"] > 40_000
