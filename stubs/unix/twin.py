"""The twin of the board on MICROPYPATH: simulated parts, soldered as its rows say.

Quantities and outputs are those of the world link. A quantity that no part of this board feels is
refused, so that a world and a board which do not belong together are noticed.
"""

from machine import Pin
from micropython import const

import board
import twin_chips
from machine_pins import duty_at, listen_duty
from twin_parts import DryContact, Outputs, Poles, Sense, add_adc

_FULL_DUTY = const(65_535)
_MAINS_MV = const(101_000)


class Twin:
    """`set` takes what the world says, `outputs` is what it hears back."""

    name = board.NAME

    def __init__(self) -> None:
        self.outputs = Outputs()
        self._grid_mv = 0
        self._lamps = [row[0] for row in board.LAMPS]
        self._setters = {
            "grid_mv": self._set_grid,
            "load_mv": self._set_load,
            "grid_mhz": lambda _mhz: None,  # no part of any board sees the grid's own frequency
            "load_mhz": self._set_load_frequency,
        }
        for row in board.SENSES:
            self._solder_sense(*row)
        self._meters = [
            twin_chips.solder_meter(row, self._setters, self._lamps) for row in board.METERS
        ]
        for row in board.PHOTOCELLS:
            twin_chips.solder_photocell(row, self._setters)
        for circuit in sorted({row[0] for row in board.RELAYS}):
            rows = [row for row in board.RELAYS if row[0] == circuit]
            Poles(self.outputs, "relay%d" % circuit, rows)
        for _circuit, pin, _hz, reset in board.LAMPS:
            self._solder_lamp(pin, reset)

    def set(self, quantities: dict) -> None:
        for name, value in quantities.items():
            if name not in self._setters:
                raise ValueError("%s has no quantity %s" % (self.name, name))
            self._setters[name](value)

    def alone(self) -> dict:
        """Conditions without a world: mains alive, dusk, 100 W on every branch whose relay is
        closed, a lamp of 0.5 W standby and 60 W full."""
        closed = dict(zip(self.outputs.names, self.outputs.values))
        quantities = {
            "grid_mv": _MAINS_MV,
            "load_mv": _MAINS_MV,
            "grid_mhz": 50_000,
            "load_mhz": 50_000,
            "islanded": 0,
            "supplied": 1,
            "lux_milli": 5_000,
        }
        for circuit, *_ in board.RELAYS:
            on = closed["relay%d" % circuit]
            if circuit in self._lamps:
                lamp_mw = on * (500 + 59_500 * (closed["duty"] * 1000 // _FULL_DUTY) // 1000)
                quantities["lamp_mw"] = lamp_mw
                quantities["lamp_ma"] = lamp_mw // 96  # 101 V at power factor 0.95
            else:
                quantities["p%d_mw" % circuit] = 100_000 * on
                quantities["i%d_ma" % circuit] = 990 * on
        for name, parts in (("p0_mw", "_mw"), ("i0_ma", "_ma")):
            of = [value for one, value in quantities.items() if one.endswith(parts)]
            quantities[name] = sum(of)  # in phase, near enough for a board alone
        return {name: value for name, value in quantities.items() if name in self._setters}

    def _solder_sense(self, what: str, pin: int, figure: int, level: int = 1) -> None:
        if what == "contact":
            contact = DryContact(pin, figure)
            self._setters["islanded"] = contact.set
            self._setters["islanded_bounce_ms"] = contact.bounce
        elif what == "supply":
            self._setters["supplied"] = DryContact(pin, level).set
        elif what == "grid-level":
            Pin.wire(pin).microvolts = lambda: self._grid_mv * 1000 // figure
            add_adc(self._setters)
        elif what == "grid":
            self._grid_sense = Sense(pin, figure, level)
            self._setters["grid_chatter"] = self._grid_sense.chatter
        else:
            self._load_sense = Sense(pin, figure, level)

    def _solder_lamp(self, pin: int, reset: int) -> None:
        wire = Pin.wire(pin)
        wire.rest(reset)

        def light() -> int:
            """What the driver gives: the PWM's duty, or all or nothing for a level."""
            duty = duty_at(pin)
            return _FULL_DUTY * wire.value() if duty is None else duty

        number = self.outputs.add("duty", light())
        wire.listen(lambda _level: self.outputs.put(number, light()))
        listen_duty(pin, lambda _duty: self.outputs.put(number, light()))

    def _set_grid(self, millivolts: int) -> None:
        self._grid_mv = millivolts
        self._grid_sense.feel(millivolts)

    def _set_load(self, millivolts: int) -> None:
        self._load_sense.feel(millivolts)
        for meter in self._meters:
            meter.set_voltage(millivolts)

    def _set_load_frequency(self, millihertz: int) -> None:
        for meter in self._meters:
            meter.chip.line_mhz = millihertz
