"""Everything of a node that outlives a power cut, opened from its flash partitions."""

from array import array
from esp32 import Partition
from typing import TYPE_CHECKING

from tomoshibi.core.modules import let_go
from tomoshibi.registers.event_log import EventLog
from tomoshibi.registers.history import History
from tomoshibi.registers.journal import Journal
from tomoshibi.registers.keeper import Keeper
from tomoshibi.wire import registers

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tomoshibi.core.flash import Flash
    from tomoshibi.node.flash_window import FlashWindow
    from tomoshibi.settings.identity import IdentityStore
    from tomoshibi.settings.store import Store

# What `damage` names, and the file system, by the numbers that wire.events has words for.
SETTINGS = 0
IDENTITY = 1
FILES = 5


class Storage:
    """Opened once at start, which reads what is there and writes nothing.

    Settings and identity are opened when they are asked for: they and their code are needed at
    start, and later for a moment at a time, see `close_documents`.

    partition(label)   opens one; `esp32.Partition` on a board
    files              how the start-up found the file system, which is not opened here: node.files
    """

    def __init__(self, kind: int, branches: int, partition: Callable[[str], Flash]) -> None:
        self.partition = partition
        self._settings: Store | None = None
        self._identity: IdentityStore | None = None
        self._lost = bytearray(2)  # SETTINGS, IDENTITY
        self._mend_faults = 0
        self._challenge = b""
        self.journal = Journal(partition("registers"), kind, branches)
        self.keeper = Keeper(self.journal)
        self.history = History(partition("history"), branches)
        self.log = EventLog(partition("events"))
        self.rings = (self.journal.ring, self.history.ring, self.log.ring)
        self.window: FlashWindow | None = None
        self.boot = 0
        self.files = ""

    @property
    def settings(self) -> Store:
        if self._settings is None:
            from tomoshibi.settings.store import Store

            self._settings = Store(self.partition("settings"), self.window)
        return self._settings

    @property
    def identity(self) -> IdentityStore:
        if self._identity is None:
            from tomoshibi.settings.identity import IdentityStore

            self._identity = IdentityStore(self.partition("identity"), self._challenge, self.window)
        return self._identity

    def close_documents(self) -> None:
        """Let go of settings and identity until somebody asks again."""
        self._note_lost()
        if self._identity is not None:
            self._challenge = self._identity.challenged
            self.log.use_key(self._identity.key())
        self._settings = self._identity = None
        let_go(
            "settings.store", "settings.identity", "settings.copies", "settings.check",
            "settings.declared", "wire.copies", "core.secret", "core.refusals",
        )  # fmt: skip
        if not self.log.key:
            let_go("wire.hmac")

    def replace_places(self, places: dict[int, bytes]) -> None:
        """Store installation locations, as settings.places has them."""
        self.settings.replace_places(places)
        self.close_documents()

    def start(self, cause: int) -> None:
        """Count this boot, by its cause (core.events), and make firm what a cut left behind."""
        from tomoshibi.registers import history_start, journal_start, log_start

        journal = self.journal
        journal.whole[journal.place(registers.POWER_ON_BOOTS + cause)] += 1
        journal.whole[journal.place(registers.RESET_NOTE)] = 0
        for number in range(registers.POWER_ON_BOOTS, registers.COMMANDED_BOOTS + 1):
            self.boot += journal.whole[journal.place(number)]
        journal_start.confirm(journal)
        history_start.confirm(self.history)
        log_start.confirm(self.log)
        self.settings.copies.mend()
        self.identity.copies.mend()
        self.log.use_key(self.identity.key())
        self._mend_faults = self.settings.copies.faults + self.identity.copies.faults

    def reset_was_asked_for(self) -> bool:
        """Whether the last words of the run before were that it would reset on purpose."""
        return bool(self.journal.whole[self.journal.place(registers.RESET_NOTE)])

    def note_reset(self) -> None:
        """Save all, and that the reset that comes now is meant."""
        self.journal.whole[self.journal.place(registers.RESET_NOTE)] = 1
        self.journal.save_all()

    def view(self, number: int, count: int) -> memoryview:
        """The running values of `count` registers from `number` on, to count in."""
        place = self.journal.place(number)
        return memoryview(self.journal.whole)[place : place + count]

    def damage(self) -> list[int]:
        """What was there and could not be read, SETTINGS or IDENTITY."""
        self._note_lost()
        return [what for what in (SETTINGS, IDENTITY) if self._lost[what]]

    def faulty(self) -> bool:
        """Whether something that should be kept was lost."""
        return bool(self.damage())

    def _note_lost(self) -> None:
        if self._settings is not None:
            self._lost[SETTINGS] = self._settings.lost
        if self._identity is not None:
            self._lost[IDENTITY] = self._identity.lost

    def flash_faults(self) -> int:
        """How many writes did not read back as written, since power-up."""
        kept = (self.journal, self.history, self.log)
        return self._mend_faults + sum(part.faults for part in kept + self.rings)

    def prepare(self) -> bool:
        """See to one sector ahead of need, of what has fewest in hand; True if it was erased."""
        least = None
        for ring in self.rings:
            if ring.ahead < ring.most and (least is None or ring.ahead < least.ahead):
                least = ring
        return least is not None and least.prepare()

    def guard(self, window: FlashWindow) -> None:
        """From now on `window` is asked before each erase."""
        self.window = window
        for ring in self.rings:
            ring.window = window


def running(journal: Journal, channel: int, direction: int) -> tuple[array, array, int]:
    """Where a channel counts: what an EnergyCounter is made of."""
    place = journal.place(registers.ENERGY + registers.CHANNEL_SIZE * channel + direction)
    return journal.whole, journal.rest, place


def saved(journal: Journal, channel: int, direction: int) -> tuple[array, array, int]:
    """Where the part of it that is in flash stands."""
    place = journal.place(registers.ENERGY + registers.CHANNEL_SIZE * channel + direction)
    return journal.saved_whole, journal.saved_rest, place


def find_partition(label: str) -> Flash:
    """Open the board's partition `label`. Raises PartitionMissing."""
    found: Any = Partition.find(Partition.TYPE_DATA, label=label)
    if not found:
        from tomoshibi.core.refusals import PartitionMissing

        raise PartitionMissing(label)
    return found[0]
