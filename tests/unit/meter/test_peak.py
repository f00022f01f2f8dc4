"""meter.peak: by hand, buckets of ten seconds."""

import unittest

from no_heap import no_heap

from tomoshibi.meter.peak import RollingPeaks


class TestRollingPeaks(unittest.TestCase):
    def test_a_peak_is_kept_for_50_to_60_seconds(self):
        peaks = RollingPeaks(2)
        peaks.update(1, 9, 700)
        self.assertEqual(peaks.update(1, 59, 100), 700)
        self.assertEqual(peaks.update(1, 60, 100), 100)

    def test_channels_are_apart(self):
        peaks = RollingPeaks(3)
        peaks.update(1, 9, 700)
        self.assertEqual(peaks.update(0, 9, 5), 5)
        self.assertEqual(peaks.update(2, 9, 6), 6)

    def test_after_a_long_silence_nothing_old_is_left(self):
        peaks = RollingPeaks(1)
        peaks.update(0, 5, 700)
        self.assertEqual(peaks.update(0, 100_000, 3), 3)

    def test_allocates_nothing(self):
        peaks = RollingPeaks(1)
        with no_heap:
            got = peaks.update(0, 12_345, 50)
        self.assertEqual(got, 50)
