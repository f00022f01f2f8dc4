"""The 48 bytes of SNTP: what is asked, and whether an answer may be believed. Big-endian.

    offset  size  field
    0       u8    leap indicator (2 bits), version (3), mode (3)
    1       u8    stratum: 0 kiss of death, 1 to 15 synchronised, 16 not
    24      u64   originate: the transmit timestamp of the question
    40      u64   transmit: seconds and 2^-32 seconds since 1900, or since 2036-02-07 06:28:16 if
                  the first bit is 0

Plain Python, so that the host tools use this same file.

Source: RFC 4330, sections 3 (eras), 4 (format), 5 (client) and 8 (kiss of death).
"""

PORT = 123
SIZE = 48
STAMP_SIZE = 8

# Version 4, mode 3: a client.
_ASK = 0x23
_MODE = 0x07
_SERVER = 4
_UNSYNCHRONISED = 0xC0
_STRATUM_MOST = 15
_ORIGINATE = 24
_TRANSMIT = 40

_DAY_S = 86_400
# From 1900 to 2000: 24 of the years had a leap day, 1900 had none.
_CENTURY_S = (100 * 365 + 24) * _DAY_S
_ERA_S = 2**32
# 2024-01-01 and 2100-01-01: before, no node of ours existed.
_FIRST_S = 8_766 * _DAY_S
_END_S = 36_525 * _DAY_S


class Kissed(Exception):
    """(code,): the server wants to be asked no more; its four letters, such as "RATE"."""


def question(stamp):
    """The datagram for a server. `stamp` comes back in its answer: eight bytes nobody can guess."""
    return bytes((_ASK,)) + bytes(_TRANSMIT - 1) + stamp


def answer(data, stamp):
    """(seconds since 2000-01-01 UTC, milliseconds) at which the server sent `data`.

    None if it is no sound answer to the question with this stamp. Raises Kissed.
    """
    if len(data) < SIZE or data[0] & _MODE != _SERVER:
        return None
    if bytes(data[_ORIGINATE : _ORIGINATE + STAMP_SIZE]) != stamp:
        return None
    if data[1] == 0:
        raise Kissed("".join(chr(byte) for byte in data[12:16] if 32 < byte < 127))
    if data[1] > _STRATUM_MOST or data[0] & _UNSYNCHRONISED == _UNSYNCHRONISED:
        return None
    if not any(data[_TRANSMIT:SIZE]):
        return None
    since_era = _u32(data, _TRANSMIT)
    seconds = since_era - _CENTURY_S + (0 if data[_TRANSMIT] & 0x80 else _ERA_S)
    if not _FIRST_S <= seconds < _END_S:
        return None
    return seconds, _u32(data, _TRANSMIT + 4) * 1000 >> 32


def _u32(data, at):
    return data[at] << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3]
