"""Whether a value fits the declaration of its setting. Runs on the host, too."""

from tomoshibi.settings.declared import (
    ADDRESS,
    CHOICE,
    DEFAULT,
    GATEWAY,
    HEX,
    INTEGER,
    KIND,
    LEAST,
    LOAD_SETTINGS,
    MOST,
    NAME,
    PLACE,
    SECRET,
    SETTINGS,
    TEXT,
    UNIT,
)

_LOADS = "loads"
_IP_MOST = 15
_DIGITS = "0123456789ABCDEFabcdef"


def row_of(key):
    """The row that declares a key such as "line_hz", "loads.2.tier" or "places.028D01", or None."""
    parts = key.split(".")
    rows, name = SETTINGS, key
    if len(parts) == 3 and parts[0] == _LOADS:
        rows, name = LOAD_SETTINGS, parts[2]
    if len(parts) == 2 and parts[0] == PLACE[NAME]:
        return PLACE if _is_object(parts[1]) else None
    for row in rows:
        if row[NAME] == name:
            return row
    return None


def fits(row, value) -> bool:
    """Whether `value` may stand for the setting of `row`: of its kind, and within its range.

    Equal is not enough: 50.0 equals 50, and what counts with whole numbers goes wrong on it.
    """
    kind, least, most = row[KIND], row[LEAST], row[MOST]
    if kind == TEXT or kind == SECRET:
        return isinstance(value, str) and (least <= len(value) <= most or value == row[DEFAULT])
    if kind == HEX:
        return isinstance(value, str) and len(value) / 2 in most and _is_hex(value)
    if kind == ADDRESS:
        return isinstance(value, str) and (value == row[DEFAULT] or _is_address(value, most))
    if isinstance(value, (bool, float)):
        return False
    if kind == CHOICE:
        return value in most
    return isinstance(value, int) and least <= value <= most


def problem(row, value):
    """The range in words if `value` does not fit; else None."""
    return None if fits(row, value) else allowed(row)


def allowed(row) -> str:
    """The range of a setting in words."""
    kind, least, most, unit = row[KIND], row[LEAST], row[MOST], row[UNIT]
    if kind == HEX:
        return _either(most, unit) + " in hexadecimal"
    if kind == CHOICE:
        return _either(most, unit)
    if kind == ADDRESS:
        with_object = " or 192.168.1.1/05FF01" if most > _IP_MOST else ""
        return "an IPv4 address such as 192.168.1.1" + with_object + ", gateway, or none"
    words = ("%d to %d %s" % (least, most, unit)).strip()
    return words if kind == INTEGER else words + ", or none"


def _either(choices, unit) -> str:
    return (" or ".join(str(choice) for choice in choices) + " " + unit).strip()


def _is_address(text, most) -> bool:
    text, slash, eoj = text.partition("/")
    if slash and not (most > _IP_MOST and _is_object(eoj) and 0 < int(eoj[4:], 16) < 0x80):
        return False
    if text == GATEWAY:
        return True
    parts = text.split(".")
    for part in parts:
        plain = part and not part.strip("0123456789") and part == str(int(part))
        if not plain or int(part) > 255:
            return False
    return len(parts) == 4


def _is_object(text) -> bool:
    return len(text) == 6 and _is_hex(text) and text == text.upper()


def _is_hex(text) -> bool:
    for digit in text:
        if digit not in _DIGITS:
            return False
    return True
