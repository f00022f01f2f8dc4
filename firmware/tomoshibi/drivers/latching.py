"""A latching relay: one coil closes its contact, another opens it, and between pulses it stays.

A pulse is begun at once and ended by whoever calls `end_pulse` every few milliseconds
(node.pulses): nothing here waits.
"""

from time import ticks_diff, ticks_ms
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from machine import Pin


class Latching:
    """As a Relay to its user. Making this object moves nothing.

    drive     the level at which a pin drives its coil; both rest at the other one
    pulse_ms  for so long at least a coil is driven
    closed    where the contact is; from the first command on, where it was told to go

    Opening, closing and ending a pulse allocate nothing. Never are both coils driven.
    """

    def __init__(
        self, close_pin: Pin, open_pin: Pin, drive: int, pulse_ms: int, closed: bool
    ) -> None:
        self._close_pin = close_pin
        self._open_pin = open_pin
        self._drive = drive
        self._rest = 1 - drive
        self._pulse_ms = pulse_ms
        self._since_ms = 0
        self.closed = closed
        self.driven = False  # a pulse runs

    def open(self) -> None:
        """Open; if it is, only put right what may have disturbed the pins between pulses."""
        if self.closed:
            self._pulse(self._open_pin, self._close_pin)
            self.closed = False
        elif not self.driven:
            self._let_go()

    def close(self) -> None:
        """Close, likewise."""
        if not self.closed:
            self._pulse(self._close_pin, self._open_pin)
            self.closed = True
        elif not self.driven:
            self._let_go()

    def refresh(self) -> None:
        """Drive the contact once more to where it should be."""
        if self.closed:
            self._pulse(self._close_pin, self._open_pin)
        else:
            self._pulse(self._open_pin, self._close_pin)

    def end_pulse(self) -> None:
        """End the pulse that runs, if it has lasted."""
        if self.driven and ticks_diff(ticks_ms(), self._since_ms) >= self._pulse_ms:
            self._let_go()
            self.driven = False

    def _pulse(self, pin: Pin, other: Pin) -> None:
        """Whatever breaks off in here, a coil that is driven has somebody to end it."""
        other.value(self._rest)
        self._since_ms = ticks_ms()
        self.driven = True
        pin.value(self._drive)

    def _let_go(self) -> None:
        self._close_pin.value(self._rest)
        self._open_pin.value(self._rest)
