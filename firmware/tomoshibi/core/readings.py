"""What a metering channel measured: first as the chip counts it, then in physical units."""


class Counts:
    """One channel of a metering chip, in the chip's own units. A driver fills it.

    `forward` and `reverse` are energy counts since the last read, active and reactive, and are
    cleared by whoever adds them up; `pulses` is a running energy counter that wraps, for a chip
    whose counts cannot be believed (drivers.bl0942). `frequency_mhz` alone has a unit: chips have
    a frequency or a period, and neither needs calibrating. A driver leaves alone what its chip
    does not have.
    """

    def __init__(self) -> None:
        self.voltage = 0
        self.current = 0
        self.power = 0
        self.reactive = 0
        self.power_factor = 0
        self.frequency_mhz = 0
        self.forward = 0
        self.reverse = 0
        self.reactive_forward = 0
        self.reactive_reverse = 0
        self.pulses = 0


class Reading:
    """One channel in physical units. Power is positive toward the load (import).

    `valid` is False until the first good measurement and while the chip is silent; the numbers
    are then not to be shown. `at_s` is the uptime of the last good measurement.
    """

    def __init__(self) -> None:
        self.valid = False
        self.at_s = 0
        self.voltage_mv = 0
        self.current_ma = 0
        self.power_mw = 0
        self.reactive_mvar = 0
        self.frequency_mhz = 0
