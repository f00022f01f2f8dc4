"""From TOML values to the values of a record; what does not fit is said in words."""

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime

from tomo.checkout import boards
from tomo.tables.keys import Key


class NotThat(Exception):
    """The value is not what the key wants; the text says what it wants."""


_ONE_NODE = "an IPv4 address such as 127.0.0.11"
SERIAL = re.compile(r"[A-Za-z0-9-]{1,12}")  # as ECHONET Lite has it: 12 characters, ASCII
_CLOCK = re.compile(r"^(\d{1,3}):([0-5]\d):([0-5]\d)(?:\.(\d{1,3}))?$")


def convert(key: Key, value: object) -> object:
    """`value` as the record keeps it. Raises NotThat with what was expected."""
    return _KINDS[key.kind](key, value)


def _span(key: Key) -> str:
    unit = f" {key.unit}" if key.unit else ""
    if key.low is None and key.high is None:
        return f"a number{unit}"
    return f"{key.low:.10g} to {key.high:.10g}{unit}"


def _text(key: Key, value: object) -> str:
    if not isinstance(value, str) or not (key.low or 0) <= len(value) <= (key.high or 999):
        raise NotThat(f"text of {int(key.low or 0)} to {int(key.high or 999)} characters")
    return value


def _texts(_key: Key, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise NotThat('a list of texts, such as ["a", "b"]')
    return tuple(value)


def _serial(_key: Key, value: object) -> str:
    if not isinstance(value, str) or not SERIAL.fullmatch(value):
        raise NotThat("a serial number of 1 to 12 letters, digits and -, such as TM-000123")
    return value


def _never(_key: Key, _value: object) -> object:
    raise NotThat("is never in this file: it is asked for when a board is provisioned")


def _integer(key: Key, value: object) -> int:
    if isinstance(value, float) and value.is_integer() and _inside(key, value):
        raise NotThat("a whole number, written without a point")
    if isinstance(value, bool) or not isinstance(value, int) or not _inside(key, value):
        raise NotThat(_span(key))
    return value


def _number(key: Key, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _inside(key, value):
        raise NotThat(_span(key))
    return float(value)


def _inside(key: Key, value: float) -> bool:
    return (key.low is None or value >= key.low) and (key.high is None or value <= key.high)


def _flag(_key: Key, value: object) -> bool:
    if not isinstance(value, bool):
        raise NotThat("true or false")
    return value


def _choice(key: Key, value: object) -> object:
    for choice in key.choices:
        # Of its type as well: 50.0 and "50" are no 50.
        if type(choice) is type(value) and choice == value:
            return choice
    raise NotThat("one of " + ", ".join(map(str, key.choices)))


def _board(_key: Key, value: object) -> str:
    """The name of a board that there is now."""
    if value not in boards():
        raise NotThat("one of " + ", ".join(boards()))
    return str(value)


def _clock(_key: Key, value: object) -> int:
    """Milliseconds since the scenario's start."""
    match = _CLOCK.match(value) if isinstance(value, str) else None
    if not match:
        raise NotThat('time since the start, "HH:MM:SS" or "HH:MM:SS.mmm"')
    seconds = int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3])
    return seconds * 1000 + int((match[4] or "0").ljust(3, "0"))


def _local_time(_key: Key, value: object) -> datetime:
    moment = _moment(value)
    if moment is None or moment.tzinfo is not None:
        raise NotThat("local date and time without a zone, such as 2026-11-23T16:05:00")
    return moment


def _utc_time(_key: Key, value: object) -> datetime:
    moment = _moment(value)
    if moment is None or moment.tzinfo is None:
        raise NotThat("date and time in UTC, such as 2014-11-20T17:05:00Z")
    return moment.astimezone(UTC)


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _ip(_key: Key, value: object) -> str:
    return ipv4(value)


def ipv4(value: object) -> str:
    """`value` if one node can live there. Raises NotThat: a name, or everybody's address."""
    try:
        address = ipaddress.IPv4Address(value if isinstance(value, str) else "")
    except ValueError:
        raise NotThat(_ONE_NODE) from None
    if address.is_multicast or address.is_unspecified or address.is_reserved:
        raise NotThat(_ONE_NODE)
    return str(address)


_KINDS: dict[str, Callable[[Key, object], object]] = {
    "text": _text,
    "texts": _texts,
    "serial": _serial,
    "never": _never,
    "integer": _integer,
    "number": _number,
    "flag": _flag,
    "choice": _choice,
    "board": _board,
    "clock": _clock,
    "local-time": _local_time,
    "utc-time": _utc_time,
    "ip": _ip,
}
