"""SPI, I2C and UART of the desk's ESP32, with sockets into which a twin plugs chip models.

A model is given bytes and the time and answers bytes; a wrong pin, mode, speed or address
reaches nobody, as on a board. On a costed clock a transfer takes as long as its bits take on the
wire; what the port's own C takes about it is not counted. A UART sends and receives by itself.
"""

import _desk
import errno
import io
from micropython import const
from time import sleep_ms, ticks_add, ticks_diff, ticks_ms

import desk_clock
from machine_pins import Pin

_spi = {}  # bus number -> _SpiWiring
_i2c = {}  # (bus number, address) -> (model, scl, sda)
_stuck = set()  # I2C buses on which nothing moves
_uart = {}  # port number -> (models, tx, rx)

_MP_STREAM_POLL = const(3)
_POLL_READ = const(1)
_POLL_WRITE = const(4)


def _number(pin) -> int:
    return pin.number if isinstance(pin, Pin) else pin


class _SpiWiring:
    """What is soldered to one SPI bus: which pins it leaves by and the chips on it."""

    def __init__(self, sck: int, mosi: int, miso: int) -> None:
        self.pins = (sck, mosi, miso)
        self.selected = None


def plug_spi(bus: int, sck: int, mosi: int, miso: int, cs: int, model) -> None:
    """Solder `model` to SPI bus `bus`, chip select (active low) on pin `cs`.

    The model has POLARITY, PHASE, MAX_BAUD, `select()`, `deselect(now_ms)` and
    `exchange(out, into, now_ms)`, either of which may be None.
    """
    wiring = _spi.get(bus)
    if wiring is None:
        wiring = _spi[bus] = _SpiWiring(sck, mosi, miso)

    def on_cs(level: int) -> None:
        if not level:
            wiring.selected = model
            model.select()
        elif wiring.selected is model:
            wiring.selected = None
            model.deselect(ticks_ms())

    pin = Pin.wire(cs)
    pin.rest(1)
    pin.listen(on_cs)


class SPI:
    """Hardware SPI 1 or 2."""

    MSB = const(0)
    LSB = const(1)

    def __init__(self, id, baudrate=1_000_000, **settings) -> None:
        if id not in (1, 2):
            raise ValueError("SPI(%d) doesn't exist" % id)
        self._wiring = _spi.get(id)
        self._polarity = 0
        self._phase = 0
        self._bits = 8
        self._firstbit = 0
        default = (14, 13, 12) if id == 1 else (18, 23, 19)
        self._sck, self._mosi, self._miso = default
        self.init(baudrate=baudrate, **settings)

    def init(
        self,
        baudrate=None,
        *,
        polarity=None,
        phase=None,
        bits=None,
        firstbit=None,
        sck=None,
        mosi=None,
        miso=None,
    ) -> None:
        if baudrate is not None:
            self._baudrate = baudrate
        if polarity is not None:
            self._polarity = polarity
        if phase is not None:
            self._phase = phase
        if bits is not None:
            self._bits = bits
        if firstbit is not None:
            self._firstbit = firstbit
        self._sck = self._sck if sck is None else _number(sck)
        self._mosi = self._mosi if mosi is None else _number(mosi)
        self._miso = self._miso if miso is None else _number(miso)
        wiring = self._wiring
        self._wired = wiring is not None and wiring.pins == (self._sck, self._mosi, self._miso)
        self._chip = None  # the last chip found to speak the same mode

    def deinit(self) -> None:
        self._wired = False

    def write_readinto(self, out, into) -> None:
        if len(out) != len(into):
            raise ValueError("buffers must be the same length")
        _desk.takes(8 * len(out), self._baudrate)
        chip = self._reach()
        if chip is None:
            _fill(into, 0xFF)
        else:
            chip.exchange(out, into, ticks_ms())

    def write(self, out) -> None:
        _desk.takes(8 * len(out), self._baudrate)
        chip = self._reach()
        if chip is not None:
            chip.exchange(out, None, ticks_ms())

    def readinto(self, into, write=0) -> None:
        _desk.takes(8 * len(into), self._baudrate)
        chip = self._reach()
        if chip is None:
            _fill(into, 0xFF)
        else:
            chip.exchange(bytes((write,)) * len(into), into, ticks_ms())

    def read(self, nbytes: int, write=0) -> bytes:
        into = bytearray(nbytes)
        self.readinto(into, write)
        return bytes(into)

    def _reach(self):
        """The selected chip, or None if none is selected or it does not understand us."""
        if not self._wired:
            return None
        chip = self._wiring.selected
        if chip is not self._chip:
            if (
                chip is None
                or self._polarity != chip.POLARITY
                or self._phase != chip.PHASE
                or self._baudrate > chip.MAX_BAUD
                or self._bits != 8
                or self._firstbit != self.MSB
            ):
                return None
            self._chip = chip
        return chip


