"""The board's outputs as they are in reset, when nobody drives them: the levels of its rows.

Their levels may live through a reset by software or by the watchdog, and the contact of a latching
relay lives through everything, so this is done at every boot.
"""

from machine import Pin
from time import sleep_ms

import board
from tomoshibi.node import parts


def to_reset() -> None:
    """Every relay and lamp at its level in reset, every latching relay opened, a lamp's closed.

    The level goes in with the direction, so that nothing twitches while a pin is set up. Takes as
    long as the pulses of all latching relays.
    """
    for row in board.RELAYS:
        Pin(row[1], Pin.OUT, value=row[3])
        if parts.is_latching(row):
            Pin(row[4], Pin.OUT, value=row[3])
    for _circuit, pin, _hz, reset in board.LAMPS:
        Pin(pin, Pin.OUT, value=reset)
    # One after the other: a supply that has just come up feeds one coil.
    for row in board.RELAYS:
        if parts.is_latching(row):
            _drive(row)


def _drive(row: tuple) -> None:
    """A load must not be fed before the grid is judged; a lamp gives light when in doubt."""
    circuit, close_pin, closes, reset, open_pin, pulse_ms = row
    coil = Pin(close_pin if circuit in parts.circuits(board.LAMPS) else open_pin)
    coil.value(closes)
    # Nothing else runs yet that could wait for it.
    sleep_ms(pulse_ms)
    coil.value(reset)
