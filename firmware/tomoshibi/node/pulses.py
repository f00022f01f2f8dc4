"""Ends the pulses of latching relays in the control path's rounds, and refreshes their contacts."""

from micropython import const
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tomoshibi.drivers.latching import Latching

# One contact after another is driven again to where it should be: what a shock, or a sag of the
# supply in its pulse, has left wrong lasts n times as long with n relays. One coil at a time, a
# pulse in so long, asks nothing of a supply and warms nothing; an armature in place does not wear.
_REFRESH_S = const(30)


class Pulses:
    """Of the latching relays of a board, at least one; `add` is for the start."""

    def __init__(self) -> None:
        self._relays: tuple[Latching, ...] = ()
        self._next = 0
        self._refresh_s = _REFRESH_S

    def add(self, relay: Latching) -> None:
        self._relays += (relay,)

    def on_round(self, now_s: int) -> None:
        """First in each round: whatever breaks off later, no coil stays driven. Allocates
        nothing."""
        for relay in self._relays:
            relay.end_pulse()
        if now_s >= self._refresh_s and not self.running():
            self._refresh_s = now_s + _REFRESH_S
            self._next = (self._next + 1) % len(self._relays)
            self._relays[self._next].refresh()

    def running(self) -> bool:
        """Whether a coil is driven."""
        for relay in self._relays:
            if relay.driven:
                return True
        return False
