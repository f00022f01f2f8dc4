"""tests/lib/unittest.py itself: what each kind of ending is called, and what is told about it.

Expected outcomes are those that CPython's unittest documents for the same calls.
"""

import unittest


def outcome_of(body, **members):
    """The outcome and text of a test whose body is `body(self)`."""
    members["test"] = body
    return unittest._run(type("Sample", (unittest.TestCase,), members), "test")


class TestOutcome(unittest.TestCase):
    def test_of_a_test_that_comes_back_is_passed(self):
        self.assertEqual(outcome_of(lambda _self: None), ("passed", ""))

    def test_of_a_broken_assertion_is_failed_and_shows_both_values(self):
        outcome, text = outcome_of(lambda self: self.assertEqual(1, 2, "counts"))
        self.assertEqual(outcome, "failed")
        self.assertIn("1 != 2 : counts", text)

    def test_of_any_other_exception_is_error_with_a_traceback(self):
        outcome, text = outcome_of(lambda _self: [][1])
        self.assertEqual(outcome, "error")
        self.assertIn("IndexError", text)
        self.assertIn("test_unittest.py", text)

    def test_of_skip_test_is_skipped_with_its_reason(self):
        self.assertEqual(outcome_of(lambda self: self.skipTest("rain")), ("skipped", "rain"))

    def test_of_fail_is_failed(self):
        self.assertEqual(outcome_of(lambda self: self.fail("no"))[0], "failed")


class TestSkipDecorators(unittest.TestCase):
    def test_skip_a_test(self):
        skipped = unittest.skip("rain")(lambda self: self.fail())
        self.assertEqual(outcome_of(skipped), ("skipped", "rain"))

    def test_skip_a_class(self):
        kind = type("Sample", (unittest.TestCase,), {"test": lambda self: self.fail()})
        self.assertEqual(unittest._run(unittest.skip("rain")(kind), "test"), ("skipped", "rain"))

    def test_depend_on_their_condition(self):
        def body(self):
            self.fail()

        self.assertIs(unittest.skipIf(False, "")(body), body)
        self.assertIs(unittest.skipUnless(True, "")(body), body)
        self.assertEqual(outcome_of(unittest.skipIf(True, "rain")(body))[0], "skipped")
        self.assertEqual(outcome_of(unittest.skipUnless(False, "rain")(body))[0], "skipped")


class TestOrder(unittest.TestCase):
    def setUp(self):
        self.calls = []

    def note(self, word, error=None):
        def method(_self):
            self.calls.append(word)
            if error is not None:
                raise error

        return method

    def test_is_set_up_test_tear_down_clean_up(self):
        def body(case):
            self.calls.append("test")
            case.addCleanup(self.calls.append, "first added")
            case.addCleanup(self.calls.append, "last added")

        outcome_of(body, setUp=self.note("setUp"), tearDown=self.note("tearDown"))
        wanted = ["setUp", "test", "tearDown", "last added", "first added"]
        self.assertEqual(self.calls, wanted)

    def test_tears_down_after_a_failure(self):
        outcome_of(lambda case: case.fail(), tearDown=self.note("tearDown"))
        self.assertEqual(self.calls, ["tearDown"])

    def test_does_not_run_the_test_when_set_up_fails(self):
        body = self.note("test")
        outcome, _ = outcome_of(body, setUp=self.note("setUp", OSError(5)))
        self.assertEqual(outcome, "error")
        self.assertEqual(self.calls, ["setUp"])

    def test_a_failing_tear_down_is_an_error(self):
        outcome, _ = outcome_of(self.note("test"), tearDown=self.note("tearDown", OSError(5)))
        self.assertEqual(outcome, "error")


class TestSubTest(unittest.TestCase):
    def test_goes_on_after_a_failure_and_names_each(self):
        def body(case):
            for number in (1, 2, 3):
                with case.subTest(number=number):
                    case.assertEqual(number, 2)

        outcome, text = outcome_of(body)
        self.assertEqual(outcome, "failed")
        self.assertIn("number=1", text)
        self.assertNotIn("number=2", text)
        self.assertIn("number=3", text)

    def test_lets_a_skip_through(self):
        def body(case):
            with case.subTest():
                case.skipTest("rain")

        self.assertEqual(outcome_of(body), ("skipped", "rain"))


class TestAssertRaises(unittest.TestCase):
    def test_keeps_the_exception(self):
        with self.assertRaises(ValueError) as caught:
            raise ValueError("seven")
        self.assertEqual(caught.exception.args, ("seven",))

    def test_takes_a_call_with_arguments(self):
        self.assertRaises(ValueError, int, "x")
        self.assertRaises((OSError, ValueError), int, "x")

    def test_fails_when_nothing_is_raised(self):
        outcome, text = outcome_of(lambda case: case.assertRaises(ValueError, int, "1"))
        self.assertEqual(outcome, "failed")
        self.assertIn("ValueError was not raised", text)

    def test_lets_another_exception_out(self):
        self.assertEqual(outcome_of(lambda case: case.assertRaises(OSError, int, "x"))[0], "error")


class TestAssertMethods(unittest.TestCase):
    def test_hold_for_what_is_true_and_fail_for_what_is_not(self):
        thing = object()
        for name, good, bad in (
            ("assertEqual", (1, 1), (1, 2)),
            ("assertNotEqual", (1, 2), (1, 1)),
            ("assertTrue", (1,), (0,)),
            ("assertFalse", ([],), ([0],)),
            ("assertIs", (thing, thing), (thing, object())),
            ("assertIsNot", (thing, object()), (thing, thing)),
            ("assertIsNone", (None,), (0,)),
            ("assertIsNotNone", (0,), (None,)),
            ("assertIn", (1, (1, 2)), (3, (1, 2))),
            ("assertNotIn", (3, (1, 2)), (1, (1, 2))),
            ("assertIsInstance", (1, int), (1, str)),
            ("assertLess", (1, 2), (2, 2)),
            ("assertLessEqual", (2, 2), (3, 2)),
            ("assertGreater", (2, 1), (2, 2)),
            ("assertGreaterEqual", (2, 2), (1, 2)),
        ):
            with self.subTest(name):
                getattr(self, name)(*good)
                self.assertRaises(AssertionError, getattr(self, name), *bad)

    def test_almost_equal_takes_places_or_a_delta(self):
        self.assertAlmostEqual(1.0, 1.004, places=2)
        self.assertAlmostEqual(100, 103, delta=3)
        self.assertRaises(AssertionError, self.assertAlmostEqual, 1.0, 1.006, places=2)
        self.assertRaises(AssertionError, self.assertAlmostEqual, 100, 104, delta=3)


class TestAsync(unittest.TestCase):
    async def test_coroutine_is_run_to_its_end(self):
        self.assertEqual(await self.answer(), 42)

    async def answer(self):
        return 42

    def test_failure_in_a_coroutine_is_seen(self):
        async def body(case):
            case.fail()

        self.assertEqual(outcome_of(body)[0], "failed")
