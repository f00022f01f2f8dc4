"""The board's outputs as they are in reset, when nobody drives them.

Their levels may live through a reset by software or by the watchdog, so this is done at every boot.
"""

from machine import Pin
from micropython import const

import board

COIL_OFF = const(0)
_FULL_LIGHT = const(1)  # the dimming input is pulled up


def to_reset() -> None:
    """Every relay's coil off, the lamp at full light.

    The level goes in with the direction, so that nothing twitches while a pin is set up.
    """
    for number in board.RELAYS:
        Pin(number, Pin.OUT, value=COIL_OFF)
    if board.LAMP_PWM is not None:
        Pin(board.LAMP_PWM, Pin.OUT, value=_FULL_LIGHT)
