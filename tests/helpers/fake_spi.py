"""A bus with one chip that answers whole 32-clock transfers from a table of bytes.

It knows three things about an ATM90E32: register 0x78 repeats the last word, a write can be read
back, and some reads clear. Everything else is in the table; a transfer that is not is a KeyError.
"""

_LAST = 0x8078  # the two bytes that read register 0x78


class FakeSPI:
    """`cs` must be low during a transfer. `noise[n]` is xored into the n-th word from now on."""

    def __init__(self, cs):
        self.cs = cs
        self.words = {}
        self.clearing = set()
        self.sent = []  # writes, in order
        self.last = 0
        self.noise = ()
        self.silent = None  # what a bus without a chip reads: 0 or 0xFFFF

    def answer(self, out, back):
        """From now on the four bytes `out` are answered with xx xx and the two bytes `back`."""
        self.words[_asked(bytes.fromhex(out))] = int(back.replace(" ", ""), 16)

    def disturb(self, *noise):
        self.noise = noise
        self._at = 0

    def write_readinto(self, out, into):
        if len(out) != 4 or len(into) != 4 or self.cs.level != 0:
            raise ValueError
        if out[0] & 0x80:
            word = self._read(out)
        else:
            word = self._write(out)
        if self.silent is not None:
            word = self.silent
        elif self.noise and self._at < len(self.noise):
            word ^= self.noise[self._at]
            self._at += 1
        into[0] = into[1] = 0xEE
        into[2] = word >> 8
        into[3] = word & 0xFF

    def _read(self, out):
        if out[2] != 0xFF or out[3] != 0xFF:
            raise ValueError  # what is clocked out while the answer comes in
        asked = _asked(out)
        if asked == _LAST:
            return self.last
        word = self.words[asked]
        self.last = word
        if asked in self.clearing:
            self.words[asked] = 0
        return word

    def _write(self, out):
        self.sent.append(bytes(out))
        self.last = out[2] << 8 | out[3]
        self.words[_asked(out) | 0x8000] = self.last
        return 0


def _asked(out):
    return out[0] << 8 | out[1]
