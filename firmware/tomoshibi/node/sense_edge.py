"""Brings the control path's look forward when a sense of the mains turns, twice a round at most.

The grid's fall is answered sooner so, and a load side that an overloaded inverter feeds for one
half cycle, between two rounds, is seen at all. A sense that chatters makes thousands of edges a
second, and each that is listened to takes its turn from all else. So the second turns its pin's
interrupt off until the timer's next round, which takes it for one that has just turned again.

Source: MicroPython 1.25, ports/esp32/machine_pin.c: an edge schedules its handler, up to eight
of them (mpconfigport.h), and None as the handler turns the pin's interrupt off. machine_timer.c: a
timer of each number, made once, stays; `init` gives its interrupt back and takes it again.
"""

from machine import Timer
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.policy.grid import ISLAND_MS, RIDE_THROUGH

if TYPE_CHECKING:
    from collections.abc import Callable
    from machine import Pin

    from tomoshibi.policy.grid import GridState

_MOST = const(2)
# The number of the timer that looks again.
AGAIN = const(1)


class SenseEdge:
    """Listens to `pin` once `listen` has been called, and calls `cycle` with it at its edges.

    turned   called before a look that the sense's turn has brought, or may be late for; True: it
             has turned more than once since `listen`
    """

    def __init__(
        self,
        pin: Pin,
        trigger: int,
        cycle: Callable[[object], None],
        turned: Callable[[bool], None],
    ) -> None:
        self._pin = pin
        self._trigger = trigger
        self._cycle = cycle
        self._turned = turned
        self._handler = self._on_edge  # made once: a bound method takes memory
        self._left = -1  # edges that are still listened to in this round; -1: none has begun

    def listen(self) -> None:
        """A new round begins. Allocates nothing."""
        if self._left <= 0:
            if not self._left:
                self._turned(True)
            self._pin.irq(self._handler, self._trigger)
        self._left = _MOST

    def _on_edge(self, pin: Pin) -> None:
        # Edges that came before the interrupt was off may have been scheduled, too.
        if self._left > 0:
            self._left -= 1
            if not self._left:
                pin.irq(None)
            self._turned(not self._left)
            self._cycle(pin)


class Rounds:
    """`on_timer` is for the timer: it listens to the `edges` again and calls `cycle`.

    `on_fall` is for the grid's sense. Whether somebody feeds the loads is known ISLAND_MS later: a
    timer of its own looks then, as a round may pass just before, and the next comes 20 ms later. It
    looks once at the start, too: so it has its memory and its interrupt before the grid goes.
    """

    def __init__(self, cycle: Callable[[object], None], grid: GridState) -> None:
        self.edges: tuple[SenseEdge, ...] = ()
        self._cycle = cycle
        self._grid = grid
        self._again = Timer(AGAIN, period=ISLAND_MS, mode=Timer.ONE_SHOT, callback=cycle)

    def on_timer(self, timer: object) -> None:
        for edge in self.edges:
            edge.listen()
        self._cycle(timer)

    def on_fall(self, pin: object) -> None:
        """Allocates nothing."""
        self._cycle(pin)
        if self._grid.state == RIDE_THROUGH:
            self._again.init(period=ISLAND_MS, mode=Timer.ONE_SHOT, callback=self._cycle)
