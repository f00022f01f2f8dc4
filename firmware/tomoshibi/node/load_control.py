"""The control path of a node with switched loads: cut at once, close one by one."""

from array import array
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core import events
from tomoshibi.core.loads import LIFE_SAFETY, TIERS
from tomoshibi.node.control import Control
from tomoshibi.policy.grid import DEAD, ISLANDED, NORMAL, RESTORING, RETURN_WAIT
from tomoshibi.policy.meter_watch import MeterWatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomoshibi.core.branch import Branch
    from tomoshibi.core.events import EventRing
    from tomoshibi.core.uptime import Uptime
    from tomoshibi.drivers.relay import Relay
    from tomoshibi.node.load_commands import LoadCommands
    from tomoshibi.node.senses import Senses
    from tomoshibi.node.storage import Storage
    from tomoshibi.policy.grid import GridState
    from tomoshibi.policy.plan import ShedPlan
    from tomoshibi.policy.staging import Staging

# A load side that falls sooner after the grid side may have had no other feeder than the grid.
_FED_MS = const(200)
_STEADY_MS = const(43_200_000)
# A load that drew more than its rating and had to be opened for it is tried again after this, each
# time four times as long, at most so long: less often than the hourly cap on moves would allow.
_RETRY_S = const(3_600)
_RETRY_MAX_S = const(28_800)
_LIFE_RETRY_S = const(300)
_LIFE_RETRY_MAX_S = const(3_600)
# So many rounds of readings after an opening, one has begun after it.
_ROUNDS = const(2)
# Supply for so long, and a meter that averages has seen nothing else.
_FED_LONG_MS = const(2_000)
# sample_ms is at most 2 s: after this without a reading none is to be expected.
_OVERDUE_MS = const(2_100)
# A relay that has rested for so many seconds: a sample taken now was begun after it moved.
_SETTLED_S = const(2)
# All quantities are read within this time, power at least this often.
_ROUND_S = const(25)
_FRESH_S = const(5)
# No reading for so long: the meter is a fault, as it is in ECHONET Lite (docs/echonet-lite.md).
_SILENT_S = const(10)
_LEAST_MHZ = const(40_000)


