"""The registers of a node, numbered once for ever, and the record that keeps their values.

A register has a whole part (Wh, varh, s, or a count; below 2**30) and, if it counts energy, a rest
in mJ below one Wh. A record of 64 bytes holds up to seven, absolute, so that each record is whole
in itself and the newest value of a register wins:

    0   A5
    1   how many registers follow, 1 to 7
    2   number of the record, u24, counting on through all sectors
    5   per register: its number, u8; whole, u32; rest, u24
    61  CRC-24 of bytes 0 to 60

The ring's own bytes in a sector's head are: kind of node, number of circuits.
"""

from tomoshibi.wire.flash_bytes import crc24, get, put

RECORD = 64
MOST = 7
TAG = 0xA5
_FIRST = 5
_ENTRY = 8
_CRC_AT = 61

# Kinds are added up of these; a board with one lamp alone is 2.
BRANCHES = 1
LAMP = 2

# Numbers of registers. There is room for 16 circuits.
POWER_ON_BOOTS = 0
BROWN_OUT_BOOTS = 1
WATCHDOG_BOOTS = 2
CRASH_BOOTS = 3
COMMANDED_BOOTS = 4
SUPPLY_LOSSES = 5
EVENTS_LOGGED = 6
RESET_NOTE = 7  # 1: the reset that comes is one that was asked for
LOAD_STATE = 16  # + circuit - 1: 1 not wanted, 2 locked off, added up
RELAY_MOVES = 32  # + circuit - 1
LAMP_BURN_S = 48
DRIVER_BURN_S = 49
LAMP_SWITCHES = 50
LAMP_STATE = 51  # permille commanded last, + 4096 if locked off
ENERGY = 64  # + 4 * channel + direction; channel 0 is the whole board, n circuit n
CHANNEL_SIZE = 4
IMPORT = 0
EXPORT = 1
REACTIVE_IMPORT = 2
REACTIVE_EXPORT = 3
LAST = 131

NOT_WANTED = 1
LOCKED_OFF = 2
LAMP_LOCKED = 4096


def numbers(kind, circuits) -> bytes:
    """The registers that a node has, ascending. Of lamps alone there is no sum, channel 0."""
    own = list(range(RESET_NOTE + 1))
    if kind & BRANCHES:
        own += range(LOAD_STATE, LOAD_STATE + circuits)
        own += range(RELAY_MOVES, RELAY_MOVES + circuits)
    if kind >= LAMP:
        own += range(LAMP_BURN_S, LAMP_STATE + 1)
    for channel in range(0 if kind & BRANCHES else 1, circuits + 1):
        own += range(ENERGY + CHANNEL_SIZE * channel, ENERGY + CHANNEL_SIZE * (channel + 1))
    return bytes(own)


def put_entry(record, i, number, whole, rest) -> None:
    """Entry i of a record under construction."""
    at = _FIRST + _ENTRY * i
    record[at] = number
    put(record, at + 1, 4, whole)
    put(record, at + 5, 3, rest)


def seal(record, count, number, crc) -> None:
    """Finish a record of `count` entries; `crc` is where its sector's checks start."""
    record[0] = TAG
    record[1] = count
    put(record, 2, 3, number)
    for i in range(_FIRST + _ENTRY * count, _CRC_AT):
        record[i] = 0xFF
    put(record, _CRC_AT, 3, crc24(record, 0, _CRC_AT, crc))


def count_of(record, crc) -> int:
    """How many entries a good record has; -1 if it is none."""
    if record[0] != TAG or not 0 < record[1] <= MOST:
        return -1
    if get(record, _CRC_AT, 3) != crc24(record, 0, _CRC_AT, crc):
        return -1
    return record[1]


def number_of(record) -> int:
    """The number of a good record."""
    return get(record, 2, 3)


def entry_number(record, i) -> int:
    return record[_FIRST + _ENTRY * i]


def entry_whole(record, i) -> int:
    return get(record, _FIRST + _ENTRY * i + 1, 4)


def entry_rest(record, i) -> int:
    return get(record, _FIRST + _ENTRY * i + 5, 3)
