"""Copies of a running node: boards/desk/common/fork.c."""

import unittest

import _fork


class TestFork(unittest.TestCase):
    def test_a_copy_goes_on_from_here_and_changes_nothing_in_the_parent(self):
        values = [1]
        copies = []
        for status in (0, 7):
            number = _fork.fork()
            if not number:
                values.append(2)
                _fork.end(status if values == [1, 2] else 99)
            copies.append(number)
        self.assertEqual([_fork.wait(each) for each in copies], [0, 7])
        self.assertEqual(values, [1])

    def test_a_number_that_is_nobodys_is_an_error(self):
        with self.assertRaises(OSError):
            _fork.wait(1)
