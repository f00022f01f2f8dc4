"""When registers are saved: as late as the loss of a power cut allows, to spare the flash.

Of a branch's energy 1 Wh may be lost. 0.95 Wh is allowed, and what flows until a measurement has
been considered and saved, 60 ms, is the rest. It is saved at half of what is allowed, or earlier if
the next step of the same size could bring it there. So a load of up to 3.39 kW, measured every
second, never loses more than 1 Wh, and one that jumps up at the wrong moment loses half of it and
what flows until it is measured. With a branch the whole and all others are saved, so that it does
not fall behind them cut by cut. Burn hours are saved every ten minutes; a count or a state as soon
as it changes.
"""

from array import array
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.wire import registers

if TYPE_CHECKING:
    from tomoshibi.registers.journal import Journal

_LIMIT_MWH = const(950)
_NEVER = const(0x3FFFFFFF)
# Kinds of registers; of those that add up, all are saved when one is due.
_OTHER = const(1)
_ACTIVE = const(2)
_REACTIVE = const(4)
_ADD_UP = const(6)
_BURN_S = const(1_200)
_FULL = const(0xFFFF)
_MJ_PER_MWH = const(3_600)
_WRAP_WH = const(100_000_000)
# More than this is due whatever the limit; so thousandths stay below 2**30.
_PLENTY_WH = const(100_000)


class Keeper:
    """Watches the running registers of `journal` and has it save them."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        count = len(journal.numbers)
        self._range = range(count)
        self._due = bytearray(count)
        self._before = array("H", bytes(2 * count))

    def step(self) -> bool:
        """Look at all registers and save what is due; False if flash refused.

        Call it after each measurement, at moments when a write may hold things up for a
        millisecond. Allocates nothing.
        """
        due, kinds = self._due, 0
        for i in self._range:
            due[i] = 1 if self._is_due(i) else 0
            if due[i]:
                kinds |= _kind(self.journal.numbers[i])
        if not kinds:
            return True
        for i in self._range:
            if kinds & _kind(self.journal.numbers[i]) & _ADD_UP and self.journal.changed(i):
                due[i] = 1
            if due[i]:
                self._before[i] = 0
        return self.journal.save(due)

    def _is_due(self, i: int) -> bool:
        """Note what register i would lose now; whether that is as much as may be left unsaved."""
        unsaved, limit = self._unsaved(i), _limit(self.journal.numbers[i])
        step = unsaved - self._before[i]
        if step < 0:
            step = unsaved
        self._before[i] = max(0, min(unsaved, _FULL))  # full is far above any limit
        return unsaved > 0 and (unsaved * 2 >= limit or unsaved + step >= limit)

    def _unsaved(self, i: int) -> int:
        """How much of register i would be lost now: mWh, s, or a count; states count as one."""
        journal = self.journal
        gained = journal.whole[i] - journal.saved_whole[i]
        number = journal.numbers[i]
        if number < registers.ENERGY:
            return gained if number <= registers.DRIVER_BURN_S and gained > 0 else abs(gained)
        if gained < 0:
            gained += _WRAP_WH
        if gained > _PLENTY_WH:
            gained = _PLENTY_WH
        return gained * 1_000 + (journal.rest[i] - journal.saved_rest[i]) // _MJ_PER_MWH


def _kind(number: int) -> int:
    if number < registers.ENERGY:
        return _OTHER
    # Of the four counters of a channel the last two are reactive.
    return _REACTIVE if number & registers.REACTIVE_IMPORT else _ACTIVE


def _limit(number: int) -> int:
    """How much may be lost of a register, in the unit of `_unsaved`. Allocates nothing."""
    if registers.LAMP_BURN_S <= number <= registers.DRIVER_BURN_S:
        return _BURN_S
    if number < registers.ENERGY:
        return 1
    # The whole is saved with its branches.
    return _LIMIT_MWH if number >= registers.ENERGY + registers.CHANNEL_SIZE else _NEVER
