"""Solders a board's chips: the model by the row's word, onto the row's bus, fed by the world."""

from time import ticks_ms

import board
import own_parts
from machine_buses import plug_i2c, plug_spi, plug_uart, stick_i2c
from twin_parts import add_faults, chip_input


class Meter:
    """A metering chip on the load-side bus; `voltages` are the numbers of its voltage inputs."""

    def __init__(self, chip, voltages: tuple) -> None:
        self.chip = chip
        self._voltages = voltages

    def set_voltage(self, millivolts: int) -> None:
        now = ticks_ms()
        for number in self._voltages:
            self.chip.set(now, number, millivolts)


def solder_meter(row: tuple, setters: dict, lamps: list) -> Meter:
    """The chip of a row of METERS; what its circuits draw becomes quantities of the world.

    Raises own_parts.NoModel.
    """
    name, kind, bus, place, circuits, figures = row
    chip, voltages, inputs = _METERS.get(kind, _own(kind))(place, figures)
    _plug(bus, place, chip)
    add_faults(setters, name, chip)
    for circuit, channel in zip(circuits, inputs):
        names = _LAMP if circuit in lamps else [name % circuit for name in _BRANCH]
        for i, quantity in enumerate(names):
            # The world tells what every branch draws, also where a chip does not feel it.
            felt = i < len(channel)
            setters[quantity] = chip_input(chip, channel[i]) if felt else _unfelt
    return Meter(chip, voltages)


def solder_photocell(row: tuple, setters: dict) -> None:
    """The chip of a row of PHOTOCELLS. Raises own_parts.NoModel."""
    name, word, bus, address = row
    if word == "bh1750":
        from bh1750 import BH1750

        chip = BH1750()
    else:
        chip = own_parts.model(word)(address, ())
    _plug(bus, address, chip)
    port = _bus(bus)[1]
    setters["lux_milli"] = lambda lux_milli: chip.set(ticks_ms(), lux_milli)
    add_faults(setters, name, chip)
    setters[name + "_stuck"] = lambda stuck: stick_i2c(port, bool(stuck))


def _atm90e32(_select: int, figures: tuple):
    from atm90e32 import ATM90E32, I_MA, P_MW, Q_MVAR, U_MV

    u_gain, i_gain, _pulses_per_kwh = figures
    inputs = [(I_MA + phase, P_MW + phase, Q_MVAR + phase) for phase in range(3)]
    return ATM90E32(u_gain, i_gain), (U_MV, U_MV + 1, U_MV + 2), inputs


def _bl0942(address: int, figures: tuple):
    from bl0942 import BL0942, I_MA, P_MW, U_MV, board_constants

    return BL0942(*board_constants(*figures), address), (U_MV,), [(I_MA, P_MW)]


def _own(word: str):
    def make(place: int, figures: tuple):
        chip = own_parts.model(word)(place, figures)
        return chip, chip.VOLTAGES, chip.CHANNELS

    return make


def _unfelt(_value: int) -> None:
    pass


# (chip, numbers of its voltage inputs, of each channel's current, power and reactive power)
_METERS = {"atm90e32": _atm90e32, "bl0942": _bl0942}
_LAMP = ("lamp_ma", "lamp_mw")
_BRANCH = ("i%d_ma", "p%d_mw", "q%d_mvar")


def _plug(bus: str, place: int, chip) -> None:
    kind, port, *lines = _bus(bus)
    if kind == "spi":
        sck, mosi, miso, _baud = lines
        plug_spi(port, sck, mosi, miso, place, chip)
    elif kind == "uart":
        tx, rx, _baud = lines
        plug_uart(port, tx, rx, chip)
    else:
        plug_i2c(port, *lines, place, chip)


def _bus(name: str) -> tuple:
    """The kind, the port and what follows of the bus `name`."""
    for row in board.BUSES:
        if row[0] == name:
            return row[1:]
    raise ValueError("no bus " + name)
