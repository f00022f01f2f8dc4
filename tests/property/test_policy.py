"""Properties of the shed plan and the control path, which run on MicroPython (desk32).

I1 to I14 are the invariants of docs/sources.md (here limit, priority, life, rate, lockout, stagger,
restore); the plan's exactness is held against a brute force that shares no line with it.
"""

import json
import subprocess
from itertools import combinations, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NORMAL, RIDE_THROUGH, ISLANDED, DEAD, RETURN_WAIT, RESTORING = range(6)


class PolicyServer:
    def __init__(self, desk32, repo):
        path = ":".join(str(repo / part) for part in ("tests/helpers", "firmware", "stubs/shims"))
        self._process = subprocess.Popen(
            [desk32, "-X", "heapsize=1m", repo / "tests/helpers/policy_server.py"],
            env={"MICROPYPATH": path + ":.frozen"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, request):
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        self._process.stdin.close()
        self._process.wait(10)


@pytest.fixture(scope="module")
def policy(desk32, repo):
    server = PolicyServer(desk32, repo)
    yield server
    server.close()


watts = st.integers(0, 3000)
plan_loads = st.lists(
    st.tuples(st.integers(0, 4), watts, watts, st.booleans(), st.booleans(), st.booleans()),
    min_size=1,
    max_size=8,
)


def subsets_of(rows):
    return (subset for n in range(len(rows) + 1) for subset in combinations(rows, n))


@settings(max_examples=300, deadline=None)
@given(loads=plan_loads, limit_w=st.integers(0, 12_000))
def test_the_plan_is_lex_exact_and_within_the_limit(policy, loads, limit_w):
    answer = policy.ask({"plan": loads, "limit_w": limit_w})
    weight = [max(rated, peak) for _, rated, peak, *_ in loads]
    eligible = [i for i, (*_, wanted, locked) in enumerate(loads) if wanted and not locked]
    keep = {i for i, kept in enumerate(answer["keep"]) if kept}
    assert keep <= set(eligible)
    assert sum(weight[i] for i in keep) == answer["planned_w"] <= limit_w
    left = limit_w
    for tier in range(5):
        members = [i for i in eligible if loads[i][0] == tier]
        on = [i for i in members if loads[i][3]]
        off = [i for i in members if not loads[i][3]]
        if sum(weight[i] for i in on) <= left:
            assert set(on) <= keep
            room = left - sum(weight[i] for i in on)
            best = max(
                (w for s in subsets_of(off) if (w := sum(weight[i] for i in s)) <= room),
            )
            assert sum(weight[i] for i in off if i in keep) == best
        else:
            best = max(w for s in subsets_of(on) if (w := sum(weight[i] for i in s)) <= left)
            assert sum(weight[i] for i in members if i in keep) == best
        left -= sum(weight[i] for i in members if i in keep)
        if tier == 0 and not set(on) <= keep:
            assert keep <= set(members), "I3: life-safety opened while something else stays on"
            break


@settings(max_examples=100, deadline=None)
@given(loads=plan_loads, high_w=st.integers(0, 9000), drop_w=st.integers(0, 9000))
def test_lowering_the_limit_turns_nothing_on_in_a_tier_that_was_cut(policy, loads, high_w, drop_w):
    before = policy.ask({"plan": loads, "limit_w": high_w})["keep"]
    now = [(*row[:3], bool(kept), *row[4:]) for row, kept in zip(loads, before, strict=True)]
    after = policy.ask({"plan": now, "limit_w": max(0, high_w - drop_w)})["keep"]
    for tier in range(5):
        members = [i for i, row in enumerate(loads) if row[0] == tier]
        if any(before[i] and not after[i] for i in members):
            assert all(before[i] or not after[i] for i in members)


control_loads = st.lists(
    st.tuples(st.integers(0, 4), st.integers(1, 2000), st.integers(0, 120), st.booleans()),
    min_size=6,
    max_size=6,
)
steps = st.lists(
    st.tuples(
        st.integers(1, 3000),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.integers(0, 5),
        st.integers(0, 2500),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(loads=control_loads, limit_w=st.integers(0, 6000), steps=steps)
def test_invariants_hold_through_any_sequence_of_senses(policy, loads, limit_w, steps):
    # At the end the grid is healthy until everything has returned (I6), at most for 300 s, the
    # random share, and per load the gap or its minimum off time; back-off is at most 900 s.
    steps = [*steps, (200_000, True, True, False, 0, 0)]
    answer = policy.ask(
        {"control": loads, "limit_w": limit_w, "steps": steps, "until_normal": True}
    )
    before = [False] * 6
    closes, moves = [], {i: [] for i in range(6)}
    for t_ms, _state, closed in answer["trace"]:
        opened = [i for i in range(6) if before[i] and not closed[i]]
        for i in range(6):
            assert not (closed[i] and loads[i][3]), "I8: a locked load was energised"
            if closed[i] and not before[i]:
                closes.append(t_ms)
                moves[i].append(t_ms)
                recent = [m for m in moves[i] if t_ms - m < 3_599_000]
                assert len(recent) <= 6, "I4: more than six moves in an hour"
        for i in opened:
            moves[i].append(t_ms)
            if loads[i][0] == 0:
                assert not any(closed[j] for j in range(6) if loads[j][0] > 0), "I3"
        before = closed
    assert all(b - a >= 5_000 for a, b in pairwise(closes)), "I14"
    assert answer["trace"][-1][1] == NORMAL
    wanted = [not locked for *_, locked in loads]
    assert answer["trace"][-1][2] == wanted, "I6: not everything came back"


@settings(max_examples=60, deadline=None)
@given(loads=control_loads, limit_w=st.integers(0, 6000))
def test_two_cycles_into_an_island_the_rated_power_is_within_the_limit(policy, loads, limit_w):
    steps = [(10_000, True, True, False, 0, 0), (2, False, True, False, 0, 0)]
    answer = policy.ask({"control": loads, "limit_w": limit_w, "steps": steps})
    _, state, closed = answer["trace"][-1]
    assert state == ISLANDED
    assert sum(load[1] for load, on in zip(loads, closed, strict=True) if on) <= limit_w
