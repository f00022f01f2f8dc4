"""tests/rv32: what pytest shows of tests on RV32, with a machine whose answers are made up."""

import json

import pytest

from tests.desk_bridge import ROOT, Source
from tests.rv32 import bridge, machine

CONFTEST = """\
from tests.rv32.bridge import Rv32File

def pytest_pycollect_makemodule(module_path, parent):
    return Rv32File.from_parent(parent, path=module_path)
"""
SOURCE = """\
import unittest
class TestA(unittest.TestCase):
    def test_a(self): pass
    def test_b(self): pass
    def test_c(self): pass
"""
ALL = {"TestA": ["test_a", "test_b", "test_c"]}


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """run(answer, cannot, long): the file above; answer(names of tests) are their outcomes.

    Gives what pytest shows, and the names asked for, by machine.
    """

    def run_file(answer, cannot=(), long=()):
        asked = []

        def say(_path, wanted, _heap, _limit_s):
            names = [name for _, name in wanted]
            asked.append(names)
            records = [{"outcome": outcome, "text": outcome} for outcome in answer(names)]
            if len(records) == len(names):
                records.append({"done": ALL})
            return "".join(f"\n\x1e{json.dumps(record)}\n" for record in records)

        monkeypatch.setattr(machine, "run", say)
        names = {"cannot": cannot, "long": long}
        monkeypatch.setattr(bridge, "listed", lambda kind: dict.fromkeys(names[kind], "why"))
        pytester.makeconftest(CONFTEST)
        pytester.makepyfile(test_sample=SOURCE)
        return pytester.runpytest_inprocess("-v", "-rs", "-p", "no:hypothesispytest"), asked

    return run_file


def test_tests_of_a_file_run_in_one_machine(run):
    result, asked = run(lambda names: ["passed"] * len(names))
    result.assert_outcomes(passed=3)
    assert asked == [["test_a", "test_b", "test_c"]]


def test_what_fails_beside_others_is_judged_alone(run):
    answers = {3: ["passed", "failed", "failed"]}
    result, asked = run(
        lambda names: answers.get(len(names)) or ["failed" if "test_b" in names else "passed"]
    )
    result.assert_outcomes(passed=2, failed=1)
    assert asked[1:] == [["test_b"], ["test_c"]]


def test_after_a_machine_that_died_the_others_run_alone(run):
    result, asked = run(
        lambda names: ["passed"] if len(names) < 3 and "test_b" not in names else []
    )
    result.assert_outcomes(passed=2, failed=1)
    assert len(asked) == 4
    result.stdout.fnmatch_lines(["*rv32 ended before the test did*"])


@pytest.mark.parametrize("name", ["test_sample.py", "test_sample.py::TestA"])
def test_a_listed_one_is_skipped_with_its_reason(run, name):
    result, asked = run(lambda names: ["failed"] * len(names), [name])
    result.assert_outcomes(skipped=3)
    result.stdout.fnmatch_lines(["SKIPPED*why"])
    assert len(asked) == 1


def test_a_listed_one_that_passes_fails(run):
    name = "test_sample.py::TestA::test_b"
    result, asked = run(lambda names: ["passed"] * len(names), [name])
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*passes on RV32: take it off tests/rv32/listed.toml*"])
    assert sorted(asked) == [["test_a", "test_c"], ["test_b"]]


def test_a_long_one_is_not_run(run):
    name = "test_sample.py::TestA::test_b"
    result, asked = run(lambda names: ["passed"] * len(names), long=[name])
    result.assert_outcomes(passed=2, skipped=1)
    assert asked == [["test_a", "test_c"]]


@pytest.mark.parametrize("kind", ["cannot", "long"])
def test_what_is_listed_is_there(kind):
    for name in bridge.listed(kind):
        file, *rest = name.split("::")
        tests = Source(ROOT / file).tests()
        assert not rest or rest[0] in tests, name
        assert not rest[1:] or rest[1] in tests[rest[0]], name


def test_a_bundle_tells_where_its_files_are():
    whole = machine.bundle({"a/b.py": b"one", "c": b"second"})
    lines = whole.partition(b"\0")[0].decode().split("\n")
    assert lines[0] == lines[-1] == ""
    for line, content in zip(lines[1:-1], (b"one", b"second"), strict=True):
        _, offset, size = line.split(" ")
        assert whole[int(offset) : int(offset) + int(size)] == content
