"""The largest value of the last minute, in six buckets of ten seconds."""

from array import array
from micropython import const

_BUCKETS = const(6)
_BUCKET_S = const(10)


class RollingPeak:
    """Covers the last 50 to 60 s. Allocates nothing."""

    def __init__(self) -> None:
        self._tops = array("i", (0 for _ in range(_BUCKETS)))
        self._bucket = 0
        self.value = 0

    def update(self, now_s: int, value: int) -> int:
        """Take `value` at uptime `now_s` and return the peak."""
        bucket = now_s // _BUCKET_S
        tops = self._tops
        if bucket != self._bucket:
            for old in range(max(self._bucket + 1, bucket - _BUCKETS + 1), bucket + 1):
                tops[old % _BUCKETS] = 0
            self._bucket = bucket
        at = bucket % _BUCKETS
        if value > tops[at]:
            tops[at] = value
        peak = 0
        for i in range(_BUCKETS):
            if tops[i] > peak:
                peak = tops[i]
        self.value = peak
        return peak
