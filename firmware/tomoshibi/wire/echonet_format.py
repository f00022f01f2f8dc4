"""How the value of an ECHONET Lite property is laid out, and how it is written and checked.

A format is a tuple that begins with its kind. Made of constants alone, it stays in flash; code is
needed once for each kind, not for each property.

    kind                     fields                   packs
    u8 u16 u24 u32 i16 i32   low, high, then unit,    a number; None is the first code, or 0
                             decimals, codes,
                             scaled_by and rounding
                             as needed
    code                     (raw, word) …            the raw byte; True is the first of them,
                                                      False the second
    text                     size                     ASCII, cut or filled with 00
    octets                   least, most              bytes as they are; so do the next three
    release                  -                        00 00, release letter, revision
    version                  -                        major, minor, message formats, 00
    place                    -                        one byte, or 17 that begin with 01
    moment                   shape                    its parts; None is all FF
    group                    (label, format) …        a sequence, one value for each label
    repeat                   format, most, least      a sequence; None is `most` times None
    map                      -                        ascending EPCs
    list                     width, most              codes of `width` bytes

low, high    what is a number; outside goes out as the word "underflow" or "overflow" of `codes`
             if it has one, else as the nearest number
unit         one count is 10**-decimals of it
codes        (raw, word) pairs, which replace numbers; such a word may stand for a value
scaled_by    EPCs of the same object whose values multiply this one; one that says its unit stands
             in place of `decimals`, which are those of our own nodes
rounding     of what has more digits: to nearest, "down", or "some", to nearest but never to nothing
shape        letters for the parts of date and time, Y being the two bytes of the year: YMDhms is
             7 bytes, YMDhm without seconds, YMD the date of 98, hm the time of 97

The way back, from bytes to words and numbers, is `wire.echonet_value`.

Source: ECHONET Lite Appendix, Releases R and K (docs/echonet-lite.md, "Objects" and "Sources").
"""

from tomoshibi.wire import echonet_map


def const(value):
    """For the host. MicroPython's compiler knows the word, and calls nothing."""
    return value


KIND = const(0)
# Fields of a number.
LOW = const(1)
HIGH = const(2)
UNIT = const(3)
DECIMALS = const(4)
CODES = const(5)
SCALED_BY = const(6)
ROUNDING = const(7)

# Numbers, big-endian, and their bytes; i is signed.
SIZES = {"u8": 1, "u16": 2, "u24": 3, "u32": 4, "i16": 2, "i32": 4}


def field(form, at, otherwise):
    """A field that a number may leave out."""
    return form[at] if at < len(form) else otherwise


def pack(form, buf, at, value) -> int:
    """Write `value` to buf[at:], None meaning "no data"; the size written."""
    kind = form[KIND]
    if kind in SIZES:
        return _pack_number(form, buf, at, value)
    if kind == "code":
        buf[at] = (form[1] if value else form[2])[0] if isinstance(value, bool) else value
        return 1
    if kind == "text":
        return _pack_text(form[1], buf, at, value)
    if kind == "moment":
        return _pack_moment(form[1], buf, at, value)
    if kind == "group":
        return _pack_group(form, buf, at, value)
    if kind == "repeat":
        return _pack_repeat(form, buf, at, value)
    if kind == "map":
        return echonet_map.write_map(buf, at, value)
    if kind == "list":
        return echonet_map.write_codes(buf, at, value, form[1], form[2])
    return _copy(buf, at, value)


def digits(form, value, unit, decimals):
    """A number of `unit` with `decimals`, rounded to what the format counts; all else as it is."""
    if not unit or value is None or isinstance(value, str):
        return value
    drop = decimals - field(form, DECIMALS, 0)
    if form[UNIT] != unit:
        drop += 3  # kWh of Wh, klx of lx
    one = 10**drop
    rounding = field(form, ROUNDING, "")
    rounded = (value + (0 if rounding == "down" else one // 2)) // one
    return 1 if rounding == "some" and value > rounded == 0 else rounded


def accepts(form, buf, at, size) -> bool:
    """Whether buf[at : at + size] is a value that may be set: only numbers and places ever are."""
    if form[KIND] == "place":
        return _is_place(buf, at, size)
    return size == SIZES.get(form[KIND]) and form[LOW] <= number(form, buf, at) <= form[HIGH]


def number(form, buf, at) -> int:
    """What stands in buf[at:], in range or not."""
    size = SIZES[form[KIND]]
    value = 0
    for i in range(size):
        value = value << 8 | buf[at + i]
    if form[KIND][0] == "i" and buf[at] & 0x80:
        value -= 1 << 8 * size
    return value


def _pack_number(form, buf, at, value) -> int:
    """A number too large never looks like another code ("no data") by accident."""
    codes = field(form, CODES, ())
    if value is None:
        value = codes[0][0] if codes else 0
    elif isinstance(value, str):
        value = _code(codes, value, form[HIGH])
    elif value > form[HIGH]:
        value = _code(codes, "overflow", form[HIGH])
    elif value < form[LOW]:
        value = _code(codes, "underflow", form[LOW])
    size = SIZES[form[KIND]]
    for i in range(size):
        buf[at + i] = value >> 8 * (size - 1 - i) & 0xFF
    return size


def _code(codes, word, otherwise) -> int:
    for code, meaning in codes:
        if meaning == word:
            return code
    return otherwise


def _pack_text(size, buf, at, value) -> int:
    for i in range(size):
        code = ord(value[i]) if i < len(value) else 0
        buf[at + i] = code if code < 0x80 else 0x3F
    return size


def _pack_moment(shape, buf, at, value) -> int:
    to = at
    for i, letter in enumerate(shape):
        part = 0xFFFF if value is None else value[i]
        if letter == "Y":
            buf[to] = part >> 8
            to += 1
        buf[to] = part & 0xFF
        to += 1
    return to - at


def _pack_group(form, buf, at, value) -> int:
    to = at
    for i in range(len(form) - 1):
        to += pack(form[1 + i][1], buf, to, value[i])
    return to - at


def _pack_repeat(form, buf, at, value) -> int:
    to = at
    for i in range(form[2] if value is None else len(value)):
        to += pack(form[1], buf, to, None if value is None else value[i])
    return to - at


def _copy(buf, at, value) -> int:
    for i in range(len(value)):
        buf[at + i] = value[i]
    return len(value)


def _is_place(buf, at, size) -> bool:
    """Codes 02 to 07 are reserved; 01 stands before 16 bytes of position and only there."""
    if size == 17:
        return buf[at] == 0x01
    return size == 1 and (buf[at] == 0 or buf[at] >= 0x08)
