"""A model of the ATM90E32AS energy meter: SPI words in, SPI words out.

Registers, widths, signs and scales follow the data sheet and application note 46103. The model
knows the physical truth on its inputs; the gain registers change what it shows, relative to the
gains that are right for the board's transformers (`u_gain`, `i_gain`).

Not modelled: the waveform (peaks are those of a sine, harmonics are 0), the calculated neutral
current, the CF and IRQ pins.

All powers are mW or mvar, positive toward the load. Times are ms and may wrap at 2**30.
"""

from array import array
from math import atan2, degrees
from micropython import const

from mean_window import MeanWindow

_TICKS = const(0x3FFF_FFFF)

# Inputs, by their place in the list of quantities; add the phase (0 to 2).
U_MV = const(0)
I_MA = const(3)
P_MW = const(6)
Q_MVAR = const(9)

_METER_EN = const(0x00)
_SAG_TH = const(0x08)
_PHASE_LOSS_TH = const(0x09)
_FREQ_LO_TH = const(0x0C)
_FREQ_HI_TH = const(0x0D)
_PL_CONST_H = const(0x31)
_PL_CONST_L = const(0x32)
_MMODE0 = const(0x33)
_MMODE1 = const(0x34)
_P_START_TH = const(0x35)
_P_PHASE_TH = const(0x38)
_POWER_OFFSET = const(0x41)  # P and Q of each phase in turn
_PQ_GAIN = const(0x47)
_U_GAIN = const(0x61)
_I_GAIN = const(0x62)
_U_OFFSET = const(0x63)
_I_OFFSET = const(0x64)
_LAST_CONFIG = const(0x6F)
_SOFT_RESET = const(0x70)
_STATE0 = const(0x71)
_STATE1 = const(0x72)
_INT_STATE1 = const(0x74)
_INT_ENABLE1 = const(0x76)
_LAST_DATA = const(0x78)
_CRC_STATUS = const(0x79)
_ACCESS = const(0x7F)
_ENERGY = const(0x80)
_ENERGY_END = const(0x94)
_P_MEAN = const(0xB0)
_Q_MEAN = const(0xB4)
_S_MEAN = const(0xB8)
_PF_MEAN = const(0xBC)
_P_FUNDAMENTAL = const(0xD0)
_U_RMS = const(0xD9)
_I_RMS = const(0xDD)
_U_PEAK = const(0xF1)
_I_PEAK = const(0xF5)
_FREQUENCY = const(0xF8)
_ANGLE = const(0xF9)
_TEMPERATURE = const(0xFC)

_OPEN = const(0x55AA)
_RESET_KEY = const(0x789A)
_RESET_MS = const(5)

# Out of reset; what is not listed is 0. The gains are 0x8000, the meter constant 3200 imp/kWh.
_DEFAULTS = (
    (0x05, 0x143F),
    (_FREQ_LO_TH, 4900),
    (_FREQ_HI_TH, 5100),
    (_PL_CONST_H, 0x0861),
    (_PL_CONST_L, 0xC468),
    (_MMODE0, 0x0087),
    (0x61, 0x8000),
    (0x62, 0x8000),
    (0x65, 0x8000),
    (0x66, 0x8000),
    (0x69, 0x8000),
    (0x6A, 0x8000),
)


