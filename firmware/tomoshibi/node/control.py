"""The control path: senses to grid state, every mains cycle and on the senses' edges.

`cycle` is called from a timer and from pin interrupts (as MicroPython schedules them: at the next
jump of whatever byte code runs; a long call in C, and a straight line of calls, come first), never
re-entered. It allocates nothing, awaits nothing and needs neither network, flash nor clock. Jobs
leave it flags and numbers, and call nothing here that decides. What follows from the grid state is
the business of the outputs: loads behind relays, lamps (node.output).

What a cycle has to do is remembered until it is done: one that breaks off is made good by the next.
"""

from array import array
from micropython import const, heap_lock, heap_unlock
from typing import TYPE_CHECKING

from tomoshibi.core import events
from tomoshibi.policy.grid import (
    DEAD,
    FIT,
    ISLANDED,
    LEVEL,
    NORMAL,
    RESTORING,
    RETURN_WAIT,
    RIDE_THROUGH,
)

if TYPE_CHECKING:
    from tomoshibi.core.events import EventRing
    from tomoshibi.core.uptime import Uptime
    from tomoshibi.node.output import Output
    from tomoshibi.node.pulses import Pulses
    from tomoshibi.node.senses import Senses
    from tomoshibi.policy.budget import Budget
    from tomoshibi.policy.grid import GridState

_COUNT_MASK = const(0xFFFFFF)
_LONG_AGO_S = const(-3_600)
_JUDGED_CYCLES = const(50)
# So long after a start every chip has been read, and a wrong line_hz shows.
_CHIPS_READ_S = const(30)
_ENTERED_BY = (
    events.RESTORED,
    events.GRID_LOST,
    events.ISLAND,
    events.BOTH_SIDES_DEAD,
    events.GRID_BACK,
    events.GRID_HEALTHY,
)
_DOUBTED_BY = (0, events.LEVEL_OUT, events.FREQUENCY_OUT, events.INVERTER_FEEDS)


