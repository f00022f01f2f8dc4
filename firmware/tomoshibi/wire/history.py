"""The record of one half hour: what every branch's counters stood at.

    0   slot, 0 for 00:00 to 47 for 23:30, local time
    1   quality of the clock (core.calendar): 1 held, 2 synchronised
    2   number of branches n
    3   number of the boot, u16
    5   per branch: import, u32 Wh; export, u32 Wh; FFFFFFFF: no data
        CRC-24 of all before

A sector holds records of one local day. The ring's own bytes in its head are: day since
2000-01-01, u16; number of branches. A day may have several sectors, from ten branches on it needs
two, and a slot several records: the rule which one counts is `better`.
"""

from tomoshibi.wire.flash_bytes import check24, get, put

SLOTS = 48
BRANCHES_MOST = 16  # as registers are numbered; two sectors a day hold 58 records of these
NONE = -1
_FIRST = 5


def size(branches) -> int:
    """Bytes of a record."""
    return _FIRST + 8 * branches + 3


def put_reading(record, branch, direction, wh) -> None:
    """Reading of branch 0 … in direction 0 import, 1 export; NONE for no data."""
    put(record, _FIRST + 8 * branch + 4 * direction, 4, wh)  # -1 is four times FF


def reading(record, branch, direction) -> int:
    """Wh, or NONE."""
    at = _FIRST + 8 * branch + 4 * direction
    return get(record, at, 4) if record[at + 3] <= 0x3F else NONE


def seal(record, branches, slot, quality, boot, crc) -> None:
    """Finish a record whose readings are in."""
    record[0] = slot
    record[1] = quality
    record[2] = branches
    put(record, 3, 2, boot)
    end = _FIRST + 8 * branches
    put(record, end, 3, check24(record, 0, end, crc))


def slot_of(record, branches, crc) -> int:
    """The slot of a good record; -1 if it is none."""
    end = _FIRST + 8 * branches
    if record[0] >= SLOTS or record[2] != branches:
        return -1
    if get(record, end, 3) != check24(record, 0, end, crc):
        return -1
    return record[0]


def better(quality, than) -> bool:
    """Whether a reading taken with a clock of `quality` takes the place of one taken before.

    Only if the clock was better. Between equals the first stays: nothing that was written is ever
    hidden by what a clock that was put back, or put wrong, says later. No data takes the place of
    no reading, however good the clock.
    """
    return quality > than
