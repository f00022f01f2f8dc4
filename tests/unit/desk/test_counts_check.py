"""A driver beside board.py that misspells a name of its records is told so on the desk."""

import sys
import unittest

from own_parts import model
from tomoshibi.core.readings import Counts

DRIVER = """
class Base:
    def collect(self, counts):
        counts[0].power = 5
        counts[1].%s = 3
        return True

class Driver(Base):
    pass
"""


class TestNames(unittest.TestCase):
    def setUp(self):
        # The folder of a test is its own.
        sys.path.insert(0, "")

    def collect(self, word, name):
        for file, text in ((word, DRIVER % name), (word + "_model", "class Model: pass")):
            with open(file + ".py", "w") as out:
                out.write(text)
        model(word)
        return __import__(word).Driver().collect((Counts(), Counts()))

    def test_one_that_there_is_not_is_refused_with_those_there_are(self):
        with self.assertRaises(AttributeError) as refused:
            self.collect("slip", "pwoer")
        told = str(refused.exception)
        self.assertIn("slip.py: Counts has no pwoer, it has current, forward,", told)

    def test_one_that_there_is_is_filled(self):
        self.assertTrue(self.collect("sound", "reverse"))
