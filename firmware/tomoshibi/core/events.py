"""What happened and why, in RAM until the log in flash takes it.

The control path writes here: a slot is a row of small ints in arrays made at start, so that
recording allocates nothing and cannot fail.
"""

from array import array
from micropython import const

# What the numbers mean, and the words for them: the rows of wire.events. A number is never given
# twice.
BOOT = const(1)  # after: why, see node.boot_cause
GRID = const(2)  # subject 0; before, after: grid states of policy.grid
LOAD = const(3)  # subject: load number; before, after: 0 open, 1 closed
LAMP = const(4)  # subject 0; before, after: level in permille
LIMIT = const(5)  # subject 0; before, after: what the island may draw, W
START_VALUE = const(6)  # subject: branch number; before, after: import counter, Wh
LOCK = const(7)  # subject: load number, LAMP_SUBJECT for the lamp; before, after: 1 locked off
STORAGE = const(8)  # subject: STORED_*; before 0, after: what was found, see node.storage
START_EXPORT = const(9)  # as START_VALUE, of the export counter
SENSE = const(10)  # subject: LEVEL, FREQUENCY or CONTACT; after: as measured, mV, mHz, 1 closed
LOAD_FAULT = const(11)  # subject: load number; before, after: 1 faulty
LAMP_RELAY = const(12)  # subject 0; before, after: 0 open, 1 closed
BROKEN_CYCLE = const(13)  # subject 0; after: how many control cycles broke off since the start
CLOCK = const(14)  # subject 0; before: its quality of core.calendar; after: put on by, s
IDENTITY = const(15)  # subject: FACTORY_HALF or NODE_HALF; before, after 0
REPLACED = const(16)  # subject, before, after 0

LAMP_SUBJECT = const(255)
MAIN_SUBJECT = const(254)  # the meter of the main conductor

# Senses of the grid. The first two are the doubts of policy.grid.
LEVEL = const(1)
FREQUENCY = const(2)
CONTACT = const(3)

# Halves of the identity, see settings.identity.
FACTORY_HALF = const(0)
NODE_HALF = const(1)

# Causes.
START = const(1)
GRID_LOST = const(2)
ISLAND = const(3)
BOTH_SIDES_DEAD = const(4)
GRID_BACK = const(5)
GRID_HEALTHY = const(6)
OVER_BUDGET = const(7)
WITHIN_BUDGET = const(8)
RESTORED = const(9)
SHORT_DIP = const(10)
PROGRAM = const(11)
DARK = const(12)
ENERGY_TO_DAWN = const(13)
INVERTER_GAVE_UP = const(14)
COMMAND = const(15)
DAMAGED = const(16)
MISSING = const(17)
LEVEL_OUT = const(18)
FREQUENCY_OUT = const(19)
INVERTER_FEEDS = const(20)
PRESENCE_ONLY = const(21)
NOT_CALIBRATED = const(22)
WELDED = const(23)
REVERSED = const(24)
STANDBY = const(25)
SILENT = const(26)
NO_MEMORY = const(27)
IO_FAILED = const(28)
BUG = const(29)
NETWORK_TIME = const(30)
CONTROLLER_TIME = const(31)

# Who had it done.
NODE = const(0)
CONSOLE = const(1)
APPLICATION = const(2)

NO_VOLTAGE = const(0xFFFF)

_FIELDS = const(11)
# How many of them are kept in an array of each kind.
_WORDS = const(5)
_HALVES = const(2)
_BYTES = const(4)


class EventRing:
    """The last `size` events. `total` counts all ever recorded, so a reader knows what it missed.

    A record is eleven ints: uptime s, ms, kind, subject, before, after, cause, power W, budget W,
    voltage 0.1 V, actor.
    """

    FIELDS = _FIELDS

    def __init__(self, size: int = 48) -> None:
        self.size = size
        self.total = 0
        self._words = array("i", bytes(4 * _WORDS * size))
        self._halves = array("H", bytes(2 * _HALVES * size))
        self._bytes = bytearray(_BYTES * size)

    def record(
        self,
        uptime_s: int,
        millis: int,
        kind: int,
        subject: int,
        before: int,
        after: int,
        cause: int,
        power_w: int,
        budget_w: int,
        voltage_dv: int = NO_VOLTAGE,
        actor: int = NODE,
    ) -> None:
        """Keep one event, over the oldest if the ring is full. Allocates nothing.

        Straight-line code, so MicroPython's scheduler cannot come between: a reader in a job
        never sees half an event.
        """
        slot = self.total % self.size
        words, at = self._words, slot * _WORDS
        words[at] = uptime_s
        words[at + 1] = before
        words[at + 2] = after
        words[at + 3] = power_w
        words[at + 4] = budget_w
        halves, at = self._halves, slot * _HALVES
        halves[at] = millis
        halves[at + 1] = voltage_dv
        cells, at = self._bytes, slot * _BYTES
        cells[at] = kind
        cells[at + 1] = subject
        cells[at + 2] = cause
        cells[at + 3] = actor
        self.total += 1

    def read(self, number: int) -> tuple[int, ...] | None:
        """Event `number` (0 is the first ever), or None if it is gone or has not happened.

        Read first and judged then: a control cycle that strikes at a jump before may put another
        event in its place, and there is none between the slot's words.
        """
        slot = number % self.size
        word, half, byte = slot * _WORDS, slot * _HALVES, slot * _BYTES
        uptime_s, before, after, power_w, budget_w = self._words[word : word + _WORDS]
        millis, voltage_dv = self._halves[half : half + _HALVES]
        kind, subject, cause, actor = self._bytes[byte : byte + _BYTES]
        if not max(0, self.total - self.size) <= number < self.total:
            return None
        return (
            uptime_s, millis, kind, subject, before, after, cause, power_w, budget_w, voltage_dv,
            actor,
        )  # fmt: skip
