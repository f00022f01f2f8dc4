"""The registers of a node, numbered once for ever, and the record that keeps their values.

A register has a whole part (Wh, varh, s, or a count; below 2**30) and, if it counts energy, a rest
in mJ below one Wh, and its whole wraps at 10**8. A record takes what it needs, up to 68 bytes:

    0   its size in grains of four bytes, 3 to 17
    1   number of the record, u8, counting on through all sectors
    2   registers in groups of four, ascending; zeros up to the check
    -3  CRC-24 of all before

    group      steps from the group before (at first 15) in the high nibble, counted on modulo 64;
               in the low one a bit for each register that follows, number = 4 * group + bit
    energy     u24: the rest, and in the highest two bits how the whole follows
               LOW   its lowest byte: it is less than 256 above what was saved before
               ALL   all of it, u32
               ZERO  nothing, it is 0
    others     whole, u32

10**8 is a multiple of 256, so that the lowest byte leads over the wrap. A byte is enough to count
on from any earlier value that is not 256 Wh behind: a record that is lost costs none after it.

The ring's own bytes in a sector's head are: kind of node, number of circuits, LAYOUT. What reads
records, and those of before, whose first byte is A5, is wire.register_reader.
"""

from tomoshibi.wire.flash_bytes import check24, get, put

LAYOUT = 2
RECORD = 68  # the largest
GRAIN = 4
FIRST_AT = 2  # in a record, of the first group
FIRST_GROUP = 15
CRC_SIZE = 3
LOW = 0
ALL = 1
ZERO = 2
WRAP_WH = 100_000_000
_CODE_AT = 22  # the bit
_REST = 0x3FFFFF

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


def far(before, whole) -> bool:
    """Whether a whole part is no small step on from `before`: its lowest byte may not be enough."""
    return (whole - before) % WRAP_WH >= 128


def resolve(before, low) -> int:
    """The whole part that has this lowest byte, at `before` or the nearest above."""
    whole = before + (low - before & 0xFF)
    return whole - WRAP_WH if whole >= WRAP_WH else whole


def size_with(number, group, whole, every) -> int:
    """What a record grows by with this register if its last group is `group`.

    every   whether all of the whole part follows, not only its lowest byte
    """
    groups = (((number >> 2) - group & 63) + 14) // 15
    if number < ENERGY:
        return groups + 4
    return groups + 3 + (1 if not every else 4 if whole else 0)


def put_group(record, at, group, number) -> int:
    """Begin the group of `number` behind `group`, at `at`; where its first register goes."""
    step = (number >> 2) - group & 63
    while step > 15:
        record[at] = 0xF0
        at, step = at + 1, step - 15
    record[at] = step << 4
    return at + 1


def put_entry(record, at, number, whole, rest, every) -> int:
    """Put what is told of a register at `at`; where the next one goes. Its bit is set apart."""
    size = 4
    if number >= ENERGY:
        size = 1 if not every else 4 if whole else 0
        code = ZERO if not size else ALL if every else LOW
        put(record, at, 3, rest | code << _CODE_AT)
        at += 3
    put(record, at, size, whole)
    return at + size


def take(record, at, number, wholes, rests, i) -> int:
    """Put what stands at `at` into place i of the arrays, which has what was saved before it.

    Where the next register goes.
    """
    if number < ENERGY:
        wholes[i] = get(record, at, 4)
        return at + 4
    head = get(record, at, 3)
    rests[i], code = head & _REST, head >> _CODE_AT
    if code == LOW:
        wholes[i] = resolve(wholes[i], record[at + 3])
        return at + 4
    wholes[i] = get(record, at + 3, 4) if code == ALL else 0
    return at + (7 if code == ALL else 3)


def seal(record, at, number, crc) -> None:
    """Finish a record of `at` bytes so far; `crc` is where its sector's checks start.

    What is left of 68 bytes becomes ones, which programming leaves as they are.
    """
    end = (at + CRC_SIZE + GRAIN - 1) // GRAIN * GRAIN - CRC_SIZE
    record[0] = (end + CRC_SIZE) // GRAIN
    record[1] = number
    for i in range(at, RECORD):
        record[i] = 0 if i < end else 0xFF
    put(record, end, CRC_SIZE, check24(record, 0, end, crc))
