"""How the value of an ECHONET Lite property is laid out, checked and shown.

A format is one object with three methods, shared by every property that looks like it:

    pack(buf, at, value)      write a value, None meaning "no data"; the size written
    accepts(buf, at, size)    whether these bytes are a value that may be set
    unpack(data)              the value as plain Python data; ValueError if it is none

`unpack` gives the raw number; `unit`, `decimals` and `scaled_by` say how to read it. Words that
stand for a code ("on", "no data") come out as text.

Source: ECHONET Lite Appendix, Releases R and K (docs/echonet-lite.md, "Objects" and "Sources").
"""

from wire import echonet_map

NO_DATA = "no data"
# What u16 keeps free for numbers outside its range.
UNDER_OVER_16 = ((0xFFFE, "underflow"), (0xFFFF, "overflow"))


class Number:
    """An integer of `size` bytes from `low` to `high`, and codes that replace it.

    unit, decimals   one count is 10**-decimals unit
    codes            (raw, word) pairs; the first stands for None when packing
    scaled_by        EPCs of the same object whose values multiply this one
    """

    # Most numbers have few of these; what an object does not hold costs it no memory.
    unit = ""
    decimals = 0
    codes = ()
    scaled_by = ()

    def __init__(
        self, size, signed, low, high, unit="", decimals=0, codes=(), scaled_by=()
    ) -> None:
        self.size = size
        self.signed = signed
        self.low = low
        self.high = high
        if unit:
            self.unit = unit
        if decimals:
            self.decimals = decimals
        if codes:
            self.codes = codes
        if scaled_by:
            self.scaled_by = scaled_by

    def pack(self, buf, at, value) -> int:
        """Write `value`. Outside the range it is the code for that, else the nearest in range.

        A number too large never looks like another code ("no data") by accident.
        """
        if value is None:
            value = self.codes[0][0] if self.codes else 0
        elif value > self.high:
            value = self._code("overflow", self.high)
        elif value < self.low:
            value = self._code("underflow", self.low)
        for i in range(self.size):
            buf[at + i] = value >> 8 * (self.size - 1 - i) & 0xFF
        return self.size

    def accepts(self, buf, at, size) -> bool:
        if size != self.size:
            return False
        return self.low <= self._number(buf, at) <= self.high

    def unpack(self, data):
        _must(len(data) == self.size, data)
        raw = int.from_bytes(data, "big")
        for code, word in self.codes:
            if raw == code:
                return word
        number = self._number(data, 0)
        _must(self.low <= number <= self.high, data)
        return number

    def _code(self, word, otherwise) -> int:
        for code, meaning in self.codes:
            if meaning == word:
                return code
        return otherwise

    def _number(self, buf, at) -> int:
        number = 0
        for i in range(self.size):
            number = number << 8 | buf[at + i]
        if self.signed and buf[at] & 0x80:
            number -= 1 << 8 * self.size
        return number


def u8(low=0, high=253, unit="", codes=()):
    return Number(1, False, low, high, unit, 0, codes)


def u16(low=0, high=65_533, unit="", decimals=0, codes=(), scaled_by=()):
    return Number(2, False, low, high, unit, decimals, codes, scaled_by)


def u32(low=0, high=999_999_999, unit="", decimals=0, codes=(), scaled_by=()):
    return Number(4, False, low, high, unit, decimals, codes, scaled_by)


class Code:
    """One byte that is a word from `words`: (raw, word) pairs. Packs the raw number."""

    size = 1
    unit = ""

    def __init__(self, *words) -> None:
        self.words = words

    def pack(self, buf, at, value) -> int:
        buf[at] = value
        return 1

    def accepts(self, buf, at, size) -> bool:
        return size == 1 and any(raw == buf[at] for raw, _ in self.words)

    def unpack(self, data):
        _must(len(data) == 1, data)
        for raw, word in self.words:
            if raw == data[0]:
                return word
        raise ValueError("%02X stands for nothing" % data[0])


class Octets:
    """`least` to `most` bytes as they are; shown in hexadecimal, or as text if they are text."""

    unit = ""

    def __init__(self, least, most=None, text=False) -> None:
        self.least = least
        self.most = least if most is None else most
        self.text = text

    @property
    def size(self):
        return self.most

    def pack(self, buf, at, value) -> int:
        for i in range(len(value)):
            buf[at + i] = value[i]
        return len(value)

    def accepts(self, _buf, _at, size) -> bool:
        return self.least <= size <= self.most

    def unpack(self, data):
        _must(self.least <= len(data) <= self.most, data)
        if self.text:
            return str(bytes(data).rstrip(b"\0 "), "ascii")
        return "".join("%02X" % byte for byte in data)


class Release:
    """82 of a device: 00 00, release letter, revision. Packs (letter, revision)."""

    size = 4
    unit = ""

    def pack(self, buf, at, value) -> int:
        buf[at] = buf[at + 1] = 0
        buf[at + 2] = ord(value[0])
        buf[at + 3] = value[1]
        return 4

    def unpack(self, data):
        _must(len(data) == 4, data)
        return "release %s rev. %d" % (chr(data[2]), data[3])


