"""Energy from counter to flash and back through power cuts, on MicroPython (desk32).

Everything expected is arithmetic of Python's unbounded integers. The rules: both directions wrap
at 10^8 Wh, as the eight digits of an ECHONET Lite meter do (028D, D7 = 8); what has been kept never
runs backwards; a power cut costs a branch 1 Wh at most, the whole as many as it has branches.
"""

import json
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

MJ_PER_WH = 3_600_000
WRAP_MJ = 100_000_000 * MJ_PER_WH
BRANCHES = 2


class EnergyServer:
    def __init__(self, desk32, repo):
        parts = ("tests/helpers", "firmware", "stubs/shims", "stubs/chips")
        path = ":".join(str(repo / part) for part in parts)
        self._process = subprocess.Popen(
            [desk32, "-X", "heapsize=1m", repo / "tests/helpers/energy_server.py"],
            env={"MICROPYPATH": path + ":.frozen"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, start, moves, saves=0):
        request = {"start": start, "moves": moves, "saves": saves}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())["rows"]

    def close(self):
        self._process.stdin.close()
        self._process.wait(10)


@pytest.fixture(scope="module")
def server(desk32, repo):
    server = EnergyServer(desk32, repo)
    yield server
    server.close()


# Anywhere, and just below what is special: 0, 2**30 mWh (1 073 741.824 Wh), the roll-over.
wh = st.one_of(
    st.integers(0, 99_999_999),
    st.sampled_from([0, 1_073_740, 1_073_741, 1_073_742, 99_999_990, 99_999_998, 99_999_999]),
)
mj = st.integers(0, MJ_PER_WH - 1)
starts = st.lists(st.tuples(wh, mj, wh, mj), min_size=BRANCHES, max_size=BRANCHES)
# What a branch may carry, in either direction, and more than that. The sum stays within 30 kW.
power_mw = st.one_of(
    st.integers(0, 3_600_000), st.integers(-3_600_000, 0), st.integers(-15_000_000, 15_000_000)
)
powers = st.lists(power_mw, min_size=BRANCHES, max_size=BRANCHES)
span_ms = st.one_of(st.sampled_from([1_000, 2_000]), st.integers(1, 30_000))
cut = st.one_of(st.none(), st.none(), st.none(), st.tuples(st.integers(0, 6), st.integers(0, 64)))
moves = st.lists(st.tuples(powers, span_ms, cut), min_size=1, max_size=60)


def flat(channels):
    """[import, export, import, …] in mJ, of all channels."""
    return [
        wh * MJ_PER_WH + mj
        for import_wh, import_mj, export_wh, export_mj in channels
        for wh, mj in ((import_wh, import_mj), (export_wh, export_mj))
    ]


def flows(powers_mw):
    """What goes in and out of every channel, mW, in the order of `flat`."""
    return [part for p in (sum(powers_mw), *powers_mw) for part in (max(p, 0), max(-p, 0))]


def ahead(counter, of):
    """How far a counter is ahead of where it was, mJ; it has passed the roll-over if need be."""
    return (counter - of) % WRAP_MJ


def check(server, start, moves, saves):
    """Run it, and hold every row against the sums of Python's integers."""
    exact_uj = [1_000 * value for value in flat([(0, 0, 0, 0), *start])]
    limits = [MJ_PER_WH * BRANCHES] * 2 + [MJ_PER_WH] * 2 * BRANCHES
    shown = flat([(0, 0, 0, 0), *start])
    for (powers_mw, ms, cut), row in zip(moves, server.run(start, moves, saves), strict=True):
        for i, flow_mw in enumerate(flows(powers_mw)):
            exact_uj[i] += flow_mw * ms
        counted, kept_before, kept_after = map(flat, row[:3])
        assert counted == [value // 1_000 % WRAP_MJ for value in exact_uj]
        assert kept_before == shown
        for i, value in enumerate(kept_after):
            # Between what was shown and what was counted: neither backwards nor invented.
            assert ahead(value, shown[i]) <= ahead(counted[i], shown[i])
            if cut is None:
                assert ahead(counted[i], value) <= limits[i]
        shown = kept_after
        if cut is not None:
            after = flat(row[3])
            for i, value in enumerate(after):
                assert ahead(value, shown[i]) <= ahead(counted[i], shown[i])
            # What was below a millijoule is gone with what was not kept.
            exact_uj = [1_000 * value for value in after]
            shown = after


@settings(max_examples=150)
@given(start=starts, moves=moves, saves=st.integers(0, 16))
@example(
    start=[(99_999_999, 3_599_999, 0, 0), (1_073_741, 0, 99_999_999, 3_599_999)],
    moves=[([1, -1], 1_000, None)] * 3 + [([3_600_000, -3_600_000], 1_000, (6, 64))],
    saves=0,
)
def test_counters_are_exact_and_what_is_kept_never_runs_backwards(server, start, moves, saves):
    check(server, start, moves, saves)


@pytest.mark.parametrize("left", range(9))
def test_a_cut_while_a_sector_is_opened_loses_no_register(server, left):
    # Of a sector's 63 records the boot takes four, the start values two, 14 savings of all 56. Two
    # steps later the next sector is opened, which takes some operations more than a record does.
    start = [(12_345_678, 1, 0, 0), (99_999_999, 3_599_999, 1_073_741, 2)]
    steps = [([3_600_000, -3_600_000], 1_000, None)] * 6
    for quiet in range(1, 4):
        check(server, start, [*steps[:quiet], (*steps[0][:2], (left, 32)), *steps], 14)


@settings(max_examples=60)
@given(
    start=starts,
    powers_mw=st.lists(st.integers(-3_600_000, 3_600_000), min_size=BRANCHES, max_size=BRANCHES),
    seconds=st.integers(1, 120),
)
def test_a_cut_at_any_moment_of_steady_power_costs_a_branch_1_wh_at_most(
    server, start, powers_mw, seconds
):
    # Just before the keeper looks is the worst moment: a second's energy is counted and not kept.
    rows = server.run(start, [(powers_mw, 1_000, None)] * seconds)
    for row in rows:
        counted, kept = flat(row[0]), flat(row[1])
        for i in range(2, len(counted)):
            assert ahead(counted[i], kept[i]) <= MJ_PER_WH
