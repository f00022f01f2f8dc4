"""Decides what the grid is doing, from the two sides of the inverter's transfer switch.

    NORMAL --grid side dead--> RIDE_THROUGH --load side alive, or contact--> ISLANDED <---+
      ^ ^                       |   |                                        |   |        |
      | +------grid back--------+   +--dark for ride_ms--> DEAD <--load dead-+   |    grid lost
      |                                                     |                    |        |
      |                                                     +----grid alive----+ |        |
      |                                                                        v v        |
      +--all loads back-- RESTORING <--healthy for the hold time-- RETURN_WAIT -----------+

Pure: elapsed time and senses come in as arguments, the state goes out. `limited` says whether
the island's power limit binds. The first cut waits for one thing only: that somebody feeds the
loads while the grid does not, for a half cycle in which no sense has turned. A dark site, and one
whose load side chatters, is given `ride_ms` to come back before its loads are cut in advance of
the inverter's start; one whose grid side chatters half a second.

Source: docs/sources.md, "Grid": the statutory voltage band (Ordinance, Art. 38), a reconnect time
of Japanese PV inverters, terms of IEC 61000-4-30, and choices.
"""

from micropython import const

NORMAL = const(0)
RIDE_THROUGH = const(1)
ISLANDED = const(2)
DEAD = const(3)
RETURN_WAIT = const(4)
RESTORING = const(5)

# Why the grid is not trusted yet.
FIT = const(0)
LEVEL = const(1)
FREQUENCY = const(2)

# Durations stop counting here, far above every threshold and far below the small-int limit.
_LONG_MS = const(100_000_000)
# What a look sees counts for one mains cycle at most, however long nobody could look before: an
# erase of flash takes up to 400 ms, and a glitch just after it is still one sample.
_LOOK_MS = const(20)
# The load side must be seen alive this long beside a dead grid side; one mains cycle at 50 Hz,
# so that the two detectors' different delays are not taken for an island.
ISLAND_MS = const(20)
# And without either sense having turned meanwhile: where the two come back one after the other at
# a dip's end, or one chatters, nobody is known to feed anything yet.
_STEADY_MS = const(10)
# A grid side that turned more often than it was listened to is no returned grid for two rounds.
_CHATTER_MS = const(40)
# So long it is doubted at most: an inverter bears the start of loads for seconds.
_DOUBTED_MS = const(500)
# A dead load side shorter than this is the inverter's own switching.
_LOAD_DEAD_MS = const(100)
# So long a dead load side is believed against a closed contact.
_CONTACT_DEAD_MS = const(1_000)
# A grid side must be back for five cycles before the outage counts as over.
_GRID_BACK_MS = const(100)
# The contact alone, beside a living grid side, must say so in three cycles: one sample may be a
# glitch on the wire. With the grid side dead it is the second symptom and believed at once.
_CONTACT_MS = const(60)
# An island that the contact alone shows so soon after a dip is the inverter's answer to that dip.
_ECHO_MS = const(500)


