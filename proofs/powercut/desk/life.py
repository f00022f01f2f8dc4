"""One life of a sub-meter, from power-on to power cut, with the write load of a busy one.

The firmware's own storage, keeper job and log job run on a chip; around them stand only a grid that
is mostly calm, a clock that hurries from half hour to half hour, and branches that take or give
power at random. `Promised` is what an outsider may hold the node to after any cut.
"""

import json
from array import array

from tomoshibi.core.calendar import HELD, NEVER_SET
from tomoshibi.core.energy import EnergyCounter
from tomoshibi.core.events import GRID, LOAD, EventRing
from tomoshibi.core.readings import Reading
from tomoshibi.node import keeper_job, log_job
from tomoshibi.node.keeper_job import LOOKS_A_SECOND, KeeperJob
from tomoshibi.node.log_job import LogJob
from tomoshibi.node.storage import Storage, running
from tomoshibi.registers import history_start
from tomoshibi.registers.half_hours import HalfHours
from tomoshibi.wire import registers
from tomoshibi.wire.hmac import hmac_sha256

BRANCHES = 6
SECRET = "5a" * 32
KEY = "c3" * 32
_FIRST_DAY = 9_800
# 1.8 kW for a second: the largest jump for which no more than 1 Wh is lost (registers.keeper).
_STEP_MJ = 1_800_000


class _Turns:
    """Instead of asyncio: a sleep gives the turn back to whoever runs the job by hand."""

    @staticmethod
    def sleep_ms(_ms):
        yield


keeper_job.asyncio = log_job.asyncio = _Turns


class _Uptime:
    seconds = 0
    millis = 0


class _Clock:
    """Three looks make a half hour: not set, a second before it, a second after."""

    def __init__(self, slots: int) -> None:
        self._looks = 3 * slots
        self.day = self.second = 0
        self.quality = NEVER_SET

    @property
    def slots(self) -> int:
        return self._looks // 3

    def update(self) -> None:
        pass

    def local(self):
        return self.day, self.second

    def step(self) -> None:
        self._looks += 1
        slots, phase = divmod(self._looks, 3)
        at_s = 1_800 * (slots + 1) + (0, -1, 1)[phase]
        self.quality = HELD if phase else NEVER_SET
        self.day, self.second = _FIRST_DAY + at_s // 86_400, at_s % 86_400


class _Channel:
    def __init__(self, energy: EnergyCounter) -> None:
        self.energy = energy
        self.reading = Reading()
        self.reading.valid = True


class _Control:
    power_going = False
    is_calm = True

    def calm(self) -> bool:
        return self.is_calm

    def measured(self) -> None:
        pass


class Promised:
    """What has been acknowledged, over all lives."""

    def __init__(self) -> None:
        self.settings = [{}]  # what may be found: the last acknowledged, or the one on its way
        self.identity = [{}]
        self.half_hours = {}  # by (day, slot)
        self.energies = []  # the branches' counters in the life that runs

    def begin(self, kept, energies) -> None:
        """A life begins: a half hour that was on its way may have arrived, and stays then."""
        readings, export_wh = integers(BRANCHES), integers(BRANCHES)
        latest = history_start.latest(kept, readings, export_wh)
        if latest not in self.half_hours and list(readings) == self.pending():
            self.half_hours[latest] = list(readings)
        self.energies = energies

    def pending(self):
        """The readings of a half hour that is being stored."""
        return [energy.import_wh for energy in self.energies]

    def settle(self, storage: Storage) -> None:
        """Of two that may be found after a cut, take the one that was."""
        settings, shown = storage.settings.document(), storage.identity.shown()
        self.settings = [one for one in self.settings if one == settings] or self.settings
        self.identity = [one for one in self.identity if without_secret(one) == shown][-1:]


def _supplied() -> bool:
    """The sense of the supply speaks through the control path here."""
    return True


