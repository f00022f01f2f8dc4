"""A small unittest for MicroPython, in the image of CPython's. No copy of another's is used.

Offered, with CPython's meaning: TestCase with setUp, tearDown, setUpClass, tearDownClass,
addCleanup, subTest, skipTest, fail and the assert methods below; skip, skipIf, skipUnless; main.
A test may be an `async def`; it runs in an event loop of its own. Unlike CPython's, tests run in
the order of their names, because MicroPython's classes forget the order of definition.

    unittest.main()                                at the end of a file: runs it, prints, exits
    micropython -c "import unittest; unittest.command()" FILE             the same for any file
    micropython -c "import unittest; unittest.command()" FILE CLASS TEST  one test, as records
    unittest.run(FILE, [(CLASS, TEST), ...])       several in one process, as records in this order

A record is one JSON object on a line of its own, after the byte 0x1E, which tests do not print:

    {"outcome": "passed" | "failed" | "error" | "skipped", "text": ..., "ms": ..., "heap": ...}
    {"done": {"TestClass": ["test_name", ...], ...}}    every test of the file; always the last

Without the closing record the interpreter died in the middle, whatever its exit status says.
"""

import asyncio
import gc
import io
import json
import sys
import time

_RECORD = "\x1e"


class SkipTest(Exception):
    """Raised to end a test that does not apply here."""


def skip(reason):
    """Decorator of a test or of a TestCase."""

    def mark(target):
        if isinstance(target, type):
            target.skip_reason = reason
            return target

        def skipped(_self):
            raise SkipTest(reason)

        return skipped

    return mark


def skipIf(condition, reason):
    return skip(reason) if condition else lambda target: target


def skipUnless(condition, reason):
    return skipIf(not condition, reason)


class _Raises:
    """The context of assertRaises: swallows the expected exception and keeps it."""

    def __init__(self, expected):
        self.expected = expected
        self.exception = None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, _traceback):
        if kind is None:
            raise AssertionError("%s was not raised" % _name_of(self.expected))
        if not issubclass(kind, self.expected):
            return False
        self.exception = value
        return True


class _SubTest:
    """Notes a failure under its parameters and lets the test go on."""

    def __init__(self, failures, label):
        self._failures = failures
        self._label = label

    def __enter__(self):
        return self

    def __exit__(self, kind, value, _traceback):
        if kind is None:
            return False
        if not issubclass(kind, Exception) or issubclass(kind, SkipTest):
            return False
        outcome = "failed" if issubclass(kind, AssertionError) else "error"
        self._failures.append((outcome, "subtest %s\n%s" % (self._label, _traceback_of(value))))
        return True


def _name_of(expected):
    if isinstance(expected, tuple):
        return " or ".join(kind.__name__ for kind in expected)
    return expected.__name__


def _traceback_of(error):
    text = io.StringIO()
    sys.print_exception(error, text)
    return text.getvalue()


class TestCase:
    skip_reason = None

    def __init__(self):
        self.sub_failures = []
        self._cleanups = []

    def setUp(self):
        pass

    def tearDown(self):
        pass

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def addCleanup(self, function, *args):
        """Call `function` after tearDown, last added first."""
        self._cleanups.append((function, args))

    def doCleanups(self):
        while self._cleanups:
            function, args = self._cleanups.pop()
            function(*args)

    def subTest(self, msg=None, **params):
        words = [] if msg is None else [str(msg)]
        words.extend("%s=%r" % (name, params[name]) for name in sorted(params))
        return _SubTest(self.sub_failures, ", ".join(words))

    def skipTest(self, reason):
        raise SkipTest(reason)

    def fail(self, msg="failed"):
        raise AssertionError(msg)

    def _check(self, truth, said, msg):
        if not truth:
            raise AssertionError(said if msg is None else "%s : %s" % (said, msg))

    def assertEqual(self, first, second, msg=None):
        self._check(first == second, "%r != %r" % (first, second), msg)

    def assertNotEqual(self, first, second, msg=None):
        self._check(first != second, "%r == %r" % (first, second), msg)

    def assertTrue(self, value, msg=None):
        self._check(value, "%r is not true" % (value,), msg)

    def assertFalse(self, value, msg=None):
        self._check(not value, "%r is not false" % (value,), msg)

    def assertIs(self, first, second, msg=None):
        self._check(first is second, "%r is not %r" % (first, second), msg)

    def assertIsNot(self, first, second, msg=None):
        self._check(first is not second, "it is %r" % (first,), msg)

    def assertIsNone(self, value, msg=None):
        self._check(value is None, "%r is not None" % (value,), msg)

    def assertIsNotNone(self, value, msg=None):
        self._check(value is not None, "it is None", msg)

    def assertIn(self, member, container, msg=None):
        self._check(member in container, "%r is not in %r" % (member, container), msg)

    def assertNotIn(self, member, container, msg=None):
        self._check(member not in container, "%r is in %r" % (member, container), msg)

    def assertIsInstance(self, value, kind, msg=None):
        self._check(isinstance(value, kind), "%r is no %s" % (value, _name_of(kind)), msg)

    def assertLess(self, first, second, msg=None):
        self._check(first < second, "%r is not < %r" % (first, second), msg)

    def assertLessEqual(self, first, second, msg=None):
        self._check(first <= second, "%r is not <= %r" % (first, second), msg)

    def assertGreater(self, first, second, msg=None):
        self._check(first > second, "%r is not > %r" % (first, second), msg)

    def assertGreaterEqual(self, first, second, msg=None):
        self._check(first >= second, "%r is not >= %r" % (first, second), msg)

    def assertAlmostEqual(self, first, second, places=7, msg=None, delta=None):
        """Within `delta`, or else equal when the difference is rounded to `places`."""
        if first == second:
            return
        apart = abs(first - second)
        near = apart <= delta if delta is not None else round(apart, places) == 0
        self._check(near, "%r and %r are %r apart" % (first, second, apart), msg)

    def assertRaises(self, expected, function=None, *args, **kwargs):
        context = _Raises(expected)
        if function is None:
            return context
        with context:
            function(*args, **kwargs)
        return None


