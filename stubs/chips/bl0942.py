"""A model of the BL0942 energy meter: bytes on its UART in, bytes out.

Commands, packet, registers and scales follow the data sheet V1.06. With I and V in mV at the
pins, Vref = 1.218 V and the amplifier at 16x:

    I_RMS = 305978 I / Vref    V_RMS = 73989 V / Vref    WATT = 3537 I V cos(phi) / Vref**2

so that one count of power is `3537 / (305978 * 73989)` of one count of current times one of
voltage. One pulse (CF) takes 419430.4 / WATT seconds.

Powers are mW, positive toward the load. Times are ms and may wrap at 2**30.
"""

from micropython import const

from mean_window import MeanWindow

_TICKS = const(0x3FFF_FFFF)

# Inputs, by their place in the list of quantities.
U_MV = const(0)
I_MA = const(1)
P_MW = const(2)

_READ = const(0x58)
_WRITE = const(0xA8)
_FULL_PACKET = const(0xAA)
_HEADER = const(0x55)

_I_RMS, _V_RMS, _I_FAST, _WATT = const(0x03), const(0x04), const(0x05), const(0x06)
_CF_CNT, _FREQ, _STATUS = const(0x07), const(0x08), const(0x09)
_FIRST_SETTING = const(0x10)
_WA_CREEP = const(0x14)
_MODE = const(0x19)
_GAIN = const(0x1A)
_SOFT_RESET = const(0x1C)
_PROTECT = const(0x1D)

_RESET_KEY = const(0x5A5A5A)
_UNLOCK = const(0x55)

_CF_ENABLE = const(0x04)
_RMS_800_MS = const(0x08)
_LINE_60_HZ = const(0x20)
_CLEAR_CF = const(0x40)
_CF_ABSOLUTE = const(0x80)

_PULSE = const(419_430_400)  # WATT counts times milliseconds in one pulse
_GAINS = (1, 4, 16, 24)

# Out of reset; what is not listed is 0.
_DEFAULTS = ((_WA_CREEP, 0x0B), (_MODE, 0x87), (_GAIN, 0x02))


def board_constants(shunt_uohm: int, top_ohm: int, bottom_ohm: int) -> tuple[int, int]:
    """Counts per kV and per kA on a board with this shunt and this voltage divider."""
    per_kv = 73_989 * bottom_ohm * 10**9 // (1_218 * (top_ohm + bottom_ohm))
    return per_kv, 305_978 * shunt_uohm * 1000 // 1_218


