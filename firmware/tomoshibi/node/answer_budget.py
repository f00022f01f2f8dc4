"""How many bytes of answers a node gives to strangers: each sender so many a second, and all.

UDP senders can be forged: an answer may go to somebody who never asked. So what goes out is bounded
by time, not by what is asked for. An honest controller that reads everything a node has, one
question after the other, stays within its share.
"""

from array import array
from micropython import const
from time import ticks_diff

# Bytes a second of one sender and of all together, and seconds' worth that may go out at once.
SENDER_BYTES_S = const(8_192)
ALL_BYTES_S = const(32_768)
BURST_S = const(2)
SENDERS = const(8)
# After this time any share is full again, one answer below zero included.
_FULL_MS = const(2_000 * BURST_S)
_ALL = const(SENDERS)  # the place of the share of all


class AnswerBudget:
    """Shares of the last eight senders and of all, in tables taken once: senders come and go.

    A share fills up with time and may go below zero by one answer. `withheld` counts the answers
    that were not given.
    """

    def __init__(self, now_ms: int) -> None:
        self.withheld = 0
        self._senders = bytearray(4 * SENDERS)
        self._left = array("i", (0 for _ in range(SENDERS + 1)))
        self._seen_ms = array("i", (now_ms for _ in range(SENDERS + 1)))
        self._left[_ALL] = ALL_BYTES_S * BURST_S
        self._place = 0

    def allows(self, sender: str, now_ms: int) -> bool:
        """Whether `sender`, a dotted address, may get an answer now; counted if not."""
        self._place = place = self._find(sender, now_ms)
        self._refill(_ALL, ALL_BYTES_S, now_ms)
        self._refill(place, SENDER_BYTES_S, now_ms)
        if self._left[_ALL] > 0 and self._left[place] > 0:
            return True
        self.withheld += 1
        return False

    def spend(self, size: int) -> None:
        """`size` bytes have gone out because of the sender that was allowed last."""
        self._left[_ALL] -= size
        self._left[self._place] -= size

    def _refill(self, place: int, bytes_s: int, now_ms: int) -> None:
        span_ms = ticks_diff(now_ms, self._seen_ms[place])
        self._seen_ms[place] = now_ms
        # Negative after half a period of the ticks, six days: long enough.
        if not 0 <= span_ms < _FULL_MS:
            span_ms = _FULL_MS
        left = self._left[place] + bytes_s * span_ms // 1_000
        self._left[place] = min(bytes_s * BURST_S, left)

    def _find(self, sender: str, now_ms: int) -> int:
        """The place of `sender`: a new one takes that of whoever has been silent longest."""
        senders, oldest, oldest_ms = self._senders, 0, -1
        ip = tuple(int(part) for part in sender.split("."))
        for place in range(SENDERS):
            at = 4 * place
            if (senders[at], senders[at + 1], senders[at + 2], senders[at + 3]) == ip:
                return place
            silent_ms = ticks_diff(now_ms, self._seen_ms[place])
            if silent_ms < 0:
                silent_ms = _FULL_MS
            if silent_ms > oldest_ms:
                oldest, oldest_ms = place, silent_ms
        for i in range(4):
            senders[4 * oldest + i] = ip[i]
        self._left[oldest] = SENDER_BYTES_S * BURST_S
        self._seen_ms[oldest] = now_ms
        return oldest