def _fill(into, value: int) -> None:
    for i in range(len(into)):
        into[i] = value


def plug_i2c(bus: int, scl: int, sda: int, address: int, model) -> None:
    """Solder `model` to I2C bus `bus`. It has `write(data, now_ms)` and `read(into, now_ms)`,
    which return False instead of acknowledging."""
    _i2c[bus, address] = (model, scl, sda)


def stick_i2c(bus: int, stuck: bool) -> None:
    """Somebody holds a line of I2C bus `bus`, or lets go of it."""
    if stuck:
        _stuck.add(bus)
    else:
        _stuck.discard(bus)


class I2C:
    """Hardware I2C 0 or 1.

    A transfer on a stuck bus takes 100 ms and 100 ms a byte, during which nothing else happens:
    the port waits without letting anybody run. Source: ports/esp32/machine_i2c.c of MicroPython
    1.25, machine_hw_i2c_transfer.
    """

    def __init__(self, id, *, scl=None, sda=None, freq=400_000, timeout=50_000) -> None:
        if id not in (0, 1):
            raise ValueError("I2C(%d) doesn't exist" % id)
        self._id = id
        self.init(scl=scl, sda=sda, freq=freq)

    def init(self, *, scl=None, sda=None, freq=400_000) -> None:
        default = (18, 19) if self._id == 0 else (25, 26)
        self._freq = freq
        self._scl = default[0] if scl is None else _number(scl)
        self._sda = default[1] if sda is None else _number(sda)

    def scan(self) -> list:
        found = []
        for address in range(8, 120):
            try:
                self._transfer(0)
            except OSError:
                continue
            if self._answers(address):
                found.append(address)
        return found

    def writeto(self, addr, buf, stop=True) -> int:
        self._transfer(len(buf))
        if not self._chip(addr).write(buf, ticks_ms()):
            raise OSError(errno.ENODEV)
        return len(buf)

    def readfrom_into(self, addr, buf, stop=True) -> None:
        self._transfer(len(buf))
        if not self._chip(addr).read(buf, ticks_ms()):
            raise OSError(errno.ENODEV)

    def readfrom(self, addr, nbytes: int, stop=True) -> bytes:
        buf = bytearray(nbytes)
        self.readfrom_into(addr, buf)
        return bytes(buf)

    def writeto_mem(self, addr, memaddr: int, buf, *, addrsize=8) -> None:
        self.writeto(addr, memaddr.to_bytes(addrsize // 8, "big") + bytes(buf))

    def readfrom_mem_into(self, addr, memaddr: int, buf, *, addrsize=8) -> None:
        self.writeto(addr, memaddr.to_bytes(addrsize // 8, "big"), False)
        self.readfrom_into(addr, buf)

    def readfrom_mem(self, addr, memaddr: int, nbytes: int, *, addrsize=8) -> bytes:
        buf = bytearray(nbytes)
        self.readfrom_mem_into(addr, memaddr, buf, addrsize=addrsize)
        return bytes(buf)

    def _transfer(self, count: int) -> None:
        """Take the time of the address and `count` bytes: nine bits each, a start and a stop."""
        _desk.takes(9 * (1 + count) + 2, self._freq)
        if self._id in _stuck:
            sleep_ms(100 * (1 + count))
            raise OSError(errno.ETIMEDOUT)

    def _answers(self, addr: int) -> bool:
        found = _i2c.get((self._id, addr))
        if found is None or found[1] != self._scl or found[2] != self._sda:
            return False
        return found[0].answers(ticks_ms())

    def _chip(self, addr: int):
        if not self._answers(addr):
            raise OSError(errno.ENODEV)
        return _i2c[self._id, addr][0]


def plug_uart(port: int, tx: int, rx: int, model) -> None:
    """Solder `model` to UART `port`.

    The model has BAUD and `feed(data, now_ms)`, which returns what it answers (bytes, maybe
    empty) and is called when the last byte of `data` has arrived; the answer starts
    ANSWER_DELAY_MS later. Several on one port hear the same bytes, on the pins of the first.
    """
    _uart.setdefault(port, ([], tx, rx))[0].append(model)


class UART(io.IOBase):
    """UART 0 to 2. Bytes need their time on the wire, in both directions.

    A task that awaits the stream is woken when the whole answer has arrived; `any` and `read`
    see each byte as it comes.
    """

    INV_TX = const(0)
    INV_RX = const(0)
    RTS = const(1)
    CTS = const(2)

    def __init__(self, id, baudrate=115_200, bits=8, parity=None, stop=1, **settings) -> None:
        if id not in (0, 1, 2):
            raise ValueError("UART(%d) does not exist" % id)
        self._id = id
        self._inbox = bytearray()
        self._tx, self._rx = ((1, 3), (10, 9), (17, 16))[id]
        self._started = 0  # tick at which the first byte of the inbox began to arrive
        self._all_in = desk_clock.event(self._on_all_in)
        self.init(baudrate, bits, parity, stop, **settings)

    def init(
        self,
        baudrate=115_200,
        bits=8,
        parity=None,
        stop=1,
        *,
        tx=None,
        rx=None,
        rts=None,
        cts=None,
        txbuf=256,
        rxbuf=256,
        timeout=0,
        timeout_char=0,
        invert=0,
        flow=0,
    ) -> None:
        self._baudrate = baudrate
        self._timeout = timeout
        self._rxbuf = rxbuf
        self._tx = self._tx if tx is None else _number(tx)
        self._rx = self._rx if rx is None else _number(rx)
        models, models_tx, models_rx = _uart.get(self._id, ((), 0, 0))
        same_frame = bits == 8 and parity is None and stop == 1
        if (models_tx, models_rx) != (self._tx, self._rx) or not same_frame:
            models = ()
        self._models = models

    def deinit(self) -> None:
        self._models = ()
        self._inbox = bytearray()
        desk_clock.disarm(self._all_in)

    def write(self, data) -> int:
        sent_ms = self._wire_ms(len(data))
        for model in self._models:
            if self._baudrate != model.BAUD:
                continue
            answer = model.feed(data, ticks_add(ticks_ms(), sent_ms))
            if answer:
                self._receive(answer, sent_ms + model.ANSWER_DELAY_MS)
        return len(data)

    def any(self) -> int:
        waiting = len(self._inbox)
        if waiting:
            passed_ms = ticks_diff(ticks_ms(), self._started)
            waiting = min(waiting, max(0, passed_ms * self._baudrate // 10_000))
        return waiting

    def read(self, nbytes=-1):
        arrived = self.any()
        if not arrived:
            return None
        if 0 <= nbytes < arrived:
            arrived = nbytes
        data = bytes(self._inbox[:arrived])
        self._drop(arrived)
        return data

    def readinto(self, buf, nbytes=-1):
        arrived = min(self.any(), len(buf))
        if 0 <= nbytes < arrived:
            arrived = nbytes
        if not arrived:
            return None
        inbox = self._inbox
        if arrived == len(buf) == len(inbox):
            buf[:] = inbox
        else:
            buf[:arrived] = inbox[:arrived]
        self._drop(arrived)
        return arrived

    def flush(self) -> None:
        """Nothing is kept back: what was written is on its way."""

    def txdone(self) -> bool:
        return True

    def ioctl(self, request: int, flags: int) -> int:
        if request != _MP_STREAM_POLL:
            return -1
        ready = flags & _POLL_WRITE
        if flags & _POLL_READ and self.any():
            ready |= _POLL_READ
        return ready

    def _wire_ms(self, count: int) -> int:
        """Time that `count` bytes of ten bits take, rounded up."""
        return (count * 10_000 + self._baudrate - 1) // self._baudrate

    def _receive(self, data, delay_ms: int) -> None:
        now = ticks_ms()
        if self._inbox:
            # What is there already has arrived first; the rest follows it on the wire.
            delay_ms = max(0, ticks_diff(self._started, now))
        else:
            self._started = ticks_add(now, delay_ms)
        self._inbox.extend(data)
        if len(self._inbox) > self._rxbuf:
            self._inbox = self._inbox[: self._rxbuf]
        desk_clock.arm(self._all_in, delay_ms + self._wire_ms(len(self._inbox)))

    def _drop(self, count: int) -> None:
        if count == len(self._inbox):
            self._inbox = bytearray()
        else:
            # The next byte goes on arriving where the dropped ones end.
            self._started = ticks_add(self._started, count * 10_000 // self._baudrate)
            self._inbox = self._inbox[count:]

    def _on_all_in(self) -> None:
        """Nothing to do: asyncio asks every waiting stream after each event."""
