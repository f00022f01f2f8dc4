"""What must hold after each control cycle, and of all that is in flash at the end."""

from micropython import const
from time import ticks_diff, ticks_ms

from tomoshibi.core.events import LOAD
from tomoshibi.node.storage import find_partition
from tomoshibi.policy.budget import INVERTER
from tomoshibi.policy.grid import ISLANDED
from tomoshibi.wire import flash_sector, registers

_FIRST = const(6)  # of what is wrong
_BRANCHES = const(6)
# What a boot would find is looked at after so many strikes, and a branch's counters after so many
# cycles.
_REGISTERS_EVERY = const(500)
_COUNTERS_EVERY = const(16)


class Watch:
    """wrong: the first few findings. What a device has as constants is asked for by name."""

    def __init__(self, outputs, sets) -> None:
        self.strikes = self.cycles = 0
        self.rounds = None
        self.on_strike = None
        self.wrong = []
        self.recorded = []
        self._outputs, self._put = outputs, outputs.put
        outputs.put = self._moved
        self._sets = sets
        self._moves = [0] * _BRANCHES
        self._closed = [False] * _BRANCHES
        self._closed_ms = None
        self._node = None

    def begin(self, node, jobs) -> None:
        self._node, self._jobs = node, jobs
        self._control = node._control
        self._switched = self._control.outputs[0]
        self._loads = [branch.load for branch in self._switched._branches]
        self._journal = node._storage.journal
        self._saved = self._energies()

    def _moved(self, number: int, value: int) -> None:
        if self._outputs.values[number] != value:
            self._moves[number] += 1
        self._put(number, value)

    def note(self, *fields) -> None:
        """An event has been recorded."""
        self.recorded.append(fields)

    def strike(self) -> None:
        """A control cycle is about to strike a job."""
        self.strikes += 1
        self.on_strike()
        if self.strikes % _REGISTERS_EVERY == 0:
            self._judge_registers()

    def look(self) -> None:
        """A control cycle has ended."""
        self.cycles += 1
        if self._node is None or len(self.wrong) >= _FIRST:
            return
        self._look_at_loads()
        control, switched = self._control, self._switched
        if control.grid.state == ISLANDED:
            # What is rated counts whatever a job has just measured.
            watts = sum(load.rated_w for load in self._loads if load.closed)
            if watts > switched.budget.limit_w and any(x.closed and x.tier for x in self._loads):
                self._say("limit: %d W of %d" % (watts, switched.budget.limit_w))
        lives_by = (
            switched.budget._limits_w[INVERTER],
            control.grid.return_hold_ms // 1_000,
            switched._staging.gap_s,
        )
        if lives_by not in self._sets:
            self._say("settings half applied: %s" % (lives_by,))
        if self.cycles % _COUNTERS_EVERY == 0:
            self._look_at_counters()

    def _look_at_loads(self) -> None:
        before = self._closed
        closed = [load.closed for load in self._loads]
        for i, load in enumerate(self._loads):
            if closed[i] and load.locked_off:
                self._say("lockout: load %d" % (i + 1))
        if closed == before:
            return
        self._closed = closed
        for i, load in enumerate(self._loads):
            if closed[i] != bool(self._outputs.values[i]):
                self._say("relay %d is not as load" % (i + 1))
            if before[i] and not closed[i] and not load.tier and load.wanted:
                if any(closed) and not load.locked_off:
                    self._say("life: %s" % closed)
            if closed[i] and not before[i]:
                now_ms = ticks_ms()
                if self._closed_ms is not None and ticks_diff(now_ms, self._closed_ms) < 5_000:
                    self._say("stagger: load %d" % (i + 1))
                self._closed_ms = now_ms

    def _energies(self) -> list:
        """Of the whole and the branches of which nobody types a start value, in flash, Wh."""
        journal = self._journal
        return [
            journal.saved_whole[i]
            for i, number in enumerate(journal.numbers)
            if registers.ENERGY <= number < registers.ENERGY + 5 * registers.CHANNEL_SIZE
        ]

    def _look_at_counters(self) -> None:
        saved = self._energies()
        if any(now < before for now, before in zip(saved, self._saved)):
            self._say("a counter in flash has gone back")
        self._saved = saved

    def judge(self) -> None:
        """At the end, when all has been logged."""
        node, control = self._node, self._control
        if control.broken or node._faults or sum(job.restarts for job in node._jobs):
            self._say("%d cycles broke off, %d faults" % (control.broken, node._faults))
        self._judge_order()
        self._judge_moves()
        self._judge_registers()
        self._judge_log()

    def _judge_moves(self) -> None:
        """Each movement of a relay has one event, and is counted once."""
        told = [0] * _BRANCHES
        for event in self.recorded:
            if event[2] == LOAD:
                told[event[3]] += 1
        counted = list(self._node._storage.view(registers.RELAY_MOVES, _BRANCHES))
        if not (told == counted == self._moves):
            self._say("moves %s, told %s, counted %s" % (self._moves, told, counted))

    def _judge_order(self) -> None:
        """Events are in the order of their times."""
        last = (0, 0)
        for event in self.recorded:
            if event[:2] < last:
                self._say("event %s after %s" % (event, last))
            last = event[:2]

    def _judge_log(self) -> None:
        """The log is whole, and has each event once, in order."""
        # Imported here: the node lets go of them, and of what is in them.
        from tomoshibi.registers.event_log import EventLog
        from tomoshibi.wire import event_log, event_walk

        log = EventLog(find_partition("events"))
        walk, logged = event_walk.Walk(self._node._storage.log.key), []
        record = bytearray(event_log.RECORD)
        for step in range(1, log.ring.count + 1):
            sector = (log.ring.newest + step) % log.ring.count
            if log.ring.read_head(sector) < 0:
                continue
            walk.enter(sector, log.ring.head)
            for slot in range(1, flash_sector.SECTOR // event_log.RECORD):
                log.ring.flash.readblocks(sector, record, slot * event_log.RECORD)
                walk.take(sector, slot, record)
                if record[0] != 0xFF:
                    logged.append(_as_recorded(event_log.unpack(record)))
        walk.finish()
        if walk.wrong or walk.torn or walk.whole != len(logged) or not walk.proved:
            self._say("log: %s, torn %s" % (walk.faults, walk.torn))
        # What came while no sector could be erased is in the ring.
        recorded, held = self.recorded, self._control.events.size
        if self._node._storage.log.ring.waiting and len(recorded) <= len(logged) + held:
            recorded = recorded[: len(logged)]
        if logged != recorded:
            self._say("logged %d of %d events" % (len(logged), len(recorded)))
            for one, other in zip(logged, recorded):
                if one != other:
                    self._say("logged %s, not %s" % (one, other))
                    break

    def _judge_registers(self) -> None:
        """What a boot would find is between what counts as saved and what runs."""
        from tomoshibi.registers.journal import Journal

        ran, found = self._journal, Journal(find_partition("registers"), registers.BRANCHES, 6)
        for i, number in enumerate(ran.numbers):
            saved = (ran.saved_whole[i], ran.saved_rest[i])
            has = (found.whole[i], found.rest[i])
            runs = (ran.whole[i], ran.rest[i])
            # A state may be any of both; a record is in flash before it counts as saved.
            if has != saved and has != runs and not saved <= has <= runs:
                self._say("register %d is %s, not %s" % (number, has, saved))

    def _say(self, words: str) -> None:
        if len(self.wrong) < _FIRST:
            self.wrong.append("%d ms: %s" % (ticks_ms(), words))

    def report(self, seed: int) -> dict:
        return {
            "seed": seed,
            "strikes": self.strikes,
            "cycles": self.cycles,
            "events": len(self.recorded),
            "moves": sum(self._moves),
            "wrong": self.wrong,
        }


def _as_recorded(values) -> tuple:
    kind, cause, actor, subject, _, _, at_s, ms, _, _, _, before, after, watts, dv, budget = values
    return at_s, ms, kind, subject, before, after, cause, watts, budget, dv, actor
