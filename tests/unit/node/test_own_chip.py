"""node.own_chip: a driver found by its word, and what stands in the place of one that is not."""

import sys
import unittest

from tomoshibi.core.errors import ChipSilent
from tomoshibi.node.own_chip import meter, photocell


class Chip:
    channels = 2
    count_mj = 0

    def __init__(self, *arguments):
        self.arguments = arguments

    def factors(self):
        return 10**9, 10**9, 10**9


class Coarse(Chip):
    def factors(self):
        return 10**9, 10**11, 10**9


class Good:
    Driver = Chip


class NoClass:
    pass


class TooCoarse:
    Driver = Coarse


class TestOwnChip(unittest.TestCase):
    def made(self, module=None):
        if module is not None:
            sys.modules["acme"] = module
        return meter("acme")("bus", 3, (7,), 50)

    def why(self, module=None):
        """What is told of it first; it is silent from then on."""
        chip = self.made(module)
        with self.assertRaises(Exception) as told:
            chip.configure()
        for _ in range(2):
            with self.assertRaises(ChipSilent):
                chip.configure()
        return told.exception

    def test_the_module_of_the_word_has_the_class(self):
        self.assertEqual(self.made(Good).arguments, ("bus", 3, (7,), 50))

    def test_a_word_without_a_module_is_a_value_error_with_the_word(self):
        why = self.why()
        self.assertTrue(isinstance(why, ValueError))
        self.assertTrue("no driver for acme" in str(why), why)

    def test_a_module_without_the_class(self):
        self.assertTrue(isinstance(self.why(NoClass), AttributeError))

    def test_counts_that_are_too_coarse(self):
        self.assertTrue(isinstance(self.why(TooCoarse), ValueError))

    def test_a_photocell_that_cannot_be_had_says_so_when_it_is_started(self):
        cell = photocell("nocell")("bus", 0x29)
        with self.assertRaises(ValueError):
            cell.start()
        with self.assertRaises(ChipSilent):
            cell.start()


if __name__ == "__main__":
    unittest.main()
