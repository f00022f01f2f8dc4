"""Pins of the desk's ESP32: GPIO, PWM and ADC, with wires that a twin can pull.

Firmware sees `machine.Pin` and so on. The twin of a board holds the other end: it drives inputs
(`Pin.wire(n).drive(level)`), hears of outputs (`listen`) and says what an analogue pin sees.

Numbers, limits and names are those of the ESP32 port.
"""

import _desk
from micropython import const

import resets

_VALID = (0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27) + tuple(
    range(32, 40)
)
_INPUT_ONLY = const(34)  # this pin and those above cannot drive and have no pull resistors
_ADC_PINS = (0, 2, 4, 12, 13, 14, 15, 25, 26, 27) + tuple(range(32, 40))

_IN = const(1)
_OUT = const(3)
_OPEN_DRAIN = const(7)
_PULL_DOWN = const(1)
_PULL_UP = const(2)
_RISING = const(1)
_FALLING = const(2)

_pins = {}


class Pin:
    """One GPIO. `Pin(n)` is the same object every time, as on the ESP32."""

    IN = _IN
    OUT = _OUT
    OPEN_DRAIN = _OPEN_DRAIN
    PULL_DOWN = _PULL_DOWN
    PULL_UP = _PULL_UP
    IRQ_RISING = _RISING
    IRQ_FALLING = _FALLING
    WAKE_LOW = const(4)
    WAKE_HIGH = const(5)
    DRIVE_0 = const(0)
    DRIVE_1 = const(1)
    DRIVE_2 = const(2)
    DRIVE_3 = const(3)

    def __new__(cls, id, mode=-1, pull=-1, *, value=None, drive=None, hold=None):
        if isinstance(id, Pin):
            return id
        return Pin.wire(id)

    def __init__(self, id, mode=-1, pull=-1, *, value=None, drive=None, hold=None) -> None:
        self.init(mode, pull, value=value, drive=drive, hold=hold)

    # -- what firmware calls -----------------------------------------------------------------

    def init(self, mode=-1, pull=-1, *, value=None, drive=None, hold=None) -> None:
        if mode not in (-1, None, _IN, _OUT, _OPEN_DRAIN):
            raise ValueError("invalid mode")
        if mode is not None and mode != -1:
            if mode != _IN and self.number >= _INPUT_ONLY:
                raise ValueError("pin can only be input")
            if value is not None:
                self._latch = 1 if value else 0
            self._mode = mode
            if self.pwm is not None:
                # The pin is switched from the PWM to its own latch.
                self.pwm = None
                self._tell_duty()
        elif value is not None:
            self._latch = 1 if value else 0
        if pull != -1 and self.number < _INPUT_ONLY:
            self._pull = pull
        self._keep()
        self._settle()

    def value(self, level=None):
        if level is None:
            return self._level
        self(level)

    def __call__(self, level=None):
        if level is None:
            return self._level
        level = 1 if level else 0
        self._latch = level
        if self._mode == _OUT and self.pwm is None:
            if level != self._level:
                self._level = level
                resets.memory[4 * self.number] = resets.HIGH if level else resets.LOW
                if self._listener is not None:
                    self._listener(level)
        else:
            self._keep()
            self._settle()

    def on(self) -> None:
        self(1)

    def off(self) -> None:
        self(0)

    def toggle(self) -> None:
        self(1 - self._latch)

    def irq(self, handler=None, trigger=_RISING | _FALLING, *, wake=None):
        if handler is not None and not callable(handler):
            raise ValueError("invalid handler")
        self._handler = handler
        self._trigger = trigger
        return self

    # -- what the twin calls -----------------------------------------------------------------

    @staticmethod
    def wire(number: int) -> "Pin":
        """The one pin with this number."""
        pin = _pins.get(number)
        if pin is None:
            if number not in _VALID:
                raise ValueError("invalid pin")
            pin = object.__new__(Pin)
            pin._solder(number)
            _pins[number] = pin
        return pin

    def drive(self, level: int) -> None:
        """Pull the wire from outside; None lets go."""
        self._outside = level
        self._settle()

    def rest(self, level: int) -> None:
        """Fit a resistor on the board: the level while nobody drives the wire."""
        self._resistor = level
        self._settle()

    def listen(self, listener) -> None:
        """Call `listener(level)` at every change of level."""
        self._listener = listener

    def _solder(self, number: int) -> None:
        self.number = number
        self.pwm = None  # the PWM that has taken the pin over
        self.microvolts = None  # function that says what an ADC sees here
        self._mode = None  # out of reset: not connected inside
        self._pull = None
        self._latch = 0
        self._outside = None
        self._resistor = 0
        self._level = 0
        self._listener = None
        self._handler = None
        self._trigger = 0
        self._wake()

    def _wake(self) -> None:
        """Be as the last run left it, if the chip lived on."""
        kept = resets.memory[4 * self.number]
        if kept == resets.BY_PWM:
            self.pwm = _left_behind
        elif kept != resets.UNDRIVEN:
            self._mode = _OUT
            self._level = self._latch = 1 if kept == resets.HIGH else 0

    def _keep(self) -> None:
        if self.pwm is not None:
            return
        driven = self._mode == _OUT or (self._mode == _OPEN_DRAIN and not self._latch)
        level = resets.HIGH if self._latch else resets.LOW
        resets.memory[4 * self.number] = level if driven else resets.UNDRIVEN

    def _tell_duty(self) -> None:
        """Keep how the PWM drives the pin, and tell who listens."""
        number = self.number
        if self.pwm is None:
            self._keep()
        else:
            duty = self.pwm.duty_u16()
            resets.memory[4 * number] = resets.BY_PWM
            resets.memory[4 * number + 2] = duty & 0xFF
            resets.memory[4 * number + 3] = duty >> 8
        on_duty = _on_duty.get(number)
        if on_duty is not None:
            on_duty(duty_at(number))

    def _settle(self) -> None:
        if self._mode == _OUT or (self._mode == _OPEN_DRAIN and not self._latch):
            level = self._latch
        elif self._outside is not None:
            level = self._outside
        elif self._pull:
            level = 1 if self._pull == _PULL_UP else 0
        else:
            level = self._resistor
        if level == self._level:
            return
        self._level = level
        if self._listener is not None:
            self._listener(level)
        if self._handler is not None and self._trigger & (_RISING if level else _FALLING):
            _desk.call(self._handler, self)

    def __repr__(self) -> str:
        return "Pin(%d)" % self.number