class ATM90E32:
    """One chip. Faults: `silent` (answers nothing), `corrupt` (so many words damaged on the
    wire), `hard_reset` (as after a dip of its supply), `drift` (a register loses its value)."""

    POLARITY = 1
    PHASE = 1
    MAX_BAUD = 1_100_000

    def __init__(self, u_gain: int, i_gain: int) -> None:
        self._reference = (u_gain, i_gain)
        self._window = MeanWindow(12, 6, 320)
        self.line_mhz = 0
        self.temperature_c = 25
        self.silent = False
        self.corrupt = 0
        self._frame = bytearray(4)
        self.hard_reset(0)

    def hard_reset(self, now_ms: int) -> None:
        """As after power-up: all settings gone, all energy gone."""
        self._registers = array("H", bytes(512))
        for address, value in _DEFAULTS:
            self._registers[address] = value
        self._energy_uj = [0] * (_ENERGY_END - _ENERGY)
        self._energy_at = now_ms
        self._clocked = 0
        self._access = 0
        self._last = 0
        self._latched = None  # the configuration when access was closed
        self._ready_at = None  # during a reset: when it is over
        self._reconfigure(now_ms)

    def set(self, now_ms: int, quantity: int, value: int) -> None:
        """An input takes a value: U_MV, I_MA, P_MW or Q_MVAR plus the phase."""
        self._count_energy(now_ms)
        self._window.set(now_ms, quantity, value)

    def drift(self, address: int, value: int) -> None:
        """A configuration register changes by itself; the check over it then fails."""
        self._registers[address] = value

    # -- the bus -----------------------------------------------------------------------------

    def select(self) -> None:
        self._clocked = 0

    def deselect(self, now_ms: int) -> None:
        """A write takes effect here, and only after exactly 32 clocks."""
        frame = self._frame
        if self._clocked == 4 and not frame[0] & 0x80 and not self._deaf(now_ms):
            self._last = frame[2] << 8 | frame[3]
            self._write((frame[0] & 3) << 8 | frame[1], self._last, now_ms)
        self._clocked = 0

    def exchange(self, out, into, now_ms: int) -> None:
        """Clock bytes through. `out` or `into` may be None."""
        if out is not None and len(out) == 4 and not self._clocked:
            self._clocked = 4
            if out[0] & 0x80:
                self._frame[0] = 0x80
                word = self._answer((out[0] & 3) << 8 | out[1], now_ms)
                if into is not None:
                    into[0] = into[1] = 0xFF
                    into[2] = word >> 8
                    into[3] = word & 0xFF
            else:
                self._frame[:] = out
            return
        for i in range(len(into if out is None else out)):
            byte = self._clock(0 if out is None else out[i], now_ms)
            if into is not None:
                into[i] = byte

    def _clock(self, byte: int, now_ms: int) -> int:
        """One byte each way, for hosts that cut the frame into pieces."""
        frame = self._frame
        at = self._clocked
        self._clocked = at + 1
        if at >= 4:
            return 0xFF
        if at < 2 or not frame[0] & 0x80:
            frame[at] = byte
        if at == 1 and frame[0] & 0x80:
            word = self._answer((frame[0] & 3) << 8 | byte, now_ms)
            frame[2] = word >> 8
            frame[3] = word & 0xFF
        return frame[at] if at >= 2 and frame[0] & 0x80 else 0xFF

    def _answer(self, address: int, now_ms: int) -> int:
        if (self.silent or self._ready_at is not None) and self._deaf(now_ms):
            return 0xFFFF
        word = self._last = self._read(address, now_ms)
        if self.corrupt:
            self.corrupt -= 1
            return word ^ 0x0400
        return word

    def _deaf(self, now_ms: int) -> bool:
        if self._ready_at is not None and (now_ms - self._ready_at) & _TICKS < _TICKS >> 1:
            self._ready_at = None
        return self.silent or self._ready_at is not None

    # -- registers ---------------------------------------------------------------------------

    def _read(self, address: int, now_ms: int) -> int:
        if address == _LAST_DATA:
            return self._last
        if address >= _P_MEAN:
            if address == _FREQUENCY:
                return self.line_mhz // 10 if self._registers[_METER_EN] else 0
            window = self._window
            window.roll(now_ms)
            if window.fresh:
                self._show()
            return self._registers[address] if address < 0x100 else 0
        if _ENERGY <= address < _ENERGY_END:
            return self._take_energy(address - _ENERGY, now_ms)
        if address == _STATE1:
            return self._state1()
        if address == _INT_STATE1:
            self._registers[_INT_STATE1] |= self._state1()
        elif address == _CRC_STATUS:
            return int(self._latched is not None and self._latched != self._configuration())
        return self._registers[address]

    def _write(self, address: int, value: int, now_ms: int) -> None:
        if address == _ACCESS:
            if self._access == _OPEN and value != _OPEN:
                self._latched = self._configuration()
            self._access = self._registers[_ACCESS] = value
        elif address == _SOFT_RESET:
            if value == _RESET_KEY:
                last = self._last
                self.hard_reset(now_ms)
                self._last = last
                self._ready_at = (now_ms + _RESET_MS) & _TICKS
        elif address == _INT_STATE1:
            self._registers[address] &= ~value & 0xFFFF
        elif address == _INT_ENABLE1 or address == 0x75:
            self._registers[address] = value
        elif address <= _LAST_CONFIG and self._access == _OPEN:
            self._count_energy(now_ms)
            was_on = self._registers[_METER_EN]
            was_mode = self._registers[_MMODE0]
            self._registers[address] = value
            if self._registers[_METER_EN] != was_on or self._registers[_MMODE0] != was_mode:
                self._reconfigure(now_ms)
            self._window.fresh = True

    def _configuration(self) -> bytes:
        return bytes(self._registers[: _LAST_CONFIG + 1])

    def _reconfigure(self, now_ms: int) -> None:
        """Metering begins anew: 16 cycles of the nominal frequency are one window."""
        self._window.restart(now_ms, 267 if self._registers[_MMODE0] & 0x1000 else 320)

    def _state1(self) -> int:
        """Sag, phase loss and frequency limits, of this instant. Thresholds are peak values,
        `volts * 100 * sqrt(2) * 2**14 / Ugain`."""
        registers = self._registers
        state = 0
        line = self.line_mhz // 10
        if line > registers[_FREQ_HI_TH]:
            state |= 0x8000
        if line < registers[_FREQ_LO_TH]:
            state |= 0x0800
        for phase in range(3):
            gain = registers[_U_GAIN + 4 * phase]
            # What the thresholds are compared with: mV to 0.01 V, and sqrt(2) as 11585 / 8192.
            level = self._volts(self._window.inputs[phase], phase) * 11_585 * 2 // (10 * gain)
            if level < registers[_SAG_TH]:
                state |= 0x4000 >> phase
            if level < registers[_PHASE_LOSS_TH]:
                state |= 0x0400 >> phase
        return state

    # -- what the gains make of the truth ----------------------------------------------------

    def _volts(self, u_mv: int, phase: int) -> int:
        gain = self._registers[_U_GAIN + 4 * phase]
        reference = self._reference[0]
        return u_mv if gain == reference else u_mv * gain // reference

    def _amps(self, i_ma: int, phase: int) -> int:
        """Scaled mA. The amplifier doubles what reaches the converter: 1x, 2x, 4x."""
        gain = self._registers[_I_GAIN + 4 * phase] << (self._registers[_MMODE1] >> 2 * phase & 3)
        reference = self._reference[1]
        return i_ma if gain == reference else i_ma * gain // reference

    def _power(self, milli: int, phase: int) -> int:
        """Scaled mW or mvar: both gains, and PQGain as 1 + gain / 2**15."""
        milli = self._amps(self._volts(milli, phase), phase)
        gain = _s16(self._registers[_PQ_GAIN + 2 * phase])
        return milli + milli * gain // 32_768 if gain else milli

    # -- energy ------------------------------------------------------------------------------

    def _count_energy(self, now_ms: int) -> None:
        """Add mW times ms, which is uJ, since the last call; each direction apart."""
        span_ms = (now_ms - self._energy_at) & _TICKS
        self._energy_at = now_ms
        registers = self._registers
        if not span_ms or not registers[_METER_EN]:
            return
        inputs = self._window.inputs
        start_mw = registers[_P_PHASE_TH] * 8 // 25
        total_p = total_q = total_s = 0
        for phase in range(3):
            p_mw = self._power(inputs[P_MW + phase], phase)
            q_mvar = self._power(inputs[Q_MVAR + phase], phase)
            if abs(p_mw) + abs(q_mvar) < start_mw:
                continue
            s_mva = self._apparent(inputs, phase)
            self._add_energy(1 + phase, span_ms, p_mw, q_mvar, s_mva)
            if registers[_MMODE0] & 4 >> phase:
                total_p += p_mw
                total_q += q_mvar
                total_s += s_mva
        if abs(total_p) >= registers[_P_START_TH] * 8 // 25:
            self._add_energy(0, span_ms, total_p, total_q, total_s)

    def _add_energy(self, at: int, span_ms: int, p_mw: int, q_mvar: int, s_mva: int) -> None:
        energy = self._energy_uj
        energy[at if p_mw >= 0 else at + 4] += abs(p_mw) * span_ms
        energy[at + 8 if q_mvar >= 0 else at + 12] += abs(q_mvar) * span_ms
        energy[at + 16] += s_mva * span_ms

    def _take_energy(self, at: int, now_ms: int) -> int:
        """Read and clear. One count is 0.01 pulse; what is below a count stays inside.

        MC = 450e9 / PLconst pulses per kWh, so a count is 36e9 / MC uJ = 0.08 PLconst uJ.
        """
        self._count_energy(now_ms)
        count_uj = (self._registers[_PL_CONST_H] << 16 | self._registers[_PL_CONST_L]) * 2 // 25
        if not count_uj:
            return 0
        counts = self._energy_uj[at] // count_uj
        self._energy_uj[at] -= counts * count_uj
        return counts & 0xFFFF

    # -- the measurement registers -----------------------------------------------------------

    def _apparent(self, values: list, phase: int) -> int:
        u_mv = self._volts(values[U_MV + phase], phase)
        i_ma = self._amps(values[I_MA + phase], phase)
        return u_mv // 10 * i_ma // 100

    def _show(self) -> None:
        """Fill the registers from the last window."""
        self._window.fresh = False
        registers = self._registers
        for i in range(_P_MEAN, 0x100):
            registers[i] = 0
        registers[_TEMPERATURE] = self.temperature_c & 0xFFFF
        if not registers[_METER_EN]:
            return
        means = self._window.means
        totals = [0, 0, 0]
        for phase in range(3):
            self._show_rms(means, phase)
            p_mw = self._power(means[P_MW + phase], phase)
            q_mvar = self._power(means[Q_MVAR + phase], phase)
            s_mva = self._apparent(means, phase)
            self._show_power(phase, p_mw, q_mvar, s_mva)
            if registers[_MMODE0] & 4 >> phase:
                totals[0] += p_mw
                totals[1] += q_mvar
                totals[2] += s_mva
        self._show_power(-1, *totals)

    def _show_rms(self, means: list, phase: int) -> None:
        """0.01 V and 0.001 A, each with 8 more bits in the high byte of a low word."""
        registers = self._registers
        offset = 4 * phase
        volts = self._volts(means[U_MV + phase], phase) * 128 // 5
        volts = max(0, volts + (_s16(registers[_U_OFFSET + offset]) >> 1))
        amps = self._amps(means[I_MA + phase], phase) * 256
        amps = max(0, amps + (_s16(registers[_I_OFFSET + offset]) >> 1))
        registers[_U_RMS + phase] = min(0xFFFF, volts >> 8)
        registers[_U_RMS + 0x10 + phase] = (volts & 0xFF) << 8
        registers[_I_RMS + phase] = min(0xFFFF, amps >> 8)
        registers[_I_RMS + 0x10 + phase] = (amps & 0xFF) << 8
        # Peaks come from the converter, before the gains: sqrt(2) * 2**13 = 11585.
        u_gain, i_gain = self._reference
        registers[_U_PEAK + phase] = min(0xFFFF, means[U_MV + phase] * 11_585 // (10 * u_gain))
        registers[_I_PEAK + phase] = min(0xFFFF, means[I_MA + phase] * 11_585 // i_gain)

    def _show_power(self, phase: int, p_mw: int, q_mvar: int, s_mva: int) -> None:
        """Powers in 0.00032 W, power factor in 1/1000, angle in 0.1 degree; phase -1: totals."""
        at = phase + 1
        p_counts, q_counts = (p_mw * 25 + 4) >> 3, (q_mvar * 25 + 4) >> 3
        if phase >= 0:
            p_counts += _s16(self._registers[_POWER_OFFSET + 2 * phase])
            q_counts += _s16(self._registers[_POWER_OFFSET + 1 + 2 * phase])
            angle = degrees(atan2(q_mvar, p_mw)) if p_mw or q_mvar else 0
            self._registers[_ANGLE + phase] = round(angle * 10) % 3600
        self._show_long(_P_MEAN + at, p_counts)
        self._show_long(_Q_MEAN + at, q_counts)
        self._show_long(_S_MEAN + at, (s_mva * 25 + 4) >> 3)
        self._show_long(_P_FUNDAMENTAL + at, p_counts)
        factor = min(1000, (abs(p_mw) * 1000 + s_mva // 2) // s_mva) if s_mva else 0
        self._registers[_PF_MEAN + at] = (factor if p_mw >= 0 else -factor) & 0xFFFF

    def _show_long(self, address: int, counts: int) -> None:
        """A signed 32-bit value: the high word here, the low word 0x10 further."""
        self._registers[address] = counts >> 16 & 0xFFFF
        self._registers[address + 0x10] = counts & 0xFFFF


def _s16(word: int) -> int:
    return word - 0x10000 if word & 0x8000 else word
