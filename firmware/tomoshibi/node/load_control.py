"""The loads of a board under the control path: cut at once, close one by one."""

from array import array
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core import events
from tomoshibi.core.loads import LIFE_SAFETY, TIERS
from tomoshibi.policy.budget import INVERTER, LESSON, Budget
from tomoshibi.policy.grid import DEAD, ISLANDED, NORMAL, RESTORING, RETURN_WAIT
from tomoshibi.policy.meter_watch import MeterWatch
from tomoshibi.policy.starts import Starts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomoshibi.core.branch import Branch
    from tomoshibi.drivers.ganged import Ganged
    from tomoshibi.drivers.latching import Latching
    from tomoshibi.drivers.relay import Relay
    from tomoshibi.node.control import Control
    from tomoshibi.node.load_commands import LoadCommands
    from tomoshibi.node.storage import Storage
    from tomoshibi.policy.plan import ShedPlan
    from tomoshibi.policy.staging import Staging
    from tomoshibi.settings.store import Settings

# A load side that falls sooner after the grid side may have had no other feeder than the grid.
_FED_MS = const(200)
# So many rounds of readings after an opening, one has begun after it.
_ROUNDS = const(2)
# Supply for so long, and a meter that averages has seen nothing else.
_FED_LONG_MS = const(2_000)
# A relay that has rested for so many seconds: a sample taken now was begun after it moved.
_SETTLED_S = const(2)
# All quantities are read within this time, power at least this often.
_ROUND_S = const(25)
_FRESH_S = const(5)
# No reading for so long: the meter is a fault, as it is in ECHONET Lite (docs/echonet-lite.md).
_SILENT_S = const(10)
_LEAST_MHZ = const(40_000)