class Life:
    def __init__(self, chip, cause: int, dice, promised: Promised, slots: int) -> None:
        self.storage = storage = Storage(registers.BRANCHES, BRANCHES, chip.partition)
        storage.start(cause)
        if not storage.identity.keyed:
            storage.identity.write(json.dumps({"key": KEY}), "")
            storage.close_documents()
        self.promised = promised
        self.clock = _Clock(slots)
        self.seconds = 0
        self._dice = dice
        self._control = _Control()
        self._events = EventRing()
        self._uptime = _Uptime()
        journal = storage.journal
        self._energies = [
            EnergyCounter(*running(journal, channel, registers.IMPORT))
            for channel in range(BRANCHES + 1)
        ]
        promised.begin(storage.history, self._energies[1:])
        self.base_mj = [_exact_mj(energy) for energy in self._energies]
        self.flown_mj = [[0, 0] for _ in self._energies]
        channels = [_Channel(energy) for energy in self._energies[1:]]
        self.half_hours = HalfHours(self.clock, channels, storage.history, storage.boot)
        self._keeper = KeeperJob(storage, self._control, self.half_hours, _supplied)
        self._log = LogJob(storage, self._control, self._events, self._uptime, self.clock)
        self._moves = storage.view(registers.RELAY_MOVES, BRANCHES)
        self._states = storage.view(registers.LOAD_STATE, BRANCHES)

    def second(self) -> bool:
        """Energy flows, things happen, the jobs take their turns; True if power seemed to go."""
        dice = self._dice
        self.seconds += 1
        self._uptime.seconds = self.seconds
        self.clock.step()
        self._flow(_STEP_MJ)
        if dice.below(3) == 0:
            i = dice.below(BRANCHES)
            self._moves[i] += 1
            self._event(LOAD, i)
        if dice.below(60) == 0:
            self._states[dice.below(BRANCHES)] = dice.below(4)
        if dice.below(60) == 0:
            self._change_settings()
        if dice.below(300) == 0:
            self._change_identity()
        going = dice.below(45) == 0
        self._turns()
        if going:
            self._go()
        return going

    def half_hour(self, most_mj: int) -> None:
        """Half an hour in three looks at the clock, the energy of it in one step."""
        self._flow(most_mj)
        for _ in range(2):
            self.clock.step()
            self.half_hours.poll()
        self.clock.step()
        self._turns()

    def fine_second(self) -> None:
        """A second of energy and nothing else, far from the half hour."""
        self._flow(_STEP_MJ)
        self._turns()

    def agrees_with_integers(self) -> bool:
        """Whether every counter has gained what was counted beside it."""
        for energy, base_mj, flown_mj in zip(self._energies, self.base_mj, self.flown_mj):
            if _exact_mj(energy) != tuple(a + b for a, b in zip(base_mj, flown_mj)):
                return False
        return True

    def _turns(self) -> None:
        """A second's looks; now and then the first few come while something is being decided."""
        for look in range(LOOKS_A_SECOND):
            self._control.is_calm = look > 2 or self._dice.below(10) > 0
            self._turn()

    def _flow(self, most_mj: int) -> None:
        net_mj = 0
        for i in range(1, BRANCHES + 1):
            step_mj = self._dice.below(most_mj)
            if i == BRANCHES and self._dice.below(2):
                step_mj = -step_mj  # one branch has PV behind it
            self._add(i, step_mj)
            net_mj += step_mj
        self._add(0, net_mj)
        self._keeper.measured()

    def _add(self, channel: int, step_mj: int) -> None:
        self._energies[channel].add_mj(step_mj)
        self.flown_mj[channel][step_mj < 0] += abs(step_mj)

    def _turn(self) -> None:
        """A look of each job. A half hour counts as promised when it has been stored."""
        half_hours, promised = self.half_hours, self.promised
        was = half_hours.day, half_hours.slot
        self._keeper.step()
        if (half_hours.day, half_hours.slot) != was:
            key = half_hours.day, half_hours.slot
            promised.half_hours[key] = list(half_hours.import_wh)
        self._log.step()

    def _go(self) -> None:
        """The mains sense says that power is going, and there is hold-up for one look."""
        self._event(GRID, 0)
        self._control.is_calm = self._control.power_going = True
        self._turn()

    def _event(self, kind: int, subject: int) -> None:
        self._events.record(self.seconds, 0, kind, subject, 0, 1, 2, 100, -1)

    def _change_settings(self) -> None:
        settings, promised = self.storage.settings, self.promised.settings
        name = "node %d" % self._dice.below(100_000)
        promised.append(promised[-1] | {"name": name})
        settings.change("name", name)
        del promised[0]

    def _change_identity(self) -> None:
        identity, promised = self.storage.identity, self.promised.identity
        counter = promised[-1].get("calibration", {"counter": 0})["counter"] + 1
        document = {
            "serial": "TM-%06d" % self._dice.below(1_000_000),
            "hardware": "B",
            "secret": SECRET,
            "calibration": {"jig": "J2", "counter": counter},
        }
        promised.append(document)
        text = json.dumps(document)
        signed = bytes.fromhex(identity.challenge()) + text.encode()
        proof = hmac_sha256(bytes.fromhex(SECRET), signed)
        identity.write(text, "".join("%02x" % byte for byte in proof))
        del promised[0]


def _exact_mj(energy):
    return (
        energy.import_wh * 3_600_000 + energy.import_mj,
        energy.export_wh * 3_600_000 + energy.export_mj,
    )


def exact(journal, i: int, saved: bool) -> int:
    """Register i as it runs or as it is saved, in mJ where it counts energy."""
    whole, rest = journal.whole[i], journal.rest[i]
    if saved:
        whole, rest = journal.saved_whole[i], journal.saved_rest[i]
    return whole * 3_600_000 + rest if journal.numbers[i] >= registers.ENERGY else whole


def without_secret(document: dict) -> dict:
    return {key: value for key, value in document.items() if key != "secret"}


def integers(count: int) -> array:
    return array("i", [0] * count)
