"""What the bytes of an ECHONET Lite property say, by the formats of `wire.echonet_format`.

`unpack` gives the raw number; unit, decimals and scaled_by of the format say how to read it.
Words that stand for a code ("on", "no data") come out as text. A node only writes values, so on
a board nothing imports this.

Source: ECHONET Lite Appendix, Releases R and K (docs/echonet-lite.md, "Objects" and "Sources").
"""

from tomoshibi.wire import echonet_map
from tomoshibi.wire.echonet_format import CODES, HIGH, KIND, LOW, SIZES, UNIT, field, number

_PLACES = (
    "living room", "dining room", "kitchen", "bathroom", "toilet", "washroom", "passage",
    "room", "stairs", "entrance", "store room", "garden", "garage", "balcony", "other",
)  # fmt: skip


def unpack(form, data):
    """The value as plain Python data; ValueError if `data` is none."""
    return (_number if form[KIND] in SIZES else _UNPACK[form[KIND]])(form, data)


def unit_of(form) -> str:
    """Of a number, or of the numbers that are repeated; "" if it has none."""
    if form[KIND] == "repeat":
        return unit_of(form[1])
    return field(form, UNIT, "") if form[KIND] in SIZES else ""


def _size(form) -> int:
    """Bytes of a format that is part of another; the most, if it varies."""
    kind = form[KIND]
    if kind in SIZES:
        return SIZES[kind]
    if kind == "moment":
        return len(form[1]) + ("Y" in form[1])
    if kind == "group":
        return sum(_size(part) for _, part in form[1:])
    if kind == "repeat":
        return form[2] * _size(form[1])
    return 1  # a code


def _number(form, data):
    _must(len(data) == SIZES[form[KIND]], data)
    raw = int.from_bytes(data, "big")
    for code, word in field(form, CODES, ()):
        if raw == code:
            return word
    value = number(form, data, 0)
    _must(form[LOW] <= value <= form[HIGH], data)
    return value


def _code(form, data):
    _must(len(data) == 1, data)
    for raw, word in form[1:]:
        if raw == data[0]:
            return word
    raise ValueError("%02X stands for nothing" % data[0])


def _octets(form, data):
    _must(form[1] <= len(data) <= form[2], data)
    return _digits(data)


def _text(form, data):
    _must(len(data) == form[1], data)
    return str(bytes(data).rstrip(b"\0 "), "ascii")


def _release(_form, data):
    _must(len(data) == 4, data)
    return "release %s rev. %d" % (chr(data[2]), data[3])


def _version(_form, data):
    _must(len(data) == 4, data)
    return "%d.%02d" % (data[0], data[1])


def _place(_form, data):
    _must(len(data) == 1 or (len(data) == 17 and data[0] == 1), data)
    first = data[0]
    if len(data) == 17:
        return "position " + _digits(data[1:])
    if first in (0, 0xFF):
        return "not set" if first == 0 else "not determined"
    if first < 0x08:
        return "reserved %02X" % first
    if first >= 0x80:
        return "site code %02X" % first
    name = _PLACES[(first >> 3) - 1]
    return "%s %d" % (name, first & 7) if first & 7 else name


def _moment(form, data):
    _must(len(data) == _size(form), data)
    if all(byte == 0xFF for byte in data):
        return "no data"
    text = ""
    at = 0
    for letter in form[1]:
        if letter == "Y":
            text += "%04d" % (data[at] << 8 | data[at + 1])
            at += 2
            continue
        text += {"M": "-", "D": "-", "h": "T" if text else ""}.get(letter, ":")
        text += "%02d" % data[at]
        at += 1
    return text


def _group(form, data):
    values = {}
    at = 0
    for label, part in form[1:]:
        size = min(_size(part), len(data) - at)
        values[label] = unpack(part, data[at : at + size])
        at += size
    _must(at == len(data), data)
    return values


def _repeat(form, data):
    _, part, most, least = form
    size = _size(part)
    _must(len(data) % size == 0 and least <= len(data) // size <= most, data)
    return [unpack(part, data[at : at + size]) for at in range(0, len(data), size)]


def _map(_form, data):
    return ["%02X" % epc for epc in echonet_map.read_map(data)]


def _list(form, data):
    digits = "%%0%dX" % (2 * form[1])
    return [digits % code for code in echonet_map.read_codes(data, form[1])]


_UNPACK = {
    "code": _code,
    "octets": _octets,
    "text": _text,
    "release": _release,
    "version": _version,
    "place": _place,
    "moment": _moment,
    "group": _group,
    "repeat": _repeat,
    "map": _map,
    "list": _list,
}


def _digits(data) -> str:
    return "".join("%02X" % byte for byte in data)


def _must(good, data) -> None:
    if not good:
        raise ValueError("%d bytes that are no such value" % len(data))
