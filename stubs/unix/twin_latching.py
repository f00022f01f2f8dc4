"""A latching relay as a part: two coils, and a contact that stays where the last one has left it.

Data sheets of such relays for mains loads (Hongfa HFE10 and HFE60, Panasonic DW among them) give a
set and a reset time of some 10 to 20 ms, ask for pulses several times as long, and forbid both
coils at once and coils that are driven on and on. The figures here are assumptions within that:
slower relays than 15 ms are rare, and after 2 s nobody is about to end a pulse any more.
"""

import sys
from machine import Pin
from micropython import const
from time import ticks_diff, ticks_ms

import desk_clock
import resets

_MOVES_MS = const(15)
_LONGEST_MS = const(2_000)
_NOWHERE = const(-1)


class Latch:
    """The relay of a row of RELAYS with two pins. `moved()` is called when its contact moves.

    What would damage it ends the desk with the reason. Allocates nothing: pins move with the heap
    locked, and within a blocking sleep, when no event comes.
    """

    def __init__(self, row: tuple, moved) -> None:
        circuit, close_pin, self._drives, rest, open_pin, _pulse_ms = row
        self._name = "relay%d" % circuit
        self._moved = moved
        self._kept_at = resets.contact_at(close_pin)
        self._closing, self._opening = Pin.wire(close_pin), Pin.wire(open_pin)
        self._towards = _NOWHERE  # where the armature is pulled: 1 closed, 0 open
        self._since_ms = 0
        self._wrong = ""
        self._arrives = desk_clock.event(self._settle)
        self._burns = desk_clock.event(self._settle)
        self._refusal = desk_clock.event(self._refuse)
        for wire in (self._closing, self._opening):
            wire.rest(rest)
            wire.listen(self._on_level)
        self._on_level(0)

    def closed(self) -> bool:
        return resets.memory[self._kept_at] == 1

    def _on_level(self, _level: int) -> None:
        self._settle()
        closing = self._closing.value() == self._drives
        opening = self._opening.value() == self._drives
        self._towards = _NOWHERE
        desk_clock.disarm(self._arrives)
        desk_clock.disarm(self._burns)
        if closing and opening:
            self._damaged("both coils are driven at once")
        elif closing or opening:
            self._towards = 1 if closing else 0
            self._since_ms = ticks_ms()
            desk_clock.arm(self._arrives, _MOVES_MS)
            desk_clock.arm(self._burns, _LONGEST_MS)

    def _settle(self) -> None:
        """What the coil that has been driven until now has done."""
        if self._towards == _NOWHERE:
            return
        for_ms = ticks_diff(ticks_ms(), self._since_ms)
        if for_ms >= _LONGEST_MS:
            self._damaged("a coil is driven for 2 s")
        if for_ms >= _MOVES_MS and self.closed() != self._towards:
            resets.memory[self._kept_at] = self._towards
            self._moved(0)

    def _damaged(self, wrong: str) -> None:
        # Told later: the heap may be locked.
        self._wrong = wrong
        desk_clock.arm(self._refusal, 0)

    def _refuse(self) -> None:
        print("desk: %s: %s" % (self._name, self._wrong), file=sys.stderr)
        resets.end(2)