class Version:
    """82 of the node profile: major, minor, message formats, 00. Packs (major, minor, formats)."""

    size = 4
    unit = ""

    def pack(self, buf, at, value) -> int:
        buf[at], buf[at + 1], buf[at + 2] = value
        buf[at + 3] = 0
        return 4

    def unpack(self, data):
        _must(len(data) == 4, data)
        return "%d.%02d" % (data[0], data[1])


class Place:
    """81, installation location: one byte, or 17 that begin with 01. Packs bytes."""

    size = 17
    unit = ""
    NAMES = (
        "living room", "dining room", "kitchen", "bathroom", "toilet", "washroom", "passage",
        "room", "stairs", "entrance", "store room", "garden", "garage", "balcony", "other",
    )  # fmt: skip

    def pack(self, buf, at, value) -> int:
        for i in range(len(value)):
            buf[at + i] = value[i]
        return len(value)

    def accepts(self, buf, at, size) -> bool:
        """Codes 02 to 07 are reserved; 01 stands before 16 bytes of position and only there."""
        if size == 17:
            return buf[at] == 0x01
        return size == 1 and (buf[at] == 0 or buf[at] >= 0x08)

    def unpack(self, data):
        _must(len(data) == 1 or (len(data) == 17 and data[0] == 1), data)
        first = data[0]
        if len(data) == 17:
            return "position " + "".join("%02X" % byte for byte in data[1:])
        if first in (0, 0xFF):
            return "not set" if first == 0 else "not determined"
        if first < 0x08:
            return "reserved %02X" % first
        if first >= 0x80:
            return "site code %02X" % first
        name = self.NAMES[(first >> 3) - 1]
        return "%s %d" % (name, first & 7) if first & 7 else name


class Moment:
    """Date and time as bytes: `shape` names them, Y being the two of the year.

    YMDhms is 7 bytes, YMDhm without seconds, YMD the date of 98, hm the time of 97. Packs a
    tuple in that order; None is all FF, as the meters' "none".
    """

    unit = ""

    def __init__(self, shape) -> None:
        self.shape = shape
        self.size = len(shape) + ("Y" in shape)

    def pack(self, buf, at, value) -> int:
        to = at
        for i, letter in enumerate(self.shape):
            part = 0xFFFF if value is None else value[i]
            if letter == "Y":
                buf[to] = part >> 8
                to += 1
            buf[to] = part & 0xFF
            to += 1
        return self.size

    def unpack(self, data):
        _must(len(data) == self.size, data)
        if all(byte == 0xFF for byte in data):
            return NO_DATA
        text = ""
        at = 0
        for letter in self.shape:
            if letter == "Y":
                text += "%04d" % (data[at] << 8 | data[at + 1])
                at += 2
                continue
            text += {"M": "-", "D": "-", "h": "T" if text else ""}.get(letter, ":")
            text += "%02d" % data[at]
            at += 1
        return text


class Group:
    """Several values one after the other: (label, format) pairs. Packs a sequence."""

    unit = ""

    def __init__(self, *parts) -> None:
        self.parts = parts
        self.size = sum(part.size for _, part in parts)

    def pack(self, buf, at, value) -> int:
        to = at
        for i, (_, part) in enumerate(self.parts):
            to += part.pack(buf, to, value[i])
        return to - at

    def accepts(self, buf, at, size) -> bool:
        if size != self.size:
            return False
        for _, part in self.parts:
            if not part.accepts(buf, at, part.size):
                return False
            at += part.size
        return True

    def unpack(self, data):
        values = {}
        at = 0
        for label, part in self.parts:
            size = min(part.size, len(data) - at)
            values[label] = part.unpack(data[at : at + size])
            at += size
        _must(at == len(data), data)
        return values


class Repeat:
    """`least` to `most` values of one format. Packs a sequence; None is `most` times "no data"."""

    def __init__(self, part, most, least=None) -> None:
        self.part = part
        self.most = most
        self.least = most if least is None else least
        self.size = most * part.size

    @property
    def unit(self):
        return self.part.unit

    def pack(self, buf, at, value) -> int:
        count = self.most if value is None else len(value)
        for i in range(count):
            self.part.pack(buf, at + i * self.part.size, None if value is None else value[i])
        return count * self.part.size

    def unpack(self, data):
        size = self.part.size
        _must(len(data) % size == 0 and self.least <= len(data) // size <= self.most, data)
        return [self.part.unpack(data[at : at + size]) for at in range(0, len(data), size)]


class PropertyMap:
    """9D, 9E, 9F. Packs ascending EPCs."""

    size = echonet_map.MAP_SIZE
    unit = ""

    def pack(self, buf, at, value) -> int:
        return echonet_map.write_map(buf, at, value)

    def unpack(self, data):
        return ["%02X" % epc for epc in echonet_map.read_map(data)]


class Codes:
    """A count and codes of `width` bytes: the lists D5, D6 (objects) and D7 (classes)."""

    unit = ""

    def __init__(self, width, most) -> None:
        self.width = width
        self.most = most
        self.size = 1 + width * most

    def pack(self, buf, at, value) -> int:
        return echonet_map.write_codes(buf, at, value, self.width, self.most)

    def unpack(self, data):
        digits = "%%0%dX" % (2 * self.width)
        return [digits % code for code in echonet_map.read_codes(data, self.width)]


def _must(good, data) -> None:
    if not good:
        raise ValueError("%d bytes that are no such value" % len(data))
