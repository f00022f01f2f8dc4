"""A sub-meter of two branches whose registers are kept: its chip, and what it holds."""

from nor_flash import SECTOR, NorFlash
from tomoshibi.registers.journal import Journal
from tomoshibi.wire.registers import BRANCHES

COUNT = 24  # registers of a node of two branches
RECORD = 68  # the largest


def blank(sectors=3):
    return bytearray(b"\xff" * (sectors * SECTOR))


def opened(memory, **hooks):
    return Journal(NorFlash(memory, **hooks), BRANCHES, 2)


def put(journal, place, whole, rest=0):
    journal.whole[place] = whole
    journal.rest[place] = rest


def values(journal):
    return list(zip(journal.whole, journal.rest))


def one_each(count):
    """Memory with a first lot of records, and `count` more with one register each: place i has
    1000 + i in the i-th of them.
    """
    memory = blank()
    journal = opened(memory)
    for place in range(COUNT):
        put(journal, place, place + 1)
    journal.save_all()
    for place in range(count):
        put(journal, place, 1_000 + place)
        journal.save_all()
    return memory