def _pin(pin) -> Pin:
    return pin if isinstance(pin, Pin) else Pin.wire(pin)


class PWM:
    """LEDC output. What is soldered to it hears the duty through `Pin.wire(n).on_duty`."""

    def __init__(self, dest, freq=None, duty=None, duty_u16=None, duty_ns=None) -> None:
        self._pin = _pin(dest)
        if self._pin.number >= _INPUT_ONLY:
            raise ValueError("invalid pin")
        self._freq = 5_000
        self._duty = 32_768
        self.init(freq=freq, duty=duty, duty_u16=duty_u16, duty_ns=duty_ns)

    def init(self, freq=None, duty=None, duty_u16=None, duty_ns=None) -> None:
        if freq is not None:
            self._set_freq(freq)
        if duty_u16 is not None:
            self._set_duty(duty_u16)
        elif duty is not None:
            if not 0 <= duty <= 1023:
                raise ValueError("duty must be from 0 to 1023")
            self._set_duty(duty << 6)
        elif duty_ns is not None:
            self._set_duty(min(65_535, duty_ns * self._freq // 15_259))
        self._pin.pwm = self
        self._tell()

    def deinit(self) -> None:
        self._pin.pwm = None
        self._tell()

    def freq(self, value=None):
        if value is None:
            return self._freq
        self._set_freq(value)

    def duty_u16(self, value=None):
        if value is None:
            return self._duty
        self._set_duty(value)
        self._tell()

    def duty(self, value=None):
        if value is None:
            return self._duty >> 6
        self.init(duty=value)

    def _set_freq(self, value: int) -> None:
        if not 1 <= value <= 40_000_000:
            raise ValueError("frequency must be from 1Hz to 40MHz")
        self._freq = value

    def _set_duty(self, value: int) -> None:
        if not 0 <= value <= 65_535:
            raise ValueError("duty_u16 must be from 0 to 65535")
        self._duty = value

    def _tell(self) -> None:
        self._pin._tell_duty()


# The PWM of the run before: it goes on, and nobody has a hold of it.
_left_behind = object()
_on_duty = {}


def duty_at(number: int):
    """The duty of pin `number`; None: no PWM drives it."""
    kept = resets.memory
    if kept[4 * number] != resets.BY_PWM:
        return None
    return kept[4 * number + 2] | kept[4 * number + 3] << 8


def listen_duty(number: int, listener) -> None:
    """Call `listener(duty)` when the duty of pin `number` changes; None: the PWM is off."""
    _on_duty[number] = listener


class ADC:
    """SAR ADC. A board's twin sets `Pin.wire(n).microvolts` to a function.

    It counts as the chip does, from 0 to 4095 above an offset and with a reference of its own;
    `read_uv` undoes that with what is in the chip's fuses. `adc_is` says how good the chip is.

    Source: ports/esp32/adc.c and ESP-IDF's adc_cali_line_fitting.c, its line for a reference from
    the fuses. The table for the highest counts (above 2.3 V at 11 dB) is left out.
    """

    ATTN_0DB = const(0)
    ATTN_2_5DB = const(1)
    ATTN_6DB = const(2)
    ATTN_11DB = const(3)
    WIDTH_9BIT = const(9)
    WIDTH_10BIT = const(10)
    WIDTH_11BIT = const(11)
    WIDTH_12BIT = const(12)

    # Of ADC1: mV at a count of 0, and 100 nV a count with a reference of 1100 mV. (Larger
    # numbers in a frozen tuple are objects of their own, and arithmetic with them allocates.)
    _OFFSET_MV = (75, 78, 107, 142)
    _COUNT_100NV = (2_353, 3_124, 4_322, 8_056)

    def __init__(self, pin, *, atten=0) -> None:
        self._pin = _pin(pin)
        if self._pin.number not in _ADC_PINS:
            raise ValueError("invalid pin")
        self.atten(atten)

    def init(self, *, atten=0) -> None:
        self.atten(atten)

    def atten(self, atten: int) -> None:
        if not 0 <= atten <= 3:
            raise ValueError("invalid atten")
        self._atten = atten

    def width(self, bits: int) -> None:
        if not 9 <= bits <= 12:
            raise ValueError("invalid width")

    def read_uv(self) -> int:
        if not _adc["fuses"]:
            # The port does not say what the reference is, without which there is no line.
            raise OSError(-258, "ESP_ERR_INVALID_ARG")
        above_mv = (self.read() * self._COUNT_100NV[self._atten] + 5_000) // 10_000
        return (self._OFFSET_MV[self._atten] + above_mv) * 1000

    def read(self) -> int:
        seen_uv = 0 if self._pin.microvolts is None else self._pin.microvolts()
        seen_uv = seen_uv // 1000 * _adc["gain_permille"] + _adc["offset_mv"] * 1000
        noise_mv = _adc["noise_mv"]
        if noise_mv:
            _adc["dice"] = (_adc["dice"] * 1_103 + 12_345) % 65_536
            seen_uv += (_adc["dice"] % (2 * noise_mv + 1) - noise_mv) * 1000
        above_100nv = (seen_uv - self._OFFSET_MV[self._atten] * 1000) * 10
        count_100nv = self._COUNT_100NV[self._atten]
        counts = (above_100nv + count_100nv // 2) // count_100nv
        return min(4_095, max(0, counts))

    def read_u16(self) -> int:
        raw = self.read()
        return raw << 4 | raw >> 8


# What is wrong with the chip's converter, beside what a perfect one would count.
_adc = {"gain_permille": 1_000, "offset_mv": 0, "noise_mv": 0, "fuses": 1, "dice": 1}


def adc_is(**quality: int) -> None:
    """gain_permille 1000, offset_mv 0, noise_mv 0 and fuses 1 make a perfect chip.

    noise_mv is the most that a reading is off; fuses 0 stands for a chip that was never calibrated.
    """
    for name, value in quality.items():
        if name not in _adc:
            raise ValueError("an ADC has no " + name)
        _adc[name] = value
