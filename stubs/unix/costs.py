"""The costed clock: what stands in for hardware, and so takes no time of the firmware's.

Imported only where running Python takes time. From then on nothing interrupts the methods of these
classes, and what hardware takes is booked where it works (`_desk.takes`).
"""

import _desk
import network
from esp32 import Partition

import desk_clock
import machine_buses
import machine_pins
import machine_timers

# How long the ESP32 takes for an instruction of RV32's, in picoseconds: 160 MHz and 1.6 clocks an
# instruction. Not measured on a board; it may be 2 to 3 times as long or as short.
INSTRUCTION_PS = 10_000

_HARDWARE = (
    machine_pins.Pin,
    machine_pins.PWM,
    machine_pins.ADC,
    machine_buses.SPI,
    machine_buses.I2C,
    machine_buses.UART,
    machine_timers.Timer,
    machine_timers.WDT,
    machine_timers.RTC,
    Partition,
    network.WLAN,
    desk_clock.DeskIOQueue,
)
_FUNCTION = type(lambda: None)


def free(kind: type) -> None:
    """What the methods of this class do takes no time, and nothing strikes meanwhile."""
    for name, method in list(kind.__dict__.items()):
        if type(method) is _FUNCTION and name != "__new__":
            setattr(kind, name, _desk.hardware(method))
        elif type(method) is staticmethod:
            setattr(kind, name, staticmethod(_desk.hardware(getattr(kind, name))))


for _kind in _HARDWARE:
    free(_kind)
