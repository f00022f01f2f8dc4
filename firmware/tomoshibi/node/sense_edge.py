"""Brings the control path's look forward when a sense of the mains turns, once a round at most.

The grid's fall is answered sooner so, and a load side that an overloaded inverter feeds for one
half cycle, between two rounds, is seen at all. A sense that chatters makes thousands of edges a
second, and each that is listened to takes its turn from all else. So the first turns its pin's
interrupt off until the timer's next round.

Source: MicroPython 1.25, ports/esp32/machine_pin.c: an edge schedules its handler, up to eight
of them (mpconfigport.h), and None as the handler turns the pin's interrupt off.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from machine import Pin


class SenseEdge:
    """`on_timer` is for the timer: it calls `cycle`, and listens to `pin` again.

    `cycle` may be another edge's `on_timer`: then the timer, and this edge, have both looked after.
    """

    def __init__(self, pin: Pin, trigger: int, cycle: Callable[[object], None]) -> None:
        self._pin = pin
        self._trigger = trigger
        self._cycle = cycle
        self._handler = self._on_edge  # made once: a bound method takes memory
        self._listening = False

    def on_timer(self, timer: object) -> None:
        if not self._listening:
            self._listening = True
            self._pin.irq(self._handler, self._trigger)
        self._cycle(timer)

    def _on_edge(self, pin: Pin) -> None:
        # Edges that came before the interrupt was off may have been scheduled, too.
        if self._listening:
            self._listening = False
            pin.irq(None)
            self._cycle(pin)
