"""A node in the heap that a chip leaves it, under load from the network.

A day of it is in `make bench`.
"""

import pytest

from benchmarks.load import AIM_LARGEST_FREE_BYTES, under_load
from tests.node.desk_nodes import seats

MINUTES = 5


@pytest.mark.usefixtures("desk32")
@pytest.mark.parametrize("board", ["submeter6", "streetlight"])
def test_no_job_runs_out_of_memory_and_a_large_piece_stays_free(board):
    seen = under_load(board, MINUTES, mean_ms=200, ip=seats(1)[0])
    assert seen["faults"] == 0
    assert seen["sent"] > 100
    assert seen["largest_free_bytes"] >= AIM_LARGEST_FREE_BYTES