class GridState:
    """The state machine above.

    nominal_mv       nominal voltage on the grid side, mV; healthy is its statutory band
    nominal_mhz      nominal frequency, mHz; healthy within 500 mHz
    ride_ms          how long both sides may be dead before loads are cut in advance, ms
    confirm_ms       an outage at least this long is an outage for the return rules, ms
    return_hold_ms   healthy grid before loads return after a confirmed outage or a start, ms
    short_hold_ms    the same after a shorter event, ms
    accuracy_permille  what the level sense may be wrong by: only what is out for certain counts
    trust_ms         after so long in doubt the presence senses alone are believed, ms
    """

    def __init__(
        self,
        nominal_mv: int = 100_000,
        nominal_mhz: int = 50_000,
        ride_ms: int = 120,
        confirm_ms: int = 2_000,
        return_hold_ms: int = 300_000,
        short_hold_ms: int = 5_000,
        accuracy_permille: int = 0,
        trust_ms: int = 1_800_000,
    ) -> None:
        if nominal_mv == 100_000:
            low_mv, high_mv = 95_000, 107_000
        else:
            low_mv, high_mv = nominal_mv * 91 // 100, nominal_mv * 111 // 100
        self.low_mv = low_mv * (1_000 - accuracy_permille) // 1_000
        self.high_mv = high_mv * (1_000 + accuracy_permille) // 1_000
        self.nominal_mhz = nominal_mhz
        self.ride_ms = ride_ms
        self.confirm_ms = confirm_ms
        self.return_hold_ms = return_hold_ms
        self.short_hold_ms = short_hold_ms
        self.trust_ms = trust_ms
        # A start is a return from an outage of unknown length, which counts as long.
        self.state = RETURN_WAIT
        self.before = RETURN_WAIT
        self.held_ms = 0  # in this state
        self.healthy_ms = 0  # the grid continuously healthy, in RETURN_WAIT
        self.outage_ms = _LONG_MS  # length of this outage so far
        self.fed_ms = 0  # load side alive beside a dead grid side, in this island
        self.doubt = FIT  # what the last judgement of this RETURN_WAIT found
        self.by_presence = False  # the last RETURN_WAIT ended in doubt, after trust_ms
        self.contact = False  # the inverter's contact, as far as it is believed
        self._restoring = True  # loads are still to come back
        self._load_dead_ms = 0
        self._grid_back_ms = 0
        self._contact_ms = 0
        self._by_contact = False
        self._doubt_ms = 0  # since the first doubt of this RETURN_WAIT
        self._echo_ms = 0  # what is left of _ECHO_MS since the last dip
        self.load_chattered = False  # in this island: its end teaches nothing
        self._turned = False  # a sense, since the last step
        self._steady_ms = 0  # load side alive beside a dead grid side, and neither has turned
        self._chatter_ms = 0  # what is left of _CHATTER_MS

    @property
    def limited(self) -> bool:
        """True while the island's limit binds, and until the grid has proved itself."""
        return ISLANDED <= self.state <= RETURN_WAIT

    def grid_fell(self, again: bool) -> None:
        """Before a step: the grid side's sense fell since the last; `again`: often, perhaps."""
        self._turned = True
        if again:
            self._chatter_ms = _CHATTER_MS

    def load_rose(self, again: bool) -> None:
        """Before a step: the load side's sense rose since the last; `again`: often, perhaps."""
        self._turned = True
        if again:
            self.load_chattered = True

    def step(self, span_ms: int, grid_alive: bool, load_alive: bool, contact: bool = False) -> bool:
        """Take the senses `span_ms` after the last call; True if the state changed.

        contact   the inverter's own word that it feeds the loads alone
        """
        state = self.state
        if state == NORMAL and grid_alive and not contact and not self._echo_ms:
            self._contact_ms = 0
            return False
        contact = self._count(span_ms, grid_alive, load_alive, contact)
        if state == RIDE_THROUGH:
            following = self._ride_through(grid_alive, load_alive, contact)
        elif state == ISLANDED:
            following = self._islanded(contact)
        elif state == DEAD:
            following = self._dead(load_alive, contact)
        elif state == RETURN_WAIT:
            following = self._return_wait(span_ms, grid_alive, load_alive, contact)
        else:
            following = self._on_grid(span_ms, grid_alive, contact)
        if following == state:
            return False
        self._enter(following)
        return True

    def judge(self, grid_mv: int, grid_mhz: int) -> bool:
        """In RETURN_WAIT: restart the health timer unless the values are within the bands.

        -1 stands for a value that this board cannot measure; it is not judged. True if healthy.
        """
        if grid_mv >= 0 and not self.low_mv <= grid_mv <= self.high_mv:
            self.doubt = LEVEL
        elif not self.frequency_fits(grid_mhz):
            self.doubt = FREQUENCY
        else:
            self.doubt = FIT
            return True
        self.healthy_ms = 0
        return False

    def frequency_fits(self, grid_mhz: int) -> bool:
        """Whether it is within its band, or not known."""
        return grid_mhz < 0 or -500 <= grid_mhz - self.nominal_mhz <= 500

    def hold_ms(self) -> int:
        """How long the grid must be healthy before loads return from this outage, ms."""
        return self.return_hold_ms if self.outage_ms >= self.confirm_ms else self.short_hold_ms

    def restored(self) -> None:
        """Say that every load is as commanded again: RESTORING ends."""
        if self.state == RESTORING:
            self._restoring = False
            self._enter(NORMAL)

    def _count(self, span_ms: int, grid_alive: bool, load_alive: bool, contact: bool) -> bool:
        """Bring the times up to date; return whether the contact is to be believed."""
        if self.held_ms < _LONG_MS:
            self.held_ms += span_ms
        if load_alive and not grid_alive:
            self.fed_ms = min(self.fed_ms + span_ms, _LONG_MS)
            # A side that was otherwise at the last look has turned, though its edge be told later.
            turned = self._turned or self._load_dead_ms or self._grid_back_ms
            self._steady_ms = 0 if turned else min(self._steady_ms + span_ms, _LONG_MS)
        else:
            self._steady_ms = 0
        self._turned = False
        self._chatter_ms = max(0, self._chatter_ms - span_ms)
        look_ms = min(span_ms, _LOOK_MS)
        self._load_dead_ms = 0 if load_alive else min(self._load_dead_ms + look_ms, _LONG_MS)
        self._grid_back_ms = min(self._grid_back_ms + look_ms, _LONG_MS) if grid_alive else 0
        self._contact_ms = min(self._contact_ms + look_ms, _LONG_MS) if contact else 0
        self._echo_ms = max(0, self._echo_ms - span_ms)
        believed = contact and (not grid_alive or self._contact_ms >= _CONTACT_MS)
        # An outage is as long as the grid was away, not as long as the inverter then takes to
        # let go; only where the grid side never died is the contact all there is to measure.
        out = believed if self._by_contact else not grid_alive
        if out and self.outage_ms < _LONG_MS:
            self.outage_ms += span_ms
        self.contact = believed
        return believed

    def _on_grid(self, span_ms: int, grid_alive: bool, contact: bool) -> int:
        if grid_alive and not contact:
            return self.state
        self._load_dead_ms = self._steady_ms = 0
        if not grid_alive or not self._echo_ms:
            self.outage_ms = span_ms
            self._by_contact = grid_alive
        return ISLANDED if contact else RIDE_THROUGH

    def _ride_through(self, grid_alive: bool, load_alive: bool, contact: bool) -> int:
        if contact or (load_alive and not grid_alive and self._sure()):
            return ISLANDED
        if grid_alive and not self._chatter_ms:
            self._echo_ms = _ECHO_MS
            return RESTORING if self._restoring else NORMAL
        return DEAD if self._load_dead_ms >= self.ride_ms else RIDE_THROUGH

    def _sure(self) -> bool:
        """Whether the senses have been as they are for long enough, or have been waited for."""
        if self.held_ms >= ISLAND_MS and self._steady_ms >= _STEADY_MS:
            return True
        waited_ms = max(self.ride_ms, _DOUBTED_MS) if self._chatter_ms else self.ride_ms
        return self.held_ms >= waited_ms

    def _islanded(self, contact: bool) -> int:
        if self._grid_back_ms >= _GRID_BACK_MS:
            return RETURN_WAIT
        # A contact that stays closed over a dead bus is wrong: the inverter has tripped.
        dead_ms = _CONTACT_DEAD_MS if contact else _LOAD_DEAD_MS
        return DEAD if self._load_dead_ms >= dead_ms else ISLANDED

    def _dead(self, load_alive: bool, contact: bool) -> int:
        if self._grid_back_ms >= _GRID_BACK_MS:
            return RETURN_WAIT
        if contact and self._load_dead_ms < _CONTACT_DEAD_MS:
            return ISLANDED
        return ISLANDED if load_alive else DEAD

    def _return_wait(self, span_ms: int, grid_alive: bool, load_alive: bool, contact: bool) -> int:
        if not grid_alive:
            return ISLANDED if load_alive or contact else DEAD
        healthy_ms = self.healthy_ms + span_ms
        if contact:
            # While the inverter still feeds the loads the limit is real, however long it takes,
            # and once it has let go the grid must bear them for the short hold at least.
            healthy_ms = min(healthy_ms, max(0, self.hold_ms() - self.short_hold_ms))
        elif self.doubt or self._doubt_ms:
            self._doubt_ms += span_ms
        self.healthy_ms = min(healthy_ms, _LONG_MS)
        if contact:
            return RETURN_WAIT
        hold_ms = self.hold_ms()
        if self.healthy_ms >= hold_ms:
            return RESTORING
        # The grid is there, whatever else the senses say: loads do not stay off for ever for it.
        self.by_presence = self._doubt_ms >= self.trust_ms and self._doubt_ms >= hold_ms
        return RESTORING if self.by_presence else RETURN_WAIT

    def _enter(self, state: int) -> None:
        if state == RETURN_WAIT:
            self.healthy_ms = self._doubt_ms = 0
            self.doubt = FIT
            self.by_presence = False
        elif state == RESTORING or state == ISLANDED or state == DEAD:
            self._restoring = True
        if state == ISLANDED:
            self.fed_ms = 0
            self.load_chattered = False
        self.before = self.state
        self.state = state
        self.held_ms = 0
