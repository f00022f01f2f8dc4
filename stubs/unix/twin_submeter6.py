"""The twin of board `submeter6`: two ATM90E32 on one SPI bus, six relays, two senses, an ADC.

Pins and parts come from `board`; quantities and outputs are those of the world link.
"""

from machine import Pin
from time import ticks_ms

import board
from atm90e32 import ATM90E32, I_MA, P_MW, Q_MVAR, U_MV
from machine_buses import plug_spi
from twin_parts import (
    DryContact,
    Outputs,
    Sense,
    add_adc,
    add_faults,
    chip_input,
    solder_relay,
)

_PHASES = 3


class Twin:
    """`set` takes what the world says, `outputs` is what it hears back."""

    name = "submeter6"

    def __init__(self) -> None:
        self.outputs = Outputs()
        self._grid_mv = 0
        self._contact = DryContact(board.ISLAND_CONTACT)
        self._setters = {
            "grid_mv": self._set_grid,
            "load_mv": self._set_load,
            "grid_mhz": lambda _mhz: None,  # no sense of this board sees the grid's frequency
            "load_mhz": self._set_load_frequency,
            "islanded": self._contact.set,
            "islanded_bounce_ms": self._set_bounce,
        }
        add_adc(self._setters)
        self._grid_sense = Sense(board.GRID_SENSE, board.SENSE_HOLD_MS)
        self._setters["grid_chatter"] = self._grid_sense.chatter
        self._load_sense = Sense(board.LOAD_SENSE, board.SENSE_HOLD_MS)
        Pin.wire(board.GRID_LEVEL_ADC).microvolts = self._grid_level
        self._solder_chips()
        for number, pin in enumerate(board.RELAYS, 1):
            # Coil off while the processor does not drive it: open.
            open_level = board.RELAY_OPEN_LEVEL
            solder_relay(self.outputs, "relay%d" % number, pin, open_level, open_level)

    def set(self, quantities: dict) -> None:
        for name, value in quantities.items():
            if name not in self._setters:
                raise ValueError("submeter6 has no quantity " + name)
            self._setters[name](value)

    def alone(self) -> dict:
        """Conditions without a world: mains alive, 100 W on every branch whose relay is closed."""
        quantities = {"grid_mv": 101_000, "load_mv": 101_000, "islanded": 0}
        quantities["grid_mhz"] = quantities["load_mhz"] = 50_000
        for branch, closed in enumerate(self.outputs.values, 1):
            quantities["p%d_mw" % branch] = 100_000 * closed
            quantities["i%d_ma" % branch] = 990 * closed
        return quantities

    def _solder_chips(self) -> None:
        self._chips = []
        for number, cs in enumerate(board.METER_CS):
            chip = ATM90E32(board.METER_U_GAIN, board.METER_I_GAIN)
            plug_spi(board.METER_SPI, board.METER_SCK, board.METER_MOSI, board.METER_MISO, cs, chip)
            self._chips.append(chip)
            add_faults(self._setters, "chip%d" % (number + 1), chip)
            for phase in range(_PHASES):
                branch = number * _PHASES + phase + 1
                self._setters["i%d_ma" % branch] = chip_input(chip, I_MA + phase)
                self._setters["p%d_mw" % branch] = chip_input(chip, P_MW + phase)
                self._setters["q%d_mvar" % branch] = chip_input(chip, Q_MVAR + phase)

    def _grid_level(self) -> int:
        """Microvolts at the ADC pin."""
        return self._grid_mv * 1000 // board.GRID_LEVEL_MV_PER_MV

    def _set_bounce(self, bounce_ms: int) -> None:
        self._contact.bounce_ms = bounce_ms

    def _set_grid(self, millivolts: int) -> None:
        self._grid_mv = millivolts
        self._grid_sense.feel(millivolts)

    def _set_load(self, millivolts: int) -> None:
        self._load_sense.feel(millivolts)
        now = ticks_ms()
        for chip in self._chips:
            for phase in range(_PHASES):
                chip.set(now, U_MV + phase, millivolts)

    def _set_load_frequency(self, millihertz: int) -> None:
        for chip in self._chips:
            chip.line_mhz = millihertz
