"""What a power cut leaves of the operation that it hits.

A program clears any of its bits, in any order as far as anybody promises, and may leave some that
read differently each time. An erase works on the whole sector: some chips clear all bits before
they set them, and cells rise at different speeds.
"""

from nor_flash import SECTOR

NOTHING = "nothing"
PREFIX = "prefix"
RANDOM_BITS = "random bits"
BUT_ONE_BIT = "all but one bit"
UNSTEADY = "unsteady bits"
WEAK = "weak bits"
WHOLE = "whole"
FIRST_HALF = "first half erased"
SECOND_HALF = "second half erased"
STRIPES = "every second 32 bytes erased"
CLEARED = "cleared before the erase"
RANDOM_RISE = "random bits erased"
UNSTEADY_RISE = "erased, with unsteady bits"

OF_PROGRAMS = (NOTHING, PREFIX, RANDOM_BITS, BUT_ONE_BIT, UNSTEADY, WEAK, WHOLE)
AMBIGUOUS = (UNSTEADY, WEAK, UNSTEADY_RISE)  # what reads differently the next time
OF_ERASES = (
    NOTHING, FIRST_HALF, SECOND_HALF, STRIPES, CLEARED, RANDOM_RISE, UNSTEADY_RISE, WHOLE,
)  # fmt: skip
_UNSTEADY_BITS = 4


def tear(flash, variant: str, dice, erase: bool, at: int, data, length: int = -1) -> None:
    """Leave in `flash` what a cut in this operation does; `length` bytes of it for PREFIX."""
    if variant == NOTHING:
        return
    if erase:
        _tear_erase(flash, variant, dice, at)
    else:
        _tear_program(flash, variant, dice, at, data, length)


def _tear_program(flash, variant, dice, at, data, length) -> None:
    data = bytes(data)
    if variant == PREFIX:
        flash.burn(at, data[: dice.below(len(data)) if length < 0 else length])
    elif variant == RANDOM_BITS:
        flash.burn(at, bytes(byte | dice.below(256) for byte in data))
    elif variant == BUT_ONE_BIT:
        flash.burn(at, _but_one_bit(data, dice))
    else:
        before = bytearray(len(data))
        flash.readblocks(at // SECTOR, before, at % SECTOR)
        if variant != WEAK:
            flash.burn(at, data)
        if variant != WHOLE:
            _shake(flash, dice, at, [old & ~new & 0xFF for old, new in zip(before, data)])


def _but_one_bit(data, dice) -> bytes:
    cleared = [i for i in range(8 * len(data)) if not data[i // 8] >> i % 8 & 1]
    if not cleared:
        return data
    left = cleared[dice.below(len(cleared))]
    torn = bytearray(data)
    torn[left // 8] |= 1 << left % 8
    return bytes(torn)


def _tear_erase(flash, variant, dice, at) -> None:
    half, piece = SECTOR // 2, 32
    if variant == FIRST_HALF:
        flash.fill(at, b"\xff" * half)
    elif variant == SECOND_HALF:
        flash.fill(at + half, b"\xff" * half)
    elif variant == STRIPES:
        for offset in range(0, SECTOR, 2 * piece):
            flash.fill(at + offset, b"\xff" * piece)
    elif variant == CLEARED:
        flash.fill(at, bytes(SECTOR))
    elif variant == RANDOM_RISE:
        before = bytearray(SECTOR)
        flash.readblocks(at // SECTOR, before, 0)
        for i in range(SECTOR):
            before[i] |= dice.below(256)
        flash.fill(at, before)
    else:
        flash.fill(at, b"\xff" * SECTOR)
        if variant == UNSTEADY_RISE:
            for _ in range(8 * _UNSTEADY_BITS):
                flash.unsteady[at + dice.below(SECTOR)] = 1 << dice.below(8)


def _shake(flash, dice, at, changed) -> None:
    """Some of the bits that were being cleared stand in between: so few that they may read well."""
    places = [i for i, mask in enumerate(changed) if mask]
    for _ in range(min(1 + dice.below(_UNSTEADY_BITS), len(places))):
        i = places[dice.below(len(places))]
        bits = [bit for bit in range(8) if changed[i] >> bit & 1]
        flash.unsteady[at + i] = 1 << bits[dice.below(len(bits))]
