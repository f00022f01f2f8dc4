"""The board's outputs as they are in reset, when nobody drives them: the levels of its rows.

Their levels may live through a reset by software or by the watchdog, so this is done at every boot.
"""

from machine import Pin

import board


def to_reset() -> None:
    """Every relay and lamp at its level in reset.

    The level goes in with the direction, so that nothing twitches while a pin is set up.
    """
    for _circuit, pin, _closes, reset in board.RELAYS:
        Pin(pin, Pin.OUT, value=reset)
    for _circuit, pin, _hz, reset in board.LAMPS:
        Pin(pin, Pin.OUT, value=reset)