class Control:
    """Steps `grid` each cycle. `cycles` counts rounds completed, for the watchdog's feeder.

    outputs       what it commands; added before the first cycle
    budget        what the loads of an island may draw, where there are any
    pulses        what ends those of latching relays, where there are any
    losses        a counter in an array of one: how often the grid was lost (an island or darkness,
                  not a short dip); the array may be a place in the registers kept in flash
    power_going   set when the node's own supply may be going: a job then saves what there is
    broken        control cycles that broke off since the start; the next makes each good
    longest_ms    the longest time between two cycles: what held everything up
    feeds         how often the watchdog was fed; its feeder counts
    heap_lowest   bytes of the heap that were free when fewest were; as its feeder has seen them
    moved_s       when a relay was last moved, since the start; uptime
    over_s        when there was last no island, or one that drew more than its limit, uptime
    sense_cause   what is wrong with a sense of the grid, a cause of core.events; 0: nothing known
    """

    def __init__(self, uptime: Uptime, senses: Senses, grid: GridState, events: EventRing) -> None:
        self.uptime = uptime
        self.grid = grid
        self.events = events
        self.outputs: tuple[Output, ...] = ()
        self.budget: Budget | None = None
        self.pulses: Pulses | None = None
        self.cycles = 0
        self.broken = 0
        self.longest_ms = 0
        self.feeds = 0
        self.heap_lowest = 0
        self.news = False
        self.losses: array | memoryview = array("i", (0,))
        self.power_going = False
        self.moved_s = self.over_s = _LONG_AGO_S
        self.sense_cause = 0
        self._told = 0  # doubts told in this wait, a bit each
        self._level_sum_mv = 0
        self._level_count = 0
        self._senses = senses
        self._grid_alive = senses.grid_alive
        self.load_alive = senses.load_alive
        self.islanded = senses.islanded
        self.calibrated = senses.calibrated
        self._second = -1
        self._entered = False  # the grid state is new, and what follows from it not yet done
        self._told_state = grid.state

    def cycle(self, _source: object = None) -> None:
        """One round. The argument is the timer or pin that called.

        The heap is locked meanwhile: call frames of more than eleven words, which MicroPython
        takes from the heap when it can, then go on the C stack, and no collection can start.
        This frame itself is made before: a second `try` would make it too large.
        """
        heap_lock()
        try:
            self._round()
        finally:
            heap_unlock()
        self.cycles = (self.cycles + 1) & _COUNT_MASK

    def _note_broken(self, error: Exception) -> None:
        """Count a cycle that broke off; tell of the first, and each time their number doubles.

        Without power and voltage: it may be these that cannot be asked for.
        """
        self.broken = broken = (self.broken + 1) & _COUNT_MASK
        if broken & (broken - 1):
            return
        cause = events.BUG
        if isinstance(error, MemoryError):
            cause = events.NO_MEMORY
        elif isinstance(error, OSError):
            cause = events.IO_FAILED
        uptime = self.uptime
        self.events.record(
            uptime.seconds, uptime.millis, events.BROKEN_CYCLE, 0, 0, broken, cause, 0, -1
        )

    def _round(self) -> None:
        try:
            uptime, grid = self.uptime, self.grid
            span_ms = uptime.update()
            if span_ms > self.longest_ms and self.cycles:
                self.longest_ms = span_ms
            if self.pulses:
                self.pulses.on_round(uptime.seconds)
            if grid.step(span_ms, self._grid_alive(), self.load_alive(), self.islanded()):
                self._entered = True
            if self._entered:
                self._follow()
            if self.news:
                for output in self.outputs:
                    output.on_news()
                self.news = False
            if uptime.seconds != self._second:
                self._on_second(uptime.seconds)
                if uptime.seconds == _CHIPS_READ_S and not grid.limited:
                    self._check_frequency()
                self._second = uptime.seconds
            # Last: a level that cannot be read holds nothing up.
            if grid.state == RETURN_WAIT:
                self._judge()
        except Exception as error:
            self._note_broken(error)
            raise

    def _follow(self) -> None:
        """Tell of the new grid state, once, and do what follows from it."""
        if self._told_state != self.grid.state:
            self._record_grid()
            self._told_state = self.grid.state
            self._count_loss()
            self._note_doubt()
        for output in self.outputs:
            output.on_grid()
        self._entered = False

    def _on_second(self, now_s: int) -> None:
        if self.grid.state == RESTORING and self._restored():
            self.grid.restored()
            self._entered = True
            self._follow()
        for output in self.outputs:
            output.on_second(now_s)
        budget = self.budget
        if self.grid.state != ISLANDED or (budget and self.power_w() > budget.limit_w):
            self.over_s = now_s

    def _restored(self) -> bool:
        for output in self.outputs:
            if not output.restored():
                return False
        return True

    def _judge(self) -> None:
        """Hold the second's mean of the grid's level against its band: one sample is noise."""
        self._level_sum_mv += self._senses.grid_mv()
        self._level_count += 1
        if self._level_count >= _JUDGED_CYCLES:
            grid, mhz = self.grid, self.grid_mhz()
            mv = self._level_sum_mv // self._level_count
            self._level_sum_mv = self._level_count = 0
            grid.judge(mv, mhz)
            if grid.contact:
                self._tell(events.CONTACT, 1)
            elif grid.doubt != FIT:
                self._tell(grid.doubt, mv if grid.doubt == LEVEL else mhz)

    def _tell(self, sense: int, measured: int) -> None:
        """Say, once in a wait, that a sense keeps the loads from returning."""
        if not self._told & 1 << sense:
            self._told |= 1 << sense
            self.record(events.SENSE, sense, 0, measured, _DOUBTED_BY[sense])

    def _note_doubt(self) -> None:
        """A wait begins, or has ended: in doubt, which is a fault, or with sound senses."""
        grid = self.grid
        if grid.state == RETURN_WAIT:
            self._told = self._level_sum_mv = self._level_count = 0
        elif grid.state == RESTORING and grid.before == RETURN_WAIT:
            self.sense_cause = _DOUBTED_BY[grid.doubt] if grid.by_presence else 0

    def _check_frequency(self) -> None:
        """Beside a grid that is trusted already, a frequency out of its band is a wrong setting."""
        mhz = self.grid_mhz()
        if not self.grid.frequency_fits(mhz):
            self._tell(events.FREQUENCY, mhz)
            self.sense_cause = events.FREQUENCY_OUT

    def sense_faulty(self) -> bool:
        """Whether loads returned though a sense said that they must not."""
        return self.sense_cause != 0

    def wait_cause(self) -> int:
        """What, besides the hold time, keeps loads from returning now: a cause, or 0."""
        grid = self.grid
        if grid.state != RETURN_WAIT:
            return 0
        return events.INVERTER_FEEDS if grid.contact else _DOUBTED_BY[grid.doubt]

    def _count_loss(self) -> None:
        grid = self.grid
        if grid.state == ISLANDED or grid.state == DEAD:
            if grid.before == NORMAL or grid.before == RIDE_THROUGH or grid.before == RESTORING:
                self.losses[0] += 1
            self.power_going = True

    def calm(self) -> bool:
        """Whether nothing is about to be decided: a job may hold things up to write to flash.

        A coil that is driven meanwhile would be driven too long.
        """
        if self.news or (self.pulses and self.pulses.running()):
            return False
        state = self.grid.state
        if state == RIDE_THROUGH:
            return False
        if state == ISLANDED:
            return self.load_alive() or self.islanded()
        return state == DEAD or self._grid_alive()

    def grid_mhz(self) -> int:
        """Frequency of the grid if this node measures it now, mHz, else -1."""
        for output in self.outputs:
            mhz = output.grid_mhz()
            if mhz >= 0:
                return mhz
        return -1

    def power_w(self) -> int:
        """What all outputs draw, as last measured, W."""
        total_w = 0
        for output in self.outputs:
            total_w += output.power_w()
        return total_w

    def claims_w(self) -> int:
        """What outputs draw that no budget restrains, W."""
        total_w = 0
        for output in self.outputs:
            total_w += output.claim_w()
        return total_w

    def budget_w(self) -> int:
        """The limit in force, W, or -1 for none."""
        return self.budget.limit_w if self.budget and self.grid.limited else -1

    def voltage_dv(self) -> int:
        """Where the node measures it, as last measured, 0.1 V; else events.NO_VOLTAGE."""
        for output in self.outputs:
            voltage_dv = output.voltage_dv()
            if voltage_dv != events.NO_VOLTAGE:
                return voltage_dv
        return events.NO_VOLTAGE

    def faults(self) -> list[tuple[int, int]]:
        """(number from 1, cause of core.events) of what is faulty in the outputs."""
        return [fault for output in self.outputs for fault in output.faults()]

    def measured(self) -> None:
        """For a job: new readings are in."""
        for output in self.outputs:
            output.measured()

    def _record_grid(self) -> None:
        grid = self.grid
        before, after = grid.before, grid.state
        cause = _ENTERED_BY[after]
        if before == RIDE_THROUGH and (after == NORMAL or after == RESTORING):
            cause = events.SHORT_DIP
        elif before == RETURN_WAIT and (after == ISLANDED or after == DEAD):
            cause = events.GRID_LOST
        elif after == RESTORING and grid.by_presence:
            cause = events.PRESENCE_ONLY
        self.record(events.GRID, 0, before, after, cause)

    def record(
        self, kind: int, subject: int, before: int, after: int, cause: int, actor: int = events.NODE
    ) -> None:
        """Write an event with the present time, power, budget and voltage."""
        uptime = self.uptime
        if kind == events.LOAD or kind == events.LAMP_RELAY:
            self.moved_s = uptime.seconds
        power_w, budget_w, voltage_dv = self.power_w(), self.budget_w(), self.voltage_dv()
        # The time last: a cycle that strikes a job above has its own events before the job's.
        self.events.record(
            uptime.seconds,
            uptime.millis,
            kind,
            subject,
            before,
            after,
            cause,
            power_w,
            budget_w,
            voltage_dv,
            actor,
        )
