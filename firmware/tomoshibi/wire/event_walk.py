"""Walks the whole event log along its chain and says what is wrong with it, and where.

One for the node (`verify` on its console) and for the host tools. What follows a record tells what
it is, so some findings come late: they are all there after `finish`.
"""

from tomoshibi.wire import event_chain
from tomoshibi.wire.event_log import FIRST_HASH, HASH_AT, HASH_SIZE, RECORD, SEQUENCE_AT
from tomoshibi.wire.flash_bytes import blank, get
from tomoshibi.wire.flash_sector import INFO

# What may be wrong, as the node and the host tools say it.
ALTERED = "altered"
REMOVED = "removed"
REPEATED = "repeated"
MISPLACED = "out of order"
LEFT_KEY = "without the key"  # behind events that were chained under it
_TORN_MOST = 2  # one after the other: a node writes whenever it starts
_HELD_MOST = 8  # loose records of which it is not yet known what they are
_FAULTS_MOST = 100


class Walk:
    """`key` is a wire.event_key.EventKey, or None: then links are all that can be checked.

    chain      wire.event_chain.Chain, as far as the log goes
    faults     (what, first event, last event, sector, slot), at most 100; `wrong` counts them all
    torn       (sector, slot) of what was cut off in writing: no part of the chain, and no loss
    unchained  likewise of what the next record hangs on while it hangs on nothing itself
    whole      how many records hang on the one before, and are not known to be forged
    proved     how many of these were written under the key; `earlier` how many were before them
               under another or none: the first proved one vouches for those without a key, and
               for those under another key nobody
    """

    def __init__(self, key=None) -> None:
        self.chain = event_chain.Chain(0, FIRST_HASH, key)
        self.faults = []
        self.torn = []
        self.unchained = []
        self.wrong = self.whole = self.proved = self.earlier = 0
        self._begun = False
        self._loose = []  # since the last linked one: sequence, sector, slot, record
        self._ahead = []  # from before it, with numbers that the chain has not come to
        self._missing = []  # [first, last, sector, slot], until they turn up elsewhere

    def enter(self, sector: int, head) -> None:
        """Go on in the sector with this head."""
        first = get(head, INFO, 4)
        before = bytes(head[INFO + 4 : INFO + 4 + HASH_SIZE])
        chain, last = self.chain, first - 1
        end = chain.sequence
        if not self._begun:
            self._begun = True
        elif end != last:
            held = self._loose[-1] if self._loose and last == end + 1 else None
            if held and (held[0] == last or chain.may_end_with(before)):
                self._loose.pop()
                self._fault(ALTERED, last, held[1], held[2])
            elif last > end:
                self._missing.append((end + 1, last, sector, 0))
            else:
                self._fault(REPEATED, first, sector, 0)
            self._settle(end, last)
        elif chain.hash != before:
            self._fault(ALTERED, last, sector, 0)
        chain.start(last, before)

    def take(self, sector: int, slot: int, record) -> None:
        """The next record of the sector; the buffer may be used again."""
        chain = self.chain
        end = chain.sequence
        kind = chain.take(record)
        if kind in (event_chain.BLANK, event_chain.GIVEN_UP):
            return
        if kind == event_chain.LOOSE:
            self._loose.append((get(record, SEQUENCE_AT, 4), sector, slot, bytes(record)))
            if len(self._loose) > _HELD_MOST:
                self._fault(ALTERED, *self._loose.pop(0)[:3])
            return
        if kind == event_chain.AFTER_DAMAGE:
            _, at, place, _ = self._loose.pop()
            self._fault(ALTERED, end + 1, at, place)
        elif kind == event_chain.AFTER_BREAK:
            self._break(end)
        self._settle(end, chain.sequence)
        self._linked(sector, slot)
        self._catch_up()

    def finish(self) -> None:
        """There is nothing more."""
        end = self.chain.sequence
        if self._loose and len(self._loose) <= _TORN_MOST:
            number, sector, slot, record = self._loose[-1]
            if number > end + 1 and not _may_be_torn(record, number, end + 1):
                self._loose.pop()
                self.unchained.append((sector, slot))
                self._missing.append((end + 1, number - 1, sector, slot))
        self._settle(end, end)
        self.torn += [held[1:3] for held in self._ahead]
        for first, last, sector, slot in self._missing:
            self._fault(REMOVED, first, sector, slot, last)

    def _linked(self, sector: int, slot: int) -> None:
        proof = self.chain.proof
        number = self.chain.sequence
        if proof == event_chain.FORGED:
            self._fault(ALTERED, number, sector, slot)
            return
        if proof == event_chain.LEFT_KEY:
            self._fault(LEFT_KEY, number, sector, slot)
            return
        self.whole += 1
        if proof == event_chain.PROVED:
            self.proved += 1
        else:
            self.earlier += 1

    def _catch_up(self) -> None:
        """Records that came too soon may hang on the end now: then they were moved."""
        again = True
        while again:
            again = False
            for held in self._ahead:
                if self.chain.takes(held[3]):
                    self._ahead.remove(held)
                    self._fault(MISPLACED, *held[:3])
                    again = True
                    break

    def _break(self, end: int) -> None:
        """The last loose record leads on, and nothing leads to it: what was between is missing."""
        number, sector, slot, _ = self._loose.pop()
        if number <= end:
            self._fault(REPEATED, number, sector, slot)
            return
        there = [held for held in self._loose if end < held[0] < number]
        for held in there:
            self._loose.remove(held)
            self._fault(ALTERED, *held[:3])
        if len(there) < number - 1 - end:
            self.unchained.append((sector, slot))
            self._missing.append((end + 1, number - 1, sector, slot))
        else:
            self._fault(ALTERED, number, sector, slot)

    def _settle(self, end: int, now: int) -> None:
        """Say what the loose records are: the chain, which ended with `end`, has come to `now`."""
        loose, self._loose = self._loose, []
        many = len(loose) > _TORN_MOST
        for held in loose:
            number, sector, slot, _ = held
            if self._turned_up(number):
                self._fault(MISPLACED, number, sector, slot)
            elif number <= end:
                self._fault(REPEATED, number, sector, slot)
            elif many:
                self._fault(ALTERED, number, sector, slot)
            elif number > now and len(self._ahead) < _HELD_MOST:
                self._ahead.append(held)
            else:
                self.torn.append((sector, slot))

    def _turned_up(self, number: int) -> bool:
        """Whether it was missing; it no longer is."""
        for i, (first, last, sector, slot) in enumerate(self._missing):
            if first <= number <= last:
                halves = ((first, number - 1, sector, slot), (number + 1, last, sector, slot))
                self._missing[i : i + 1] = [half for half in halves if half[0] <= half[1]]
                return True
        return False

    def _fault(self, what: str, first: int, sector: int, slot: int, last: int = 0) -> None:
        self.wrong += 1
        if len(self.faults) < _FAULTS_MOST:
            self.faults.append((what, first, last or first, sector, slot))


def _may_be_torn(record, number: int, meant: int) -> bool:
    """Programming only turns ones into zeros: whether this is what a cut may leave of `meant`."""
    return number & meant == meant and blank(record, HASH_AT, RECORD)
