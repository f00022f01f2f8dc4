"""A short form of `make invariants`; and that its checks see what they are there for."""

import pytest

from proofs.invariants.run import drive

# Fifty sequences of the four thousand, in some seconds.
SEQUENCES = 50


@pytest.mark.usefixtures("desk32")
def test_no_sequence_of_outages_and_faults_breaks_an_invariant():
    report = drive(1, SEQUENCES, 1)
    assert report["first"] == []
    assert (report["sequences"], report["violations"]) == (SEQUENCES, 0)
    assert report["steps"] > 100_000