class LoadControl:
    """Relay i switches the load of branch i.

    limit_w   what the inverter carries in an island, W; `budget` has what binds now
    surge_w   what it may draw while loads start, W; 0 is twice limit_w
    surge_ms  for how long the inverter bears that: see policy.starts
    moves     a count of relay movements for each circuit, or a place in the registers for them
    fixed     branches without a relay: what they draw is nobody's to cut
    """

    def __init__(
        self,
        control: Control,
        branches: Sequence[Branch],
        relays: Sequence[Relay | Latching | Ganged],
        plan: ShedPlan,
        staging: Staging,
        limit_w: int,
        moves: array | memoryview | None = None,
        surge_w: int = 0,
        surge_ms: int = 5_000,
        fixed: Sequence[Branch] = (),
    ) -> None:
        self.control = control
        self.uptime = control.uptime
        self.grid = control.grid
        self.record = control.record
        loads = [branch.load for branch in branches]
        self._branches = branches
        self._relays = relays
        self._plan = plan
        self._staging = staging
        self.budget = control.budget = Budget(limit_w)
        self._surge_w = surge_w or 2 * limit_w
        self._starts = Starts(loads, surge_ms)
        self._watch = MeterWatch(loads)
        self._fixed = fixed
        self._silent = bytearray(len(fixed))
        self._moves = array("i", (0 for _ in branches)) if moves is None else moves
        # Who commanded load i since it moved last, an actor; 0: nobody.
        self._commanded = bytearray(len(branches))
        # noted[i]: the position of relay i that staging, counter and log know of.
        self._noted = bytearray(branch.load.closed for branch in branches)
        self._brief = bytearray(len(branches))  # 1: closed and opened since, neither noted yet
        self._moved = False  # some may differ
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
        if self.control.islanded():
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
        branches = self._branches or self._fixed
        reading = branches[0].reading
        return reading.voltage_mv // 100 if reading.valid else events.NO_VOLTAGE

    def power_w(self) -> int:
        total_w = self.claim_w()
        for i in self._range:
            total_w += abs(self._branches[i].load.power_w)
        return total_w

    def claim_w(self) -> int:
        total_w = 0
        for branch in self._fixed:
            # What the main conductor carries is drawn by circuits that are counted already.
            if not branch.number:
                continue
            if branch.reading.valid and self.uptime.seconds - branch.reading.at_s <= _FRESH_S:
                total_w += abs(branch.reading.power_mw) // 1000
        return total_w

    def faults(self) -> list[tuple[int, int]]:
        found = [(one.number, one.load.fault) for one in self._branches if one.load.fault]
        for i, one in enumerate(self._fixed):
            if self._silent[i]:
                found.append((one.number, events.SILENT))
        return found

    def on_grid(self) -> None:
        state = self.grid.state
        if state == ISLANDED or state == DEAD:
            if state == ISLANDED:
                self._lesson_due = True
                # Fed after darkness, without a grid: no sense that is merely late to fall.
                self._woken = self.grid.before == DEAD
                if self._woken:
                    self._starts.begin_all(self.uptime.seconds, self.uptime.millis)
            elif self._lesson_due:
                self._learn()
                self._lesson_due = False
            self._plan_island()
            self._cut()
        elif state == RESTORING or state == NORMAL:
            self.budget.lift(LESSON)
            self._plan.keep_all()
            self._staging.forget_peaks()
            if state == RESTORING:
                self._staging.begin_return(self.uptime.seconds)

    def on_second(self, now_s: int) -> None:
        self._assert_relays()
        if self._moved:
            self._note_moves()
        self._drop_old_readings(now_s)
        self._note_silence(now_s)
        self._starts.on_second(now_s, self.uptime.millis)
        if self.grid.limited:
            before_w = self.budget.limit_w
            if self.grid.state == ISLANDED and self.budget.outlive(self.grid.held_ms):
                self._tell_limit(before_w, events.WITHIN_BUDGET)
            self._hold_limit(now_s)
        if not self._may_close(now_s):
            return
        i = self._staging.next_to_close(now_s, self._plan.keep)
        if i >= 0:
            self._close(i, now_s)

    def measured(self) -> None:
        """New power readings are in; the next cycle sees whether the limit still holds."""
        self._read_s = self.uptime.seconds
        if self._rounds < _ROUNDS:
            self._rounds += 1
        self._unseen = True
        self.control.news = True

    def command(self, i: int, on: bool, actor: int = events.CONSOLE) -> None:
        """For a job: switch load `i` as `actor` wants it, from the next cycle on.

        An island's limit, a lock and the rules of closing come first. Nobody else takes back what
        the operator wants off; he takes back everything.
        """
        load = self._branches[i].load
        if not on:
            load.off_by |= 1 << actor
        elif actor == events.CONSOLE:
            load.off_by = 0
        else:
            load.off_by &= ~(1 << actor)
        if load.wanted == bool(load.off_by):
            load.wanted = not load.off_by
            self._commanded[i] = actor
            self.control.news = True

    def lock(self, i: int, locked: bool) -> None:
        """For a job: lock load `i` off, or give it free, from the next cycle on."""
        load = self._branches[i].load
        if load.locked_off != locked:
            subject = self._branches[i].number - 1
            self.record(
                events.LOCK, subject, 1 - locked, int(locked), events.COMMAND, events.CONSOLE
            )
            load.locked_off = locked
            self._commanded[i] = events.CONSOLE
            self.control.news = True

    def take(self, settings: Settings) -> None:
        limit_w = settings["island_limit_w"]
        self._surge_w = settings["island_surge_w"] or 2 * limit_w
        self._starts.bear(settings["island_surge_ms"])
        self._staging.gap_s = settings["step_gap_s"]
        self._staging.stagger_s = settings["stagger_s"]
        for branch, row in zip(self._branches, settings.loads):
            load = branch.load
            load.name = row["name"] or "load %d" % branch.number
            load.tier = row["tier"]
            load.rated_w = row["rated_w"]
            load.min_off_s = row["min_off_s"]
        before_w = self.budget.limit_w
        self.budget.put(INVERTER, limit_w)
        if self.grid.limited and self.budget.limit_w != before_w:
            self.record(
                events.LIMIT, 0, before_w, self.budget.limit_w, events.COMMAND, events.CONSOLE
            )

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

        return LoadCommands(storage, self, self._branches, self._fixed)

    def _look(self) -> None:
        """What the new readings say of relays and meters, and of what closed loads draw."""
        now_s = self.uptime.seconds
        self._starts.on_reading(now_s, self.uptime.millis)
        fed = self.control.load_alive() and (
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
            self._starts.end_all()

    def _note_fault(self, i: int, fault: int) -> None:
        load = self._branches[i].load
        subject = self._branches[i].number - 1
        self.record(
            events.LOAD_FAULT, subject, int(load.fault != 0), int(fault != 0), fault or load.fault
        )
        if fault == events.WELDED:
            # What an inverter gave up under then was not what was commanded.
            before_w = self.budget.limit_w
            if self.budget.lift(LESSON):
                self._tell_limit(before_w, fault)
        load.fault = fault

    def _hold_limit(self, now_s: int) -> None:
        """Plan again with what is known now, and open what does not fit any more."""
        left_w = self._left_w()
        for i in self._range:
            load = self._branches[i].load
            if load.closed:
                left_w -= load.may_draw_w()
        self._plan_island()
        # A load that gives way to a more important one is no overload.
        if self._cut() and left_w < 0:
            self._staging.overloaded(now_s)

    def _learn(self) -> None:
        """The inverter has given up with no grid in sight: it carries less than we were told."""
        # Not from a trip that no cut could have averted, nor from a sense that chatters.
        if self._watch.stray_w or self.grid.load_chattered:
            return
        carried_w = self._carried_w()
        # Only of an inverter that did feed something, not of senses that fell one by one.
        if not carried_w or not (self._woken or self.grid.fed_ms >= _FED_MS):
            return
        before_w = self.budget.limit_w
        if self.budget.learn(carried_w, self._life_safety_w()):
            self._tell_limit(before_w, events.INVERTER_GAVE_UP)

    def _tell_limit(self, before_w: int, cause: int) -> None:
        self.record(events.LIMIT, 0, before_w, self.budget.limit_w, cause)

    def _left_w(self) -> int:
        """What the budget leaves to loads that can be cut."""
        return self.budget.limit_w - self._watch.stray_w - self.control.claims_w()

    def _carried_w(self) -> int:
        """What was drawn at most in the last minute; rated where not measured."""
        total_w = self.control.claims_w()
        for i in self._range:
            load = self._branches[i].load
            if load.closed:
                total_w += load.peak_w or load.rated_w
        return total_w

    def _life_safety_w(self) -> int:
        """What life-safety may draw, and what is not ours to cut."""
        total_w = self.control.claims_w()
        for i in self._range:
            load = self._branches[i].load
            if load.tier == LIFE_SAFETY and load.wanted and not load.locked_off:
                total_w += load.may_draw_w()
        return total_w

    def _plan_island(self) -> None:
        now_s = self.uptime.seconds
        self._staging.lapse_peaks(now_s)
        self._staging.fill_ready(now_s, self._ready)
        for i in self._range:
            if self._branches[i].load.fault == events.WELDED:
                self._ready[i] = 0
        left_w = self._left_w()
        if left_w > 0:
            self._plan.compute(left_w, self._ready)
        else:
            # Nothing that is cut makes the rest fit: life-safety is not given up for it.
            self._plan.compute(self.budget.limit_w, self._ready)
            self._plan.keep_only(LIFE_SAFETY)

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

        for i in range(len(self._fixed)):
            branch = self._fixed[i]
            silent = int(now_s - branch.reading.at_s > _SILENT_S)
            if silent != self._silent[i]:
                before, self._silent[i] = self._silent[i], silent
                subject = branch.number - 1 if branch.number else events.MAIN_SUBJECT
                self.record(events.LOAD_FAULT, subject, before, silent, events.SILENT)

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
        self._starts.begin(load)
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
            cause, actor = events.COMMAND, self._commanded[i]
        subject = self._branches[i].number - 1
        self.record(events.LOAD, subject, 1 - closed, closed, cause, actor)
        self._commanded[i] = 0
        self._moves[subject] += 1
        self._watch.moved(i)
        self._noted[i] = closed

    def restored(self) -> bool:
        for i in self._range:
            load = self._branches[i].load
            if load.wanted and not load.locked_off and not load.closed:
                return False
        return True