def _call(case, name):
    """Call the test. A coroutine gets a fresh event loop, so no task outlives its test."""
    answer = getattr(case, name)()
    if hasattr(answer, "send") and hasattr(answer, "throw"):
        try:
            asyncio.run(answer)
        finally:
            asyncio.new_event_loop()


def _attempt(outcomes, function, *args):
    """Call one part of a test; True if it came back, else how it ended is in `outcomes`."""
    try:
        function(*args)
        return True
    except SkipTest as reason:
        outcomes.append(("skipped", str(reason)))
    except AssertionError as error:
        outcomes.append(("failed", _traceback_of(error)))
    except Exception as error:
        outcomes.append(("error", _traceback_of(error)))
    return False


def _run(kind, name):
    """Run one test; return (outcome, text)."""
    if kind.skip_reason is not None:
        return "skipped", kind.skip_reason
    outcomes = []
    if _attempt(outcomes, kind.setUpClass):
        case = kind()
        if _attempt(outcomes, case.setUp):
            _attempt(outcomes, _call, case, name)
            outcomes.extend(case.sub_failures)
            _attempt(outcomes, case.tearDown)
        _attempt(outcomes, case.doCleanups)
        _attempt(outcomes, kind.tearDownClass)
    # The worst decides; all that went wrong is told.
    for worst in ("error", "failed", "skipped"):
        if any(outcome == worst for outcome, _ in outcomes):
            return worst, "\n".join(text for _, text in outcomes)
    return "passed", ""


def _load(path):
    """Import the test file at `path` under its own name, and return the module."""
    folder, _, file = path.rpartition("/")
    sys.path.insert(0, folder or ".")
    return __import__(file[:-3])


def _tests(module):
    """{class name: [test names]} of a module, both sorted."""
    found = {}
    for class_name in sorted(dir(module)):
        kind = getattr(module, class_name)
        if isinstance(kind, type) and issubclass(kind, TestCase) and kind is not TestCase:
            names = [name for name in sorted(dir(kind)) if name.startswith("test")]
            if names:
                found[class_name] = names
    return found


def _write(record):
    # A line of its own, even if the test left one unfinished.
    print("\n" + _RECORD + json.dumps(record))


def run(path, wanted):
    """Run the tests (class name, name) of the file at `path`; tell how each ended."""
    outcomes = []
    loaded = []
    tests = {}
    started_ms = time.ticks_ms()
    if _attempt(outcomes, lambda: loaded.append(_load(path))):
        tests = _tests(loaded[0])
    for class_name, name in wanted:
        if loaded:
            outcome, text = _run(getattr(loaded[0], class_name), name)
        else:
            outcome, text = outcomes[0]
        gc.collect()
        now_ms = time.ticks_ms()
        elapsed_ms = time.ticks_diff(now_ms, started_ms)
        _write({"outcome": outcome, "text": text, "ms": elapsed_ms, "heap": gc.mem_alloc()})
        started_ms = now_ms
    _write({"done": tests})


def _run_all(module):
    """Run every test of a module for a reader at a terminal. True if none went wrong."""
    tests = _tests(module)
    went_wrong = total = 0
    for class_name in sorted(tests):
        for name in tests[class_name]:
            outcome, text = _run(getattr(module, class_name), name)
            print("%s.%s ... %s" % (class_name, name, outcome))
            if text:
                print(text)
            total += 1
            went_wrong += outcome in ("failed", "error")
    print("%d tests, %d went wrong" % (total, went_wrong))
    return not went_wrong


def main(module="__main__"):
    sys.exit(0 if _run_all(__import__(module)) else 1)


def command():
    """FILE, or FILE CLASS TEST, from the command line. See the top of this file."""
    arguments = sys.argv[1:]
    if len(arguments) == 3:
        path, class_name, name = arguments
        run(path, [(class_name, name)])
    else:
        sys.exit(0 if _run_all(_load(arguments[0])) else 1)