class LoadControl(Control):
    """Relay i switches the load of branch i.

    limit_w   what the island may draw here, W; `limit_w` is lower after an inverter has given up
    surge_w   what it may draw while loads start, W; 0 is twice limit_w
    surge_ms  for how long the inverter bears that: a start is over a tenth earlier, or by the last
              reading before
    moves     a count of relay movements for each load, or a place in the registers for them
    """

    def __init__(
        self,
        uptime: Uptime,
        senses: Senses,
        grid: GridState,
        events: EventRing,
        branches: Sequence[Branch],
        relays: Sequence[Relay],
        plan: ShedPlan,
        staging: Staging,
        limit_w: int,
        moves: array | memoryview | None = None,
        surge_w: int = 0,
        surge_ms: int = 5_000,
    ) -> None:
        super().__init__(uptime, senses, grid, events)
        self._branches = branches
        self._relays = relays
        self._plan = plan
        self._staging = staging
        self.limit_w = self._set_limit_w = limit_w
        self._surge_w = surge_w or 2 * limit_w
        self._start_ms = surge_ms * 9 // 10
        self._counted_s = self._counted_ms = 0  # the uptime up to which starts are counted
        self._reading_age_ms = 0
        self._moves = array("i", (0 for _ in branches)) if moves is None else moves
        self._commanded = bytearray(len(branches))
        # noted[i]: the position of relay i that staging, counter and log know of.
        self._noted = bytearray(branch.load.closed for branch in branches)
        self._brief = bytearray(len(branches))  # 1: closed and opened since, neither noted yet
        self._moved = False  # some may differ
        self._retry_s = array("i", (0 for _ in branches))
        self._watch = MeterWatch([branch.load for branch in branches])
        self._unseen = False  # readings are in that nothing has been concluded from yet
        self._rounds = 0  # of readings since the last opening, up to _ROUNDS
        self._read_s = -_FRESH_S
        self._woken = False
        self._lesson_due = False  # an island has begun from whose end something may be learnt
        self._range = range(len(branches))
        self._ready = bytearray(len(branches))
        self._released_s = 0
        self._highest_tier_first = range(TIERS - 1, -1, -1)

    def grid_mhz(self) -> int:
        # The chips see the load side: the grid's frequency once the inverter has let go and a
        # full round of readings has come in since.
        now_s = self.uptime.seconds
        if self._islanded():
            self._released_s = now_s
        if now_s - self._released_s <= _ROUND_S:
            return -1
        mhz = -1
        for i in self._range:
            reading = self._branches[i].reading
            if reading.valid and now_s - reading.at_s <= _FRESH_S:
                mhz = reading.frequency_mhz
                # A chip that sees no cycles is not believed while another does.
                if mhz >= _LEAST_MHZ:
                    break
        return mhz

    def voltage_dv(self) -> int:
        reading = self._branches[0].reading
        return reading.voltage_mv // 100 if reading.valid else events.NO_VOLTAGE

    def power_w(self) -> int:
        total_w = 0
        for i in self._range:
            total_w += abs(self._branches[i].load.power_w)
        return total_w

    def load_faults(self) -> list[tuple[int, int]]:
        return [(one.number, one.load.fault) for one in self._branches if one.load.fault]

    def budget_w(self) -> int:
        return self.limit_w if self.grid.limited else -1

    def on_grid(self) -> None:
        state = self.grid.state
        if state == ISLANDED or state == DEAD:
            if state == ISLANDED:
                self._lesson_due = True
                # Fed after darkness, without a grid: no sense that is merely late to fall.
                self._woken = self.grid.before == DEAD
                if self._woken:
                    self._start_all()
            elif self._lesson_due:
                self._learn()
                self._lesson_due = False
            self._plan_island()
            self._cut()
        elif state == RESTORING or state == NORMAL:
            self.limit_w = self._set_limit_w
            self._plan.keep_all()
            self._forget_proofs()
            if state == RESTORING:
                self._staging.begin_return(self.uptime.seconds)

    def on_second(self, now_s: int) -> None:
        self._assert_relays()
        if self._moved:
            self._note_moves()
        self._drop_old_readings(now_s)
        self._note_silence(now_s)
        self._run_starts()
        if self._reading_age_ms == _OVERDUE_MS:
            self._end_starts(1)
        if self.grid.limited:
            self._forget_lesson()
            self._hold_limit(now_s)
        if not self._may_close(now_s):
            return
        i = self._staging.next_to_close(now_s, self._plan.keep)
        if i >= 0:
            self._close(i, now_s)
        elif self.grid.state == RESTORING and self._all_closed():
            self.grid.restored()
            self._entered = True
            self._follow()

    def measured(self) -> None:
        """New power readings are in; the next cycle sees whether the limit still holds."""
        self._read_s = self.uptime.seconds
        if self._rounds < _ROUNDS:
            self._rounds += 1
        self._unseen = True
        self.news = True

    def command(self, i: int, on: bool) -> None:
        """For a job: switch load `i` as the operator wants it, from the next cycle on.

        An island's limit, a lock and the rules of closing come first.
        """
        load = self._branches[i].load
        if load.wanted != on:
            load.wanted = on
            self._commanded[i] = 1
            self.news = True

    def lock(self, i: int, locked: bool) -> None:
        """For a job: lock load `i` off, or give it free, from the next cycle on."""
        load = self._branches[i].load
        if load.locked_off != locked:
            self.record(events.LOCK, i, 1 - locked, int(locked), events.COMMAND, events.CONSOLE)
            load.locked_off = locked
            self._commanded[i] = 1
            self.news = True

    def on_news(self) -> None:
        if self._unseen:
            self._look()
            self._unseen = False
        if self.grid.limited:
            self._hold_limit(self.uptime.seconds)
        else:
            self._plan.keep_all()
            self._cut()

    def commands(self, storage: Storage) -> LoadCommands:
        from tomoshibi.node.load_commands import LoadCommands

        return LoadCommands(storage, self, self._branches)

    def _look(self) -> None:
        """What the new readings say of relays and meters, and of what closed loads draw."""
        now_s = self.uptime.seconds
        self._run_starts()
        # The next reading will be as long in coming: too long for these.
        self._end_starts(self._reading_age_ms)
        fed = self._load_alive() and (
            self.grid.state == NORMAL or self.grid.held_ms >= _FED_LONG_MS
        )
        for i in self._range:
            load = self._branches[i].load
            settled = self._staging.off_s(i, now_s) >= _SETTLED_S
            fault = self._watch.sample(i, settled, fed)
            if fault != load.fault:
                self._note_fault(i, fault)
            if load.closed and -load.power_w > load.peak_w:
                load.peak_w = -load.power_w
        if self.power_w() > self._surge_w:
            # More than a start may draw: an overload after all.
            self._end_starts(self._start_ms)
        self._reading_age_ms = 0

    def _note_fault(self, i: int, fault: int) -> None:
        load = self._branches[i].load
        self.record(
            events.LOAD_FAULT, i, int(load.fault != 0), int(fault != 0), fault or load.fault
        )
        if fault == events.WELDED and self.limit_w < self._set_limit_w:
            # What an inverter gave up under then was not what was commanded.
            self.record(events.LIMIT, 0, self.limit_w, self._set_limit_w, fault)
            self.limit_w = self._set_limit_w
        load.fault = fault

    def _start_all(self) -> None:
        """The bus comes alive: what is closed starts now."""
        self._run_starts()
        for i in self._range:
            if self._branches[i].load.closed:
                self._branches[i].load.starting = self._start_ms

    def _run_starts(self) -> None:
        """Count the time that has passed. A start is at its end with 1 ms left, until judged."""
        uptime = self.uptime
        passed_ms = (uptime.seconds - self._counted_s) * 1_000 + uptime.millis - self._counted_ms
        self._counted_s, self._counted_ms = uptime.seconds, uptime.millis
        self._reading_age_ms = min(self._reading_age_ms + passed_ms, _OVERDUE_MS)
        for i in self._range:
            load = self._branches[i].load
            if load.starting:
                load.starting = max(1, load.starting - passed_ms)

    def _end_starts(self, left_ms: int) -> None:
        """Starts with no more than this left are over: what their loads draw now counts."""
        for i in self._range:
            load = self._branches[i].load
            if 0 < load.starting <= left_ms:
                load.starting = 0
                load.peak_w = abs(load.power_w)

    def _hold_limit(self, now_s: int) -> None:
        """Plan again with what is known now, and open what does not fit any more."""
        over = self._may_draw_w() > self.limit_w - self._watch.stray_w
        self._plan_island()
        # A load that gives way to a more important one is no overload.
        if self._cut() and over:
            self._staging.overloaded(now_s)

    def _learn(self) -> None:
        """The inverter has given up with no grid in sight: it carries less than we were told.

        Four fifths of what it carried last, until the grid returns; but never less than the
        life-safety loads need, for which it is worth trying again and again.
        """
        # Not from a trip that no cut could have averted, nor from a sense that chatters.
        if self._watch.stray_w or self.grid.load_chattered:
            return
        carried_w = self._carried_w()
        # Only of an inverter that did feed something, not of senses that fell one by one.
        if not carried_w or not (self._woken or self.grid.fed_ms >= _FED_MS):
            return
        before_w = self.limit_w
        limit_w = max(min(before_w, carried_w) * 4 // 5, self._life_safety_w())
        if limit_w < before_w:
            self.record(events.LIMIT, 0, before_w, limit_w, events.INVERTER_GAVE_UP)
            self.limit_w = limit_w

    def _forget_lesson(self) -> None:
        """It may have been an empty battery: after half a day of steady island, believe again."""
        if self.limit_w < self._set_limit_w and self.grid.state == ISLANDED:
            if self.grid.held_ms >= _STEADY_MS:
                self.record(events.LIMIT, 0, self.limit_w, self._set_limit_w, events.WITHIN_BUDGET)
                self.limit_w = self._set_limit_w

    def _carried_w(self) -> int:
        """What the closed loads drew at most in the last minute; rated where not measured."""
        total_w = 0
        for i in self._range:
            load = self._branches[i].load
            if load.closed:
                total_w += load.peak_w or load.rated_w
        return total_w

    def _may_draw_w(self) -> int:
        """What the plan counts for the closed loads."""
        total_w = 0
        for i in self._range:
            load = self._branches[i].load
            if load.closed:
                total_w += load.may_draw_w()
        return total_w

    def _life_safety_w(self) -> int:
        total_w = 0
        for i in self._range:
            load = self._branches[i].load
            if load.tier == LIFE_SAFETY and load.wanted and not load.locked_off:
                total_w += load.may_draw_w()
        return total_w

    def _plan_island(self) -> None:
        now_s = self.uptime.seconds
        self._lapse_peaks(now_s)
        self._staging.fill_ready(now_s, self._ready)
        for i in self._range:
            if self._branches[i].load.fault == events.WELDED:
                self._ready[i] = 0
        left_w = self.limit_w - self._watch.stray_w
        if left_w > 0:
            self._plan.compute(left_w, self._ready)
        else:
            # Nothing that is cut makes the rest fit: life-safety is not given up for it.
            self._plan.compute(self.limit_w, self._ready)
            self._plan.keep_only(LIFE_SAFETY)

    def _lapse_peaks(self, now_s: int) -> None:
        """Believe the rating of an open load again, after ever longer times."""
        for i in self._range:
            load = self._branches[i].load
            if not load.closed and load.peak_w > load.rated_w:
                life = load.tier == LIFE_SAFETY
                retry_s = self._retry_s[i] or (_LIFE_RETRY_S if life else _RETRY_S)
                if self._staging.off_s(i, now_s) >= retry_s:
                    most_s = _LIFE_RETRY_MAX_S if life else _RETRY_MAX_S
                    self._retry_s[i] = min(4 * retry_s, most_s)
                    load.peak_w = 0

    def _forget_proofs(self) -> None:
        """With the grid there is room again for what an island could not carry."""
        for i in self._range:
            self._retry_s[i] = 0
            load = self._branches[i].load
            if not load.closed:
                load.peak_w = 0

    def _drop_old_readings(self, now_s: int) -> None:
        """A reading has an age, whatever has become of the job that took it."""
        for i in self._range:
            branch = self._branches[i]
            if branch.reading.valid and now_s - branch.reading.at_s > _FRESH_S:
                branch.reading.valid = False
                branch.load.power_w = 0
                # Unknown: the plan counts with the rating. What proved too big stays so.
                if branch.load.closed:
                    branch.load.peak_w = 0

    def _note_silence(self, now_s: int) -> None:
        """A meter that does not answer is a fault, unless the load has a worse one."""
        for i in self._range:
            branch = self._branches[i]
            silent = now_s - branch.reading.at_s > _SILENT_S
            if silent and not branch.load.fault:
                self._note_fault(i, events.SILENT)
            elif not silent and branch.load.fault == events.SILENT:
                self._note_fault(i, 0)

    def _may_close(self, now_s: int) -> bool:
        """Nothing closes while the site is dark, on trial, or in doubt."""
        state = self.grid.state
        if state == NORMAL or state == RESTORING:
            return True
        # Watts from before the last opening say nothing of what is on now.
        if self._rounds < _ROUNDS and now_s - self._read_s <= _FRESH_S:
            return False
        # In RETURN_WAIT still on the inverter, perhaps for long: what fits its limit may come back.
        return state == ISLANDED or (state == RETURN_WAIT and self.grid.contact)

    def _assert_relays(self) -> None:
        """Write every relay again, so that a glitch on a pin lasts a second at most."""
        for i in self._range:
            if self._branches[i].load.closed:
                self._relays[i].close()
            else:
                self._relays[i].open()

    def _cut(self) -> bool:
        """Open what the plan does not keep, the least important first; True if any."""
        keep, any_opened = self._plan.keep, False
        for tier in self._highest_tier_first:
            for i in self._range:
                load = self._branches[i].load
                if load.tier == tier and load.closed and not keep[i]:
                    self._moved = any_opened = True
                    if not self._noted[i]:
                        self._brief[i] = 1
                    self._rounds = 0
                    self._relays[i].open()
                    load.closed = False
                    load.starting = 0
        # The words after the deeds: what breaks off here, the next cycle makes good.
        if self._moved:
            self._note_moves()
        return any_opened

    def _close(self, i: int, now_s: int) -> None:
        # Noted first: should this break off, nothing else closes in its place.
        self._staging.closed(i, now_s)
        self._moved = True
        load = self._branches[i].load
        load.starting = self._start_ms
        load.closed = True
        self._relays[i].close()
        self._note_moves()

    def _note_moves(self) -> None:
        """Tell staging, counter and log of each relay movement, once."""
        for tier in self._highest_tier_first:
            for i in self._range:
                load = self._branches[i].load
                if load.tier != tier:
                    continue
                if self._brief[i]:
                    self._note_move(i, 1)
                    self._brief[i] = 0
                if load.closed != self._noted[i]:
                    self._note_move(i, int(load.closed))
        self._moved = False

    def _note_move(self, i: int, closed: int) -> None:
        cause, actor = events.OVER_BUDGET, events.NODE
        if closed:
            cause = events.WITHIN_BUDGET if self.grid.limited else events.GRID_HEALTHY
        else:
            self._staging.opened(i, self.uptime.seconds)
        if self._commanded[i]:
            cause, actor = events.COMMAND, events.CONSOLE
        self.record(events.LOAD, i, 1 - closed, closed, cause, actor)
        self._commanded[i] = 0
        self._moves[i] += 1
        self._watch.moved(i)
        self._noted[i] = closed

    def _all_closed(self) -> bool:
        for i in self._range:
            load = self._branches[i].load
            if load.wanted and not load.locked_off and not load.closed:
                return False
        return True
