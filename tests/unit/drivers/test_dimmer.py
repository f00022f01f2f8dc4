"""drivers.dimmer: permille to 16-bit duty, exact at both ends."""

import unittest

from fake_pin import FakePWM
from no_heap import no_heap

from tomoshibi.drivers.dimmer import Dimmer


class TestDimmer(unittest.TestCase):
    def setUp(self):
        self.pwm = FakePWM()
        self.dimmer = Dimmer(self.pwm)

    def test_making_it_changes_nothing(self):
        self.assertIsNone(self.pwm.duty)

    def test_off_and_full_are_exact(self):
        self.dimmer.set_permille(0)
        self.assertEqual(self.pwm.duty, 0)
        self.dimmer.set_permille(1000)
        self.assertEqual(self.pwm.duty, 65_535)

    def test_between_them_it_is_the_nearest(self):
        for permille, duty in ((1, 66), (500, 32_768), (999, 65_469)):
            self.dimmer.set_permille(permille)
            self.assertEqual(self.pwm.duty, duty)  # 65.535, 32767.5, 65469.465

    def test_each_step_up_is_brighter(self):
        before = -1
        for permille in range(1001):
            with no_heap:
                self.dimmer.set_permille(permille)
            self.assertTrue(self.pwm.duty > before)
            before = self.pwm.duty
