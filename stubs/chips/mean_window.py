"""Averaging as metering chips do it: means over windows of fixed length, one after the other.

Inputs are constant between two calls of `set`, so a window in which nothing changed costs
nothing. Sums may pass 30 bits; they are integers all the same, since a float32 would lie.
"""

from math import sqrt
from micropython import const

_TICKS = const(0x3FFF_FFFF)  # times may wrap at 2**30 ms, as MicroPython's ticks do


class MeanWindow:
    """Means of `size` inputs. The first `rms` of them are averaged as squares.

    `means` holds what the last complete window gave; `fresh` is set when it changed.
    """

    def __init__(self, size: int, rms: int, window_ms: int) -> None:
        self.inputs = [0] * size
        self.means = [0] * size
        self.fresh = True
        self.window_ms = window_ms
        self._rms = rms
        self._sums = [0] * size
        self._start = 0
        self._summed = 0  # ms of the current window that are in the sums
        self._steady = True  # means equal inputs

    def restart(self, now_ms: int, window_ms: int) -> None:
        """Begin a window at `now_ms`; until it is complete the means are 0."""
        self.window_ms = window_ms
        self._start = now_ms
        self._summed = 0
        self._steady = False
        self.fresh = True
        for i in range(len(self.means)):
            self.means[i] = 0
            self._sums[i] = 0

    def set(self, now_ms: int, index: int, value: int) -> None:
        """The input `index` has the value `value` from `now_ms` on."""
        if self.inputs[index] == value:
            return
        self.roll(now_ms)
        self._sum((now_ms - self._start) & _TICKS)
        self.inputs[index] = value
        self._steady = False

    def roll(self, now_ms: int) -> None:
        """Complete the windows that ended by `now_ms`."""
        passed_ms = (now_ms - self._start) & _TICKS
        window_ms = self.window_ms
        if passed_ms < window_ms:
            return
        if self._summed:
            self._sum(window_ms)
            self._complete()
            self._start = (self._start + window_ms) & _TICKS
            passed_ms -= window_ms
        whole = passed_ms // window_ms
        if whole:
            self._start = (self._start + whole * window_ms) & _TICKS
            if not self._steady:
                self.means[:] = self.inputs
                self._steady = True
                self.fresh = True

    def _sum(self, until_ms: int) -> None:
        """Add the inputs up to `until_ms` after the start of the window."""
        span_ms = until_ms - self._summed
        if span_ms <= 0:
            return
        sums = self._sums
        for i, value in enumerate(self.inputs):
            sums[i] += value * value * span_ms if i < self._rms else value * span_ms
        self._summed = until_ms

    def _complete(self) -> None:
        for i, total in enumerate(self._sums):
            mean = (total + self.window_ms // 2) // self.window_ms
            self.means[i] = isqrt(mean) if i < self._rms else mean
            self._sums[i] = 0
        self._summed = 0
        self.fresh = True


def isqrt(square: int) -> int:
    """The integer part of the square root; exact, with a float only as the first guess."""
    if square <= 0:
        return 0
    root = int(sqrt(square) * 1.00001) + 1
    while True:
        better = (root + square // root) >> 1
        if better >= root:
            return root
        root = better
