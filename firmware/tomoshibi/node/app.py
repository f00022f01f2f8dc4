"""What a board's app.py sees of its node, and the one thing it may ask for.

It sees only; what it would write into one of these objects goes nowhere. All is as last measured
or commanded, read when asked. Energy is that which is in flash already, as the network shows it.
"""

from typing import TYPE_CHECKING

from tomoshibi.core import events
from tomoshibi.core.loads import LIFE_SAFETY
from tomoshibi.core.modules import let_go

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tomoshibi.core.branch import Branch
    from tomoshibi.core.events import EventRing
    from tomoshibi.core.lamp import Daylight
    from tomoshibi.core.lamp import Lamp as NodeLamp
    from tomoshibi.node.control import Control
    from tomoshibi.node.load_control import LoadControl


class _Metered:
    """A channel of a meter. Quantities are those of the last good reading.

    valid            whether there is one of the last seconds; else power_w and the rest are not
                     to be used
    """

    def __init__(self, part: Branch | NodeLamp) -> None:
        self._part = part

    @property
    def valid(self) -> bool:
        return self._part.reading.valid

    @property
    def voltage_mv(self) -> int:
        return self._part.reading.voltage_mv

    @property
    def current_ma(self) -> int:
        return self._part.reading.current_ma

    @property
    def power_mw(self) -> int:
        """Positive toward the load, mW."""
        return self._part.reading.power_mw

    @property
    def reactive_mvar(self) -> int:
        return self._part.reading.reactive_mvar

    @property
    def frequency_mhz(self) -> int:
        return self._part.reading.frequency_mhz

    @property
    def import_wh(self) -> int:
        """Counted since installation, Wh; wraps at 100,000,000 as the display does."""
        return self._part.kept_wh(0)

    @property
    def export_wh(self) -> int:
        """As import_wh."""
        return self._part.kept_wh(1)


class Load(_Metered):
    """A load and its meter. `number` is its circuit's, as on the board and on the console."""

    _part: Branch

    @property
    def number(self) -> int:
        return self._part.number

    @property
    def name(self) -> str:
        return self._part.load.name

    @property
    def tier(self) -> int:
        """0 life-safety to 4 deferrable."""
        return self._part.load.tier

    @property
    def rated_w(self) -> int:
        return self._part.load.rated_w

    @property
    def closed(self) -> bool:
        """What the relay was last told."""
        return self._part.load.closed

    @property
    def locked_off(self) -> bool:
        return self._part.load.locked_off

    @property
    def asked_off(self) -> bool:
        """Whether the application wants it off."""
        return bool(self._part.load.off_by & 1 << events.APPLICATION)

    @property
    def faulty(self) -> bool:
        """Whether its relay or meter is not to be believed."""
        return self._part.load.fault != 0


class Lamp(_Metered):
    """A lamp and its meter, and what the photocell sees."""

    _part: NodeLamp

    def __init__(self, lamp: NodeLamp, daylight: Daylight) -> None:
        super().__init__(lamp)
        self._daylight = daylight

    @property
    def level_permille(self) -> int:
        """Commanded, permille of full light."""
        return self._part.level_permille

    @property
    def locked_off(self) -> bool:
        return self._part.locked_off

    @property
    def lux_milli(self) -> int:
        """What the photocell saw last, thousandths of a lux; -1: it has not answered."""
        return self._daylight.lux_milli if self._daylight.valid else -1


class App:
    """What a job of app.py is given. Its own: each job takes back only what it asked for itself.

    loads      a Load for each circuit behind a relay that is no lamp's, in order of circuit
    lamps      a Lamp for each
    settings   {name: value} as they were at the start, without secrets
    beat       to be called in less than the job's deadline, each time a round is done
    """

    def __init__(
        self,
        beat: Callable[[], None],
        settings: dict,
        ring: EventRing,
        control: Control,
        switched: LoadControl | None,
        branches: Sequence[Branch],
        loads: tuple[Load, ...],
        lamps: tuple[Lamp, ...],
    ) -> None:
        self.beat = beat
        self.settings = settings
        self.loads = loads
        self.lamps = lamps
        self._ring = ring
        self._control = control
        self._switched = switched
        self._branches = branches
        self._asked = bytearray(len(loads))

    def uptime_s(self) -> int:
        """Seconds since the start: for spans, as no clock that is set moves it."""
        return self._control.uptime.seconds

    def power_w(self) -> int:
        """What all loads draw, W."""
        return self._control.power_w()

    def limit_w(self) -> int:
        """What an island may draw, W, while its limit is in force; else -1."""
        return self._control.budget_w()

    def on_grid(self) -> bool:
        """Whether no island's limit is in force and loads need not wait for the grid."""
        return not self._control.grid.limited

    def grid(self) -> str:
        """The state of the grid in a word, as `status` shows it."""
        # The words are held only while something is said.
        from tomoshibi.wire.events import GRID_STATES, word

        state = word(GRID_STATES, self._control.grid.state)
        let_go("wire.events")
        return state

    def event_count(self) -> int:
        """How many events there have been since the start: the number of the next one."""
        return self._ring.total

    def event(self, number: int) -> dict | None:
        """Event `number` from 0, in the words of the console, with `uptime_s`.

        None if it has not been yet, or is gone: the last 48 are held.
        """
        record = self._ring.read(number)
        if record is None:
            return None
        from tomoshibi.wire import events as words

        names = [""] * 16
        for load in self.loads:
            names[load.number - 1] = load.name
        fields = words.details(record[2], record[3], record[4], record[5], names)
        fields["uptime_s"] = record[0]
        fields["event"] = words.word(words.KINDS, record[2])
        fields[words.cause_key(record[2], record[5])] = words.word(words.CAUSES, record[6])
        fields["actor"] = words.word(words.ACTORS, record[10])
        let_go("wire.events")
        return fields

    def request(self, number: int, on: bool) -> str:
        """Ask for the load on circuit `number` to be opened, or to be closed again.

        Returns "" if it is taken, else why it is not. Opening one is taken at once, save of a
        life-safety load. Closing one takes back what this job asked for, no more: in an island
        it is refused, to be asked for again once the grid is back. One that is taken still waits
        for its minimum off time, the gap between two closings and the hourly cap on moves.

        Raises ValueError if there is no such load.
        """
        numbers = [branch.number for branch in self._branches]
        if number not in numbers:
            raise ValueError("no load %s" % number)
        i = numbers.index(number)
        load = self._branches[i].load
        if not on:
            if load.tier == LIFE_SAFETY:
                return "life-safety"
            self._asked[i] = 1
        else:
            why = self._against(load)
            if why:
                return why
            self._asked[i] = 0
        if self._switched:
            self._switched.command(i, on, events.APPLICATION)
        return ""

    def give_back(self) -> None:
        """Take back all that this job has asked for. Also done when it ends, in whatever way."""
        for i in range(len(self._asked)):
            if self._switched and self._asked[i]:
                self._asked[i] = 0
                self._switched.command(i, True, events.APPLICATION)

    def _against(self, load) -> str:
        """Why a load is not to be closed for the application now, or ""."""
        if load.locked_off:
            return "locked off"
        if load.off_by & 1 << events.CONSOLE:
            return "off by the operator"
        return "island" if self._control.grid.limited else ""
