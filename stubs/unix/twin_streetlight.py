"""The twin of board `streetlight`: BL0942 on the lamp, BH1750 photocell, relay, dimmer, senses.

Pins and parts come from `board`; quantities and outputs are those of the world link.
"""

from machine import Pin
from micropython import const
from time import ticks_ms

import board
from bh1750 import BH1750
from bl0942 import BL0942, I_MA, P_MW, U_MV, board_constants
from machine_buses import plug_i2c, plug_uart, stick_i2c
from machine_pins import duty_at, listen_duty
from twin_parts import Outputs, Sense, add_faults, chip_input, solder_relay

_FULL_DUTY = const(65_535)  # the driver's input is pulled up: full light while nobody drives it


class Twin:
    """`set` takes what the world says, `outputs` is what it hears back."""

    name = "streetlight"

    def __init__(self) -> None:
        self.outputs = Outputs()
        self._meter = BL0942(*board_constants(board.METER_SHUNT_UOHM, *board.METER_DIVIDER_OHM))
        self._photocell = BH1750()
        plug_uart(board.METER_UART, board.METER_TX, board.METER_RX, self._meter)
        plug_i2c(
            board.PHOTOCELL_I2C,
            board.PHOTOCELL_SCL,
            board.PHOTOCELL_SDA,
            board.PHOTOCELL_ADDRESS,
            self._photocell,
        )
        self._grid_sense = Sense(board.GRID_SENSE, board.SENSE_HOLD_MS)
        self._load_sense = Sense(board.LOAD_SENSE, board.SENSE_HOLD_MS)
        self._setters = {
            "grid_chatter": self._grid_sense.chatter,
            "grid_mv": self._grid_sense.feel,
            "load_mv": self._set_load,
            "grid_mhz": lambda _mhz: None,  # no sense of this board sees the grid's frequency
            "load_mhz": self._set_load_frequency,
            "lamp_ma": chip_input(self._meter, I_MA),
            "lamp_mw": chip_input(self._meter, P_MW),
            "lux_milli": lambda lux_milli: self._photocell.set(ticks_ms(), lux_milli),
        }
        add_faults(self._setters, "meter", self._meter)
        add_faults(self._setters, "photocell", self._photocell)
        self._setters["photocell_stuck"] = lambda stuck: stick_i2c(board.PHOTOCELL_I2C, bool(stuck))
        self._solder_lamp()

    def set(self, quantities: dict) -> None:
        for name, value in quantities.items():
            if name not in self._setters:
                raise ValueError("streetlight has no quantity " + name)
            self._setters[name](value)

    def alone(self) -> dict:
        """Conditions without a world: mains alive, dusk, a lamp of 0.5 W standby and 60 W full."""
        closed, duty = self.outputs.values
        lamp_mw = closed * (500 + 59_500 * (duty * 1000 // _FULL_DUTY) // 1000)
        return {
            "grid_mv": 101_000,
            "load_mv": 101_000,
            "grid_mhz": 50_000,
            "load_mhz": 50_000,
            "lamp_mw": lamp_mw,
            "lamp_ma": lamp_mw // 96,  # 101 V at power factor 0.95
            "lux_milli": 5_000,
        }

    def _solder_lamp(self) -> None:
        # Active low with a pull-down: closed while the processor does not drive it.
        open_level = board.RELAY_OPEN_LEVEL
        solder_relay(self.outputs, "relay1", board.RELAYS[0], open_level, 1 - open_level)
        wire = Pin.wire(board.LAMP_PWM)
        wire.rest(1)
        number = self.outputs.add("duty", self._light())
        wire.listen(lambda _level: self.outputs.put(number, self._light()))
        listen_duty(board.LAMP_PWM, lambda _duty: self.outputs.put(number, self._light()))

    def _light(self) -> int:
        """What the driver gives: the PWM's duty, or all or nothing for a level."""
        duty = duty_at(board.LAMP_PWM)
        return _FULL_DUTY * Pin.wire(board.LAMP_PWM).value() if duty is None else duty

    def _set_load(self, millivolts: int) -> None:
        self._load_sense.feel(millivolts)
        self._meter.set(ticks_ms(), U_MV, millivolts)

    def _set_load_frequency(self, millihertz: int) -> None:
        self._meter.line_mhz = millihertz
