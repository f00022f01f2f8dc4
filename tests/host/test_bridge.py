"""tests/desk_bridge.py: what pytest shows of tests that run on MicroPython, good and bad."""

import textwrap
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("desk32")

CONFTEST = """\
import sys
sys.path.insert(0, {repo!r})
from tests.desk_bridge import DeskFile

def pytest_pycollect_makemodule(module_path, parent):
    return DeskFile.from_parent(parent, path=module_path)
"""


@pytest.fixture
def run(pytester: pytest.Pytester, repo: Path):
    """run(source, *options) runs one test file of that source in a pytest of its own.

    Not in a process of its own: the desk builds are that, and pytest takes half a second to start.
    """

    def run_file(source: str, *options: str) -> pytest.RunResult:
        pytester.makeconftest(CONFTEST.format(repo=str(repo)))
        pytester.makepyfile(test_sample="import unittest\n" + textwrap.dedent(source).lstrip())
        return pytester.runpytest_inprocess("-v", "-p", "no:hypothesispytest", *options)

    return run_file


def test_every_test_is_an_item_for_each_build(run):
    result = run("""
        class TestA(unittest.TestCase):
            def test_b(self):
                pass
        """)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*test_sample.py::TestA::test_b?desk32? PASSED*"])
    result.stdout.fnmatch_lines(["*test_sample.py::TestA::test_b?desk64? PASSED*"])


def test_it_runs_on_micropython_and_is_not_imported_here(run):
    run("""
        import sys
        if sys.implementation.name != "micropython":
            raise SystemExit("imported by the wrong Python")

        class TestA(unittest.TestCase):
            def test_build(self):
                self.assertIn(sys.implementation._build, ("desk32", "desk64"))
        """).assert_outcomes(passed=2)


def test_a_failure_shows_its_message_and_the_traceback(run):
    result = run("""
        SIZES = ("desk32",)
        class TestA(unittest.TestCase):
            def test_sum(self):
                self.assertEqual(2 + 2, 5)
        """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*test_sample.py*line 5*in test_sum*", "*4 != 5*"])


def test_an_error_shows_its_traceback(run):
    result = run("""
        SIZES = ("desk32",)
        class TestA(unittest.TestCase):
            def test_it(self):
                {}["volts"]
        """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*line 5*in test_it*", "KeyError: volts"])


def test_a_skip_is_a_skip_with_its_reason(run):
    result = run(
        """
        SIZES = ("desk32",)
        class TestA(unittest.TestCase):
            def test_it(self):
                self.skipTest("no rain today")
        """,
        "-rs",
    )
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*no rain today*"])


def test_a_process_that_ends_early_is_a_failure_even_with_status_0(run):
    result = run("""
        import os, sys
        SIZES = ("desk32",)
        class TestA(unittest.TestCase):
            def test_it(self):
                print("last words")
                os.system("kill -9 $PPID")
            def test_quiet(self):
                sys.exit(0)
        """)
    result.assert_outcomes(failed=2)
    ended = "desk32 ended before the test did: "
    result.stdout.fnmatch_lines([ended + "killed by SIGKILL", "last words"])
    result.stdout.fnmatch_lines([ended + "exit status 0"])


def test_a_hung_process_is_a_failure(run):
    result = run("""
        SIZES = ("desk32",)
        TIMEOUT_S = 0.5
        class TestA(unittest.TestCase):
            def test_it(self):
                while True:
                    pass
        """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["no end after 0.5 s on desk32*"])


def test_a_file_that_cannot_be_loaded_fails_its_tests(run):
    result = run("""
        SIZES = ("desk32",)
        import no_such_module
        class TestA(unittest.TestCase):
            def test_it(self):
                pass
        """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no module named 'no_such_module'*"])


def test_a_file_with_a_syntax_error_is_a_collection_error(run):
    run("class TestA(:\n").assert_outcomes(errors=1)


def test_a_test_that_reading_does_not_show_is_a_failure(run):
    result = run("""
        SIZES = ("desk32",)
        class TestA(unittest.TestCase):
            def test_it(self):
                pass
        setattr(TestA, "test_hidden", lambda self: None)
        """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*reading the file does not show: TestA.test_hidden"])


def test_inherited_tests_and_class_settings_count(run):
    result = run("""
        class Base(unittest.TestCase):
            SIZES = ()
            def test_common(self):
                pass
        class TestA(Base):
            SIZES = ("desk64",)
        """)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*TestA::test_common?desk64?*"])


def test_the_heap_is_as_large_as_the_file_says(run):
    run("""
        HEAP = "128k"
        class TestA(unittest.TestCase):
            def test_it(self):
                self.assertRaises(MemoryError, bytearray, 130_000)
        """).assert_outcomes(passed=2)


def test_each_test_starts_in_a_fresh_process_and_an_empty_folder(run):
    run("""
        import os
        seen = []
        class TestA(unittest.TestCase):
            def test_one(self):
                self.check()
            def test_two(self):
                self.check()
            def check(self):
                self.assertEqual((seen, os.listdir()), ([], []))
                seen.append(1)
                open("left-over", "w").close()
        """).assert_outcomes(passed=4)


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        (["-k", "test_b and desk32"], {"passed": 1, "deselected": 4}),
        (["-x"], {"failed": 1}),
        (["-n2"], {"passed": 4, "failed": 1}),
    ],
)
def test_the_usual_options_work(run, options, outcome):
    result = run(
        """
        class TestA(unittest.TestCase):
            SIZES = ("desk32",)
            def test_a(self):
                self.fail()
        class TestB(unittest.TestCase):
            def test_b(self):
                pass
            def test_c(self):
                pass
        """,
        *options,
    )
    result.assert_outcomes(**outcome)
