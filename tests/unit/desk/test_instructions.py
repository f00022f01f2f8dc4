"""What running is taken to cost is counted on any clock, and can be left out."""

import _desk
import unittest


def spent(work) -> int:
    before = _desk.instructions()
    work()
    return _desk.instructions() - before


def nothing() -> None:
    pass


def work() -> None:
    for _ in range(1_000):
        pass


def paused(inner):
    def run() -> None:
        _desk.pause()
        inner()
        _desk.go_on()

    return run


class TestInstructions(unittest.TestCase):
    def test_work_counts_on_a_clock_that_it_does_not_move(self):
        _desk.hold(0)
        self.assertEqual(spent(work), spent(work))
        self.assertTrue(spent(work) > 1_000 * 60)

    def test_what_runs_while_counting_is_paused_is_left_out_however_deep(self):
        self.assertEqual(spent(paused(work)), spent(paused(nothing)))
        self.assertEqual(spent(paused(paused(work))), spent(paused(nothing)))
        self.assertTrue(spent(work) > spent(paused(work)))


if __name__ == "__main__":
    unittest.main()
