"""A model of the PZEM-004T v3: Modbus frames on its UART in, frames out.

Frames, registers, start power and lowest voltage follow the user manual V3.0. Measurements are of
the moment; how long the module averages is not published.

Powers are mW, positive toward the load; the module shows their magnitude. Times are ms and may
wrap at 2**30.
"""

_U_MV, _I_MA, _P_MW = range(3)
_TICKS = 0x3FFF_FFFF
_MJ_PER_WH = 3_600_000
_LOWEST_MV = 80_000
_START_MW = 400
# A pause of 3.5 characters ends a frame.
_PAUSE_MS = 4
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS = 1, 2


class Model:
    """One module. It lives from the line, so that a low voltage silences it; energy stays."""

    BAUD = 9_600
    ANSWER_DELAY_MS = 20
    VOLTAGES = (_U_MV,)
    CHANNELS = ((_I_MA, _P_MW),)

    def __init__(self, place: int, figures: tuple) -> None:
        self._address = place
        self._inputs = [0, 0, 0]
        self._energy_mj = 0
        self._energy_at = 0
        self._frame = b""
        self._heard_at = 0
        self.line_mhz = 0
        self.silent = False
        self.corrupt = 0

    def hard_reset(self, now_ms: int) -> None:
        """As after a dip of its supply: nothing but a half heard frame is lost."""
        self._frame = b""

    def set(self, now_ms: int, quantity: int, value: int) -> None:
        self._count(now_ms)
        self._inputs[quantity] = value

    def feed(self, data: bytes, now_ms: int) -> bytes:
        """Bytes that have arrived at `now_ms`; what it answers, if they end a frame for it."""
        if (now_ms - self._heard_at) & _TICKS > _PAUSE_MS + len(data) * 10_000 // self.BAUD:
            self._frame = b""
        self._heard_at = now_ms
        frame = self._frame = self._frame + data
        if len(frame) < 8 or _remainder(frame) or frame[0] != self._address:
            return b""
        self._frame = b""
        if self.silent or self._inputs[_U_MV] < _LOWEST_MV:
            return b""
        self._count(now_ms)
        answer = self._respond(frame)
        answer += _remainder(answer).to_bytes(2, "little")
        if self.corrupt:
            self.corrupt -= 1
            answer = answer[:4] + bytes((answer[4] ^ 1,)) + answer[5:]
        return answer

    def _respond(self, frame: bytes) -> bytes:
        function = frame[1]
        start, count = frame[2] << 8 | frame[3], frame[4] << 8 | frame[5]
        if function != 4:
            return bytes((frame[0], function | 0x80, _ILLEGAL_FUNCTION))
        if not 0 < count <= 10 - start:
            return bytes((frame[0], function | 0x80, _ILLEGAL_ADDRESS))
        answer = bytes((frame[0], function, 2 * count))
        for value in self._registers()[start : start + count]:
            answer += value.to_bytes(2, "big")
        return answer

    def _registers(self) -> list:
        u_mv, i_ma, _p_mw = self._inputs
        p_mw = self._power_mw()
        tenths_w, wh = (p_mw + 50) // 100, self._energy_mj // _MJ_PER_WH
        apparent_mw = u_mv * i_ma // 1000
        factor = min(100, 100 * p_mw // apparent_mw) if apparent_mw else 0
        registers = [(u_mv + 50) // 100]
        for value in (i_ma, tenths_w, wh):
            registers += [value & 0xFFFF, value >> 16]
        return registers + [(self.line_mhz + 50) // 100, factor, 0]

    def _power_mw(self) -> int:
        p_mw = abs(self._inputs[_P_MW])
        return p_mw if p_mw >= _START_MW and self._inputs[_U_MV] >= _LOWEST_MV else 0

    def _count(self, now_ms: int) -> None:
        span_ms = (now_ms - self._energy_at) & _TICKS
        self._energy_at = now_ms
        self._energy_mj += self._power_mw() * span_ms // 1000


def _remainder(data: bytes) -> int:
    """Of the data as a polynomial, by 0x8005, bits reflected: 0 for a frame that ends with it."""
    rest = 0xFFFF
    for byte in data:
        for bit in range(8):
            odd = (rest ^ byte >> bit) & 1
            rest >>= 1
            if odd:
                rest ^= 0xA001
    return rest
