"""A whole node's provisioning, cut at five moments of a seed, as `make provisioning` does."""

import random

import pytest

from proofs.provision.cuts import POWER, PULLED, STOPPED, Place, cut

pytestmark = pytest.mark.usefixtures("desk32")

_SEED = 7
_LEAST = 3_000  # bytes that pass at least in a run that has the restart and the time left to do
TROUBLES = (PULLED, STOPPED, PULLED, POWER, PULLED)


def test_whatever_cuts_it_nothing_half_is_called_good_and_another_run_completes_it(tmp_path):
    moments = sorted(random.Random(_SEED).sample(range(200, _LEAST), len(TROUBLES)))
    assert cut(Place(tmp_path), *zip(moments, TROUBLES, strict=True)) == len(TROUBLES)
