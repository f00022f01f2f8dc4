"""Steps of a pulse counter that wraps and that also falls to zero when its chip restarts.

Both look like a smaller number than before. They are told apart by what can have flowed: a wrap
that would need more than the largest power for the time since the last look was a restart.
"""

from micropython import const

_HOUR_S = const(3_600)
_SLACK = const(2)  # a pulse at each end of the interval


class PulseCounter:
    """Follows one counter of `modulus` values.

    modulus        0x1000000 for the BL0942, 0x10000 for the CSE7766
    most_per_hour  pulses in an hour at the largest power the circuit can carry

    `restarts` counts falls to zero and impossible jumps, since power-up.
    """

    def __init__(self, modulus: int, most_per_hour: int, count: int = 0) -> None:
        self.restarts = 0
        self._modulus = modulus
        self._most_per_hour = most_per_hour
        self._count = count

    def step(self, count: int, span_s: int) -> int:
        """Return the pulses since the last look, `span_s` before, rounded up. Allocates nothing.

        After a restart that is what the counter shows since then, if it is possible; what it had
        counted between the last look and the restart is lost.
        """
        most = self._most_per_hour * span_s // _HOUR_S + _SLACK
        pulses = (count - self._count) % self._modulus
        self._count = count
        if pulses <= most:
            return pulses
        self.restarts += 1
        return count if count <= most else 0
