"""A relay behind one output pin."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from machine import Pin


class Relay:
    """The relay on `pin`, open while the pin is at `open_level`. Making this object moves nothing.

    `closed` is what the pin was last told. Opening and closing allocate nothing.
    """

    def __init__(self, pin: Pin, open_level: int) -> None:
        self._pin = pin
        self._open_level = open_level
        self._closed_level = 1 - open_level
        self.closed = pin.value() != open_level

    def open(self) -> None:
        """Open, again if it is: the pin is written each time, so a glitch does not last."""
        self._pin.value(self._open_level)
        self.closed = False

    def close(self) -> None:
        """Close, again if it is."""
        self._pin.value(self._closed_level)
        self.closed = True
