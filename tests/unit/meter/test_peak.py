"""meter.peak: by hand, buckets of ten seconds."""

import unittest

from no_heap import no_heap

from meter.peak import RollingPeak


class TestRollingPeak(unittest.TestCase):
    def test_a_peak_is_kept_for_50_to_60_seconds(self):
        peak = RollingPeak()
        peak.update(9, 700)
        self.assertEqual(peak.update(59, 100), 700)
        self.assertEqual(peak.update(60, 100), 100)

    def test_after_a_long_silence_nothing_old_is_left(self):
        peak = RollingPeak()
        peak.update(5, 700)
        self.assertEqual(peak.update(100_000, 3), 3)

    def test_allocates_nothing(self):
        peak = RollingPeak()
        with no_heap:
            got = peak.update(12_345, 50)
        self.assertEqual(got, 50)
