"""The largest value of the last minute for each of several channels, in buckets of ten seconds."""

from array import array
from micropython import const

_BUCKETS = const(6)
_BUCKET_S = const(10)


class RollingPeaks:
    """Covers the last 50 to 60 s of `channels` channels. Allocates nothing."""

    def __init__(self, channels: int) -> None:
        self._tops = array("i", (0 for _ in range(_BUCKETS * channels)))
        self._bucket = array("i", (0 for _ in range(channels)))

    def update(self, channel: int, now_s: int, value: int) -> int:
        """Take `value` of `channel` at uptime `now_s` and return its peak."""
        bucket, tops, first = now_s // _BUCKET_S, self._tops, channel * _BUCKETS
        last = self._bucket[channel]
        if bucket != last:
            for old in range(max(last + 1, bucket - _BUCKETS + 1), bucket + 1):
                tops[first + old % _BUCKETS] = 0
            self._bucket[channel] = bucket
        at = first + bucket % _BUCKETS
        if value > tops[at]:
            tops[at] = value
        peak = 0
        for i in range(first, first + _BUCKETS):
            if tops[i] > peak:
                peak = tops[i]
        return peak