class BL0942:
    """One chip at 9600 baud. Faults: `silent` (answers nothing), `corrupt` (so many answers with
    a damaged byte), `hard_reset` (as after a dip of its supply). `pulses` is the CF counter."""

    BAUD = 9_600
    ANSWER_DELAY_MS = 1

    def __init__(self, per_kv: int, per_ka: int, address: int = 0) -> None:
        self._per_kv = per_kv
        self._per_ka = per_ka
        self._address = address
        self._window = MeanWindow(3, 2, 400)
        self._line_mhz = 0
        self._period_us = 20_000  # of the line; keeps its last value while there is no line
        self.silent = False
        self.corrupt = 0
        self.hard_reset(0)

    def hard_reset(self, now_ms: int) -> None:
        """As after power-up: settings and pulse counter gone."""
        self._registers = [0] * 32
        for address, value in _DEFAULTS:
            self._registers[address] = value
        self._pending = bytearray()
        self._unlocked = False
        self.pulses = 0
        self._energy = 0  # WATT counts times ms, below one pulse
        self._energy_at = now_ms
        self._reconfigure(now_ms)

    def set(self, now_ms: int, quantity: int, value: int) -> None:
        """An input takes a value: U_MV, I_MA or P_MW."""
        self._count_pulses(now_ms)
        self._window.set(now_ms, quantity, value)

    @property
    def line_mhz(self) -> int:
        return self._line_mhz

    @line_mhz.setter
    def line_mhz(self, line_mhz: int) -> None:
        self._line_mhz = line_mhz
        if line_mhz > 0:
            self._period_us = (1_000_000_000 + line_mhz // 2) // line_mhz

    # -- the bus -----------------------------------------------------------------------------

    def feed(self, data, now_ms: int) -> bytes:
        """Bytes that have arrived at `now_ms`; returns the answer, if a command is complete."""
        pending = self._pending
        pending.extend(data)
        answer = b""
        while len(pending) >= 2:
            if pending[0] == _READ | self._address:
                answer += self._answer(pending[1], now_ms)
                used = 2
            elif pending[0] != _WRITE | self._address:
                used = 1  # not for us, or out of step
            elif len(pending) < 6:
                break
            else:
                self._obey(pending, now_ms)
                used = 6
            pending = self._pending = pending[used:]
        return b"" if self.silent else answer

    def _answer(self, address: int, now_ms: int) -> bytes:
        self._window.roll(now_ms)
        if self._window.fresh:
            self._show()
        self._count_pulses(now_ms)
        if address == _FULL_PACKET:
            answer = self._packet()
        else:
            value = self._read(address)
            answer = bytearray((value & 0xFF, value >> 8 & 0xFF, value >> 16 & 0xFF, 0))
            answer[3] = ~(_READ + self._address + address + sum(answer)) & 0xFF
        if address in (_CF_CNT, _FULL_PACKET) and self._registers[_MODE] & _CLEAR_CF:
            self.pulses = 0
        if self.corrupt:
            self.corrupt -= 1
            answer[1] ^= 0x10
        return answer

    def _packet(self) -> bytearray:
        """Header, five 24-bit values, the period, status, and a sum that starts with the command
        but leaves out the 0xAA."""
        packet = bytearray(23)
        packet[0] = _HEADER
        for at, address in ((1, _I_RMS), (4, _V_RMS), (7, _I_FAST), (10, _WATT), (13, _CF_CNT)):
            value = self._read(address)
            packet[at] = value & 0xFF
            packet[at + 1] = value >> 8 & 0xFF
            packet[at + 2] = value >> 16 & 0xFF
        packet[16] = self._period_us & 0xFF
        packet[17] = self._period_us >> 8 & 0xFF
        packet[19] = self._read(_STATUS) & 0xFF
        packet[22] = ~(_READ + self._address + sum(packet)) & 0xFF
        return packet

    def _obey(self, frame, now_ms: int) -> None:
        """A write: A8 register d0 d1 d2 checksum. A wrong sum or a locked chip does nothing."""
        if ~sum(frame[:5]) & 0xFF != frame[5]:
            return
        address = frame[1]
        value = frame[2] | frame[3] << 8 | frame[4] << 16
        if address == _PROTECT:
            self._unlocked = value == _UNLOCK
            self._registers[_PROTECT] = value
        elif not self._unlocked:
            return
        elif address == _SOFT_RESET:
            if value == _RESET_KEY:
                self.hard_reset(now_ms)
        elif _FIRST_SETTING <= address <= _GAIN:
            self._count_pulses(now_ms)
            self._registers[address] = value
            if address == _MODE:
                self._reconfigure(now_ms)
            self._window.fresh = True

    # -- registers ---------------------------------------------------------------------------

    def _read(self, address: int) -> int:
        if address == _CF_CNT:
            return self.pulses
        if address == _FREQ:
            return self._period_us & 0xFFFF
        if address == _STATUS:
            return self._status()
        return self._registers[address] if address < len(self._registers) else 0

    def _status(self) -> int:
        watt = self._registers[_WATT]
        status = 0 if watt else 2
        # "Reverse" is of the pulses, which run backwards only when they are counted with a sign.
        if watt < 0 and not self._registers[_MODE] & _CF_ABSOLUTE:
            status |= 1
        if not self._window.inputs[I_MA]:
            status |= 0x100
        if not self._window.inputs[U_MV]:
            status |= 0x200
        return status

    def _reconfigure(self, now_ms: int) -> None:
        long = self._registers[_MODE] & _RMS_800_MS
        self._window.restart(now_ms, 800 if long else 400)

    def _show(self) -> None:
        """Fill the measurement registers from the last window."""
        self._window.fresh = False
        u_mv, i_ma, p_mw = self._window.means
        registers = self._registers
        registers[_V_RMS] = min(0xFFFFFF, _rounded(u_mv * self._per_kv, 10**6))
        registers[_I_RMS] = min(0xFFFFFF, _rounded(i_ma * self._per_ka * self._gain(), 16 * 10**6))
        # The fast value is of half a cycle and unfiltered; of a steady sine it is the same.
        registers[_I_FAST] = 0
        registers[_WATT] = self._watt(p_mw)

    def _gain(self) -> int:
        return _GAINS[self._registers[_GAIN] & 3]

    def _watt(self, p_mw: int) -> int:
        """Power counts. Below the creep threshold (WA_CREEP = WATT * 256 / 3125) they are 0."""
        scale = 305_978 * 73_989 * 16 * 10**9
        watt = _rounded(p_mw * self._per_kv * self._per_ka * 3_537 * self._gain(), scale)
        if abs(watt) < (self._registers[_WA_CREEP] & 0xFF) * 3125 // 256:
            return 0
        return watt

    def _count_pulses(self, now_ms: int) -> None:
        """Add what flowed since the last call. The counter is 24 bits and wraps."""
        span_ms = (now_ms - self._energy_at) & _TICKS
        mode = self._registers[_MODE]
        self._energy_at = now_ms
        if not span_ms or not mode & _CF_ENABLE:
            return
        watt = self._watt(self._window.inputs[P_MW])
        if mode & _CF_ABSOLUTE:
            watt = abs(watt)
        pulses, self._energy = divmod(self._energy + watt * span_ms, _PULSE)
        self.pulses = (self.pulses + pulses) & 0xFFFFFF


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
