"""What the twins of all boards are made of: presence senses, relay coils, the list of outputs."""

from machine import Pin
from micropython import const
from time import ticks_add, ticks_diff, ticks_ms

import desk_clock
from machine_pins import adc_is

# A missing-pulse detector needs so much to see half cycles, and this long to believe them.
_ALIVE_MV = const(20_000)
_RISE_MS = const(10)


class Outputs:
    """What the node does to the world. `on_change()` is called at every change."""

    def __init__(self) -> None:
        self.names = []
        self.values = []
        self.on_change = None

    def add(self, name: str, value: int) -> int:
        """A new output; returns its number for `put`."""
        self.names.append(name)
        self.values.append(value)
        return len(self.names) - 1

    def put(self, number: int, value: int) -> None:
        if self.values[number] != value:
            self.values[number] = value
            if self.on_change is not None:
                self.on_change()


class Sense:
    """A missing-pulse detector: its pin leaves `level` `hold_ms` after the voltage has gone."""

    def __init__(self, pin: int, hold_ms: int, level: int = 1) -> None:
        self._pin = Pin.wire(pin)
        self._level = level
        self._hold_ms = hold_ms
        self._alive = None  # not yet known: the first voltage was there before the board
        self._event = desk_clock.event(self._settle)
        self._rises_ms = ticks_ms()
        self._falls_a_ms = 0
        self._chatter = desk_clock.event(self._fall_and_rise)

    def feel(self, millivolts: int) -> None:
        alive = 1 if millivolts >= _ALIVE_MV else 0
        if alive == self._alive:
            return
        first = self._alive is None
        # What has just been believed, it has seen, though it be gone again.
        if not (first or alive) and ticks_diff(ticks_ms(), self._rises_ms) >= 0:
            self._settle()
        self._alive = alive
        if first:
            self._settle()
        else:
            self._rises_ms = ticks_add(ticks_ms(), _RISE_MS)
            desk_clock.arm(self._event, _RISE_MS if alive else self._hold_ms)

    def _settle(self) -> None:
        self._pin.drive(self._level if self._alive else 1 - self._level)

    def chatter(self, falls_a_ms: int) -> None:
        """From now on its output falls and rises so many times a millisecond; 0: no more."""
        self._falls_a_ms = falls_a_ms
        desk_clock.arm(self._chatter, 1)

    def _fall_and_rise(self) -> None:
        for _ in range(self._falls_a_ms):
            self._pin.drive(1 - self._level)
            self._pin.drive(self._level)
        if self._falls_a_ms:
            desk_clock.arm(self._chatter, 1)
        else:
            self._settle()


class DryContact:
    """A contact on a pin, at `level` while closed. It bounces before it rests, if told to."""

    def __init__(self, pin: int, level: int) -> None:
        self._pin = Pin.wire(pin)
        self._open_level = 1 - level
        self._pin.drive(self._open_level)
        self._level = 0
        self._left_ms = 0
        self._bounce_ms = 0
        self._event = desk_clock.event(self._bounce)

    def set(self, closed: int) -> None:
        if closed != self._level:
            self._level = closed
            self._left_ms = self._bounce_ms
            self._bounce()

    def bounce(self, bounce_ms: int) -> None:
        self._bounce_ms = bounce_ms

    def _bounce(self) -> None:
        """Alternate each millisecond, ending on the level it was set to."""
        self._pin.drive(self._open_level ^ self._level ^ self._left_ms & 1)
        if self._left_ms:
            self._left_ms -= 1
            desk_clock.arm(self._event, 1)


def add_adc(setters: dict) -> None:
    """Quantities for what is wrong with the chip's converter, see machine_pins.adc_is."""
    for name in ("gain_permille", "offset_mv", "noise_mv", "fuses"):
        setters["adc_" + name] = lambda value, name=name: adc_is(**{name: value})


class Coil:
    """A relay whose contact follows its coil: closed while its pin has the level of its row.

    A resistor pulls the pin to its level in reset while nobody drives it.
    """

    def __init__(self, row: tuple, moved) -> None:
        _circuit, pin, self._closes, reset = row
        self._wire = Pin.wire(pin)
        self._wire.rest(reset)
        self._wire.listen(moved)

    def closed(self) -> bool:
        return self._wire.value() == self._closes


class Poles:
    """The relays of one circuit, rows of RELAYS: it is closed when all their contacts are."""

    def __init__(self, outputs: Outputs, name: str, rows: list) -> None:
        self._outputs = outputs
        self._contacts = [_contact(row, self._moved) for row in rows]
        self._number = outputs.add(name, self._closed())

    def _closed(self) -> int:
        """Allocates nothing: a pin may move with the heap locked."""
        for contact in self._contacts:
            if not contact.closed():
                return 0
        return 1

    def _moved(self, _level: int) -> None:
        self._outputs.put(self._number, self._closed())


def _contact(row: tuple, moved):
    if len(row) == 4:
        return Coil(row, moved)
    # What only some boards have is imported with it, for memory.
    from twin_latching import Latch

    return Latch(row, moved)


def add_faults(setters: dict, name: str, chip) -> None:
    """Quantities that break `chip`: NAME_silent (0 or 1), NAME_corrupt (so many answers, of a chip
    that seals them), NAME_reset (any value: now)."""

    def silent(value: int) -> None:
        chip.silent = bool(value)

    def corrupt(value: int) -> None:
        chip.corrupt = value

    setters[name + "_silent"] = silent
    if hasattr(chip, "corrupt"):
        setters[name + "_corrupt"] = corrupt
    setters[name + "_reset"] = lambda _value: chip.hard_reset(ticks_ms())


def chip_input(chip, quantity: int):
    """A setter for one physical quantity of a chip."""
    return lambda value: chip.set(ticks_ms(), quantity, value)
